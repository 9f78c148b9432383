//! The configuration: settings that the description does not contain.
//!
//! ```toml
//! spec = "openapi.yaml"
//! out = "../acme-webhooks"
//! receiver = "../receiver"
//!
//! [event-type]
//! pointer = "/eventType"
//! ```
//!
//! `docs/configuration.md` describes every key. Every key is optional. Unknown keys are errors.

mod corrections;
pub(crate) mod edit;
mod event_types;
mod fetch;
mod levels;
mod located;
mod pattern;
mod project;
mod signature;
mod table;
mod values;
mod version;
mod webhooks;
mod wording;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeTable;

pub use corrections::{ByEventType, Corrections};
pub use event_types::{EventTypeLocation, EventTypes};
pub use fetch::Fetch;
pub use located::Located;
pub use project::{Project, Receiver};
pub use signature::{Headers, Signature};
pub use values::{
    Address, BodyPlace, CrateName, EnvironmentVariable, HeaderName, License, Pointer, SpecPlace, Text, TypeName,
    VisibleText,
};
pub use version::CrateVersion;
pub use webhooks::{Callbacks, WebhookPlaces};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Level, Place};
use crate::document::FileId;
use table::Table;

/// The path of a file that belongs to a configuration: beside it, with this name. Beside one that is not called `codegen.toml`,
/// the name begins with that of the configuration.
pub fn beside(config: &Path, name: &str) -> PathBuf {
    match config.file_stem().and_then(|stem| stem.to_str()) {
        Some("codegen") | None => config.with_file_name(name),
        Some(stem) => config.with_file_name(format!("{stem}.{name}")),
    }
}

/// A configuration. The default is that of an empty file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The files.
    pub project: Project,
    /// The name of the package.
    pub crate_name: Option<CrateName>,
    /// The version of the package.
    pub crate_version: Option<Located<CrateVersion>>,
    /// The license of the package.
    pub license: Option<License>,
    /// The vendor's name in Rust.
    pub vendor: Option<Located<TypeName>>,
    /// Where webhooks are described.
    pub webhooks: WebhookPlaces,
    /// How an event type is found.
    pub event_types: EventTypes,
    /// What is known about payloads besides the description.
    pub corrections: Corrections,
    /// Rust names of types, by position in the description.
    pub names: BTreeMap<SpecPlace, Located<TypeName>>,
    /// What the names of all event types begin with and Rust names leave out.
    pub dropped_prefix: Option<Located<Text>>,
    /// How deliveries are signed.
    pub signature: Option<Located<Signature>>,
    /// The levels of warnings, and where they are set.
    pub levels: BTreeMap<Code, (Level, Place)>,
}

impl Config {
    /// Reads a configuration. Mistakes are reported to `diagnostics` and skipped.
    pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Self {
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let place = error.span().map_or(Place::File(file), |span| Place::Bytes(file, span));
                diagnostics.push(Diagnostic::new(Code::Syntax, wording::reworded(error.message())).at(place, ""));
                return Self::default();
            }
        };
        let mut table = Table::new(file, table);
        let config = Self::read(&mut table);
        let mut errors = table.finish();
        errors.sort_by_key(|error| match error.labels.first().map(|label| &label.place) {
            Some(Place::Bytes(_, range)) => range.start,
            _ => 0,
        });
        for error in errors {
            diagnostics.push(error);
        }
        config
    }

    /// The version of the package; `0.1.0` if it is not set.
    pub fn version(&self) -> CrateVersion {
        self.crate_version.as_ref().map(|version| version.value.clone()).unwrap_or_default()
    }

    fn read(table: &mut Table<'_>) -> Self {
        let names = table.table("names", |names| {
            let prefix = names.string("drop-prefix").map(|prefix| names.located(prefix));
            (prefix, names.rest())
        });
        let (dropped_prefix, names) = names.map(Spanned::into_inner).unwrap_or_default();
        Self {
            project: Project::read(table),
            crate_name: table.string("crate-name").map(Spanned::into_inner),
            crate_version: table.string("crate-version").map(|version| table.located(version)),
            license: table.string("license").map(Spanned::into_inner),
            vendor: table.string("vendor").map(|vendor| table.located(vendor)),
            webhooks: table.table("webhooks", WebhookPlaces::read).map(Spanned::into_inner).unwrap_or_default(),
            event_types: table.table("event-type", EventTypes::read).map(Spanned::into_inner).unwrap_or_default(),
            corrections: Corrections::read(table),
            names,
            dropped_prefix,
            signature: table.table("signature", Signature::read).and_then(Spanned::into_inner),
            levels: table.table("diagnostics", levels::read).map(Spanned::into_inner).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
