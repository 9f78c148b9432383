//! `[webhooks]`: where webhooks are described, other than under `webhooks`.

use toml::Spanned;

use super::Located;
use super::table::Table;
use super::values::Text;

/// Where webhooks are described, other than under `webhooks`. If nothing is set, this is inferred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookPlaces {
    /// Which callbacks are webhooks.
    pub callbacks: Option<Located<Callbacks>>,
    /// Which paths are webhooks: patterns in which `*` matches any text.
    pub paths: Option<Located<Vec<Text>>>,
    /// The tags of the operations that are webhooks.
    pub tags: Option<Located<Vec<Text>>>,
    /// Which schemas under `components` are bodies of webhooks: patterns in which `*` matches any text.
    pub schemas: Option<Located<Vec<Text>>>,
}

/// Which callbacks are webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// All or none.
    All(bool),
    /// Those with these names.
    Named(Vec<Text>),
}

impl WebhookPlaces {
    pub(super) fn read(table: &mut Table<'_>) -> Self {
        let callbacks = table.flag_or_strings("callbacks").map(|value| {
            let Located { value, place } = table.located(value);
            Located { value: value.map_or_else(Callbacks::Named, Callbacks::All), place }
        });
        let mut list = |key| table.strings(key).map(|value: Spanned<Vec<Text>>| table.located(value));
        Self { callbacks, paths: list("paths"), tags: list("tags"), schemas: list("schemas") }
    }

    /// Whether any of these is set.
    pub fn is_set(&self) -> bool {
        self.callbacks.is_some() || self.paths.is_some() || self.tags.is_some() || self.schemas.is_some()
    }
}
