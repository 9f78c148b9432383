//! Every name of the emitted crate, decided before anything is emitted. Later stages look names up.

mod configured;
mod ident;
mod members;
mod modules;
mod reserved;
mod scope;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod types;

use std::collections::{BTreeMap, HashMap};

use proc_macro2::Ident;

pub use ident::{ident, is_keyword, snake, upper_camel};
pub(crate) use reserved::{CODEGEN, RECEIVER, Reexport};

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::{Api, TypeId};
use crate::source::Sources;
use ident::{file, short_hash};
use members::{idents, variants};
use scope::Scope;

/// The names of an emitted crate.
pub struct Names {
    /// The package.
    pub crate_name: String,
    /// The type for the vendor.
    pub vendor: Ident,
    types: Vec<Ident>,
    /// Fields of structs, variants of enums and unions, in the definition's order.
    members: Vec<Vec<Ident>>,
    /// The variant for unlisted values.
    unknown: Vec<Ident>,
    event_types: Vec<Ident>,
    /// Their files, without an ending.
    fixtures: Vec<String>,
    topics: BTreeMap<String, Ident>,
    modules: Vec<String>,
    /// The accessors of common fields, by the field's name in JSON.
    accessors: HashMap<String, Ident>,
}

impl Names {
    /// The name of a type.
    pub fn ty(&self, id: TypeId) -> &Ident {
        &self.types[id.0]
    }

    /// The fields or variants of a definition, in its order.
    pub fn members(&self, id: TypeId) -> &[Ident] {
        &self.members[id.0]
    }

    /// The variant of an enum or union for unlisted values.
    pub fn unknown(&self, id: TypeId) -> &Ident {
        &self.unknown[id.0]
    }

    /// The variants for the event types, in the order of the webhooks.
    pub fn event_types(&self) -> &[Ident] {
        &self.event_types
    }

    /// The names of the files with the webhooks' examples, without an ending, in the order of the webhooks.
    pub fn fixtures(&self) -> &[String] {
        &self.fixtures
    }

    /// The variants for the topics, by the topic's name.
    pub fn topics(&self) -> &BTreeMap<String, Ident> {
        &self.topics
    }

    /// The module of a type.
    pub fn module(&self, id: TypeId) -> &str {
        &self.modules[id.0]
    }

    /// The crate in code.
    pub fn crate_ident(&self) -> Ident {
        ident(&self.crate_name.replace('-', "_"))
    }

    /// The file of an example of a webhook, relative to the crate.
    pub fn example_file(&self, webhook: usize, example: usize) -> String {
        let number = if example == 0 { String::new() } else { format!(".{}", example + 1) };
        format!("fixtures/{}{number}.json", self.fixtures[webhook])
    }

    /// The test of an example of a webhook.
    pub fn example_test(&self, webhook: usize, example: usize) -> Ident {
        let number = if example == 0 { String::new() } else { format!("_{}", example + 1) };
        ident(&format!("{}{number}", self.fixtures[webhook]))
    }

    /// The handler of a webhook in documentation and tests.
    pub fn handler(&self, webhook: usize) -> Ident {
        ident(&format!("on_{}", self.fixtures[webhook]))
    }

    /// Whether every identifier is ASCII.
    pub fn are_ascii(&self) -> bool {
        let lists = [&self.types, &self.unknown, &self.event_types].into_iter().chain(&self.members);
        lists.flatten().chain(self.topics.values()).all(|name| name.to_string().is_ascii())
    }

    /// The accessor of a field common to all payloads.
    pub fn accessor(&self, wire: &str) -> Option<&Ident> {
        self.accessors.get(wire)
    }
}

/// Decides all names.
pub fn name(api: &Api, config: &Config, crate_name: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Names {
    let vendor = match &config.vendor {
        Some(vendor) => {
            diagnostics.take_in(configured::check_vendor(vendor));
            vendor.value.as_str().to_owned()
        }
        None => default_vendor(crate_name),
    };
    let mut scope = Scope::reserving(reserved::types());
    scope.take(&vendor);
    let configured = configured::names(api, config, sources, &mut scope, diagnostics);
    let unknown: Vec<Ident> = api.types.iter().map(members::unknown).collect();
    let event_types = variants(api.webhooks.iter().map(|webhook| webhook.event_type.as_str()), &["Unknown"]);
    Names {
        crate_name: crate_name.to_owned(),
        vendor: ident(&vendor),
        types: idents(&types::name(api, sources, scope, configured)),
        members: api.types.iter().zip(&unknown).map(|(def, unknown)| members::name(def, unknown)).collect(),
        unknown,
        fixtures: fixtures(&event_types),
        event_types,
        topics: topics(api),
        modules: modules::name(api),
        accessors: accessors(api),
    }
}

/// The vendor of a package: `Tenovos` for `tenovos-webhooks`.
fn default_vendor(crate_name: &str) -> String {
    let name = upper_camel(crate_name.strip_suffix("-webhooks").unwrap_or(crate_name));
    if reserved::vendors().any(|reserved| reserved == name) { format!("{name}Vendor") } else { name }
}

/// The name of the file and test of each event type.
fn fixtures(event_types: &[Ident]) -> Vec<String> {
    let candidates = |event_type: &Ident| {
        let event_type = event_type.to_string();
        let name = file(&event_type);
        let hashed = format!("{name}_{}", short_hash(&event_type));
        vec![name, hashed]
    };
    let candidates: Vec<Vec<String>> = event_types.iter().map(candidates).collect();
    Scope::reserving(reserved::TEST_FUNCTIONS).claim(&candidates)
}

fn topics(api: &Api) -> BTreeMap<String, Ident> {
    let topics: Vec<&str> = api.topic_index().into_keys().collect();
    let names = variants(topics.iter().copied(), &[]);
    topics.into_iter().map(str::to_owned).zip(names).collect()
}

fn accessors(api: &Api) -> HashMap<String, Ident> {
    let common = api.common_fields();
    let candidates = |wire: &str| vec![snake(wire), format!("{}_member", snake(wire))];
    let candidates: Vec<Vec<String>> = common.iter().map(|field| candidates(&field.wire)).collect();
    let names = idents(&Scope::reserving(reserved::EVENT_METHODS).claim(&candidates));
    common.iter().map(|field| field.wire.clone()).zip(names).collect()
}
