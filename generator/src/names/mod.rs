//! Every name of the emitted crate, decided before anything is emitted. Later stages look names up.

mod configured;
mod ident;
mod members;
mod modules;
mod record;
mod replaced;
mod reserved;
mod scope;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod types;

use std::collections::BTreeMap;

use proc_macro2::Ident;

pub use ident::{ident, is_keyword, snake, upper_camel};
pub use record::record;
pub(crate) use reserved::{CODEGEN, RECEIVER, Reexport};

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::{Api, Field, Kind, Paths, TypeId};
use crate::lock::Lock;
use crate::source::Sources;
use ident::{file, short_hash};
use members::{ByKey, Members, variant};
use scope::{Claimant, Scope};

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
    topic_modules: BTreeMap<String, String>,
    accessors: Vec<Accessor>,
}

/// A method of `Event` for a member that payloads have in common.
pub struct Accessor {
    /// The method.
    pub name: Ident,
    /// A webhook whose payload has the member.
    pub webhook: usize,
    /// The position of the member in that payload.
    pub position: usize,
}

impl Accessor {
    /// The member.
    pub fn field<'a>(&self, api: &'a Api) -> &'a Field {
        &fields(api, self.webhook)[self.position]
    }
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

    /// The accessors of members that payloads have in common.
    pub fn accessors(&self) -> &[Accessor] {
        &self.accessors
    }
}

/// Decides all names: those in the configuration first, then those that `lock` has, then new ones around them.
pub fn name(
    api: &Api,
    config: &Config,
    lock: &Lock,
    crate_name: &str,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Names {
    let vendor = match &config.vendor {
        Some(vendor) => {
            diagnostics.take_in(configured::check_vendor(vendor));
            vendor.value.as_str().to_owned()
        }
        None => default_vendor(crate_name),
    };
    let mut scope = Scope::reserving(reserved::types());
    scope.take(&vendor);
    let mut given = configured::names(api, config, sources, &mut scope, diagnostics);
    let entries = lock.types_of(api, sources);
    for (name, entry) in given.iter_mut().zip(&entries) {
        if let Some(locked) = entry.map(|entry| &lock.types[entry])
            && name.is_none()
            && scope.take(&locked.name)
        {
            *name = Some(locked.name.clone());
        }
    }
    // A configured name is given on purpose. All other names stay with what had them, even if that is gone.
    for locked in &lock.types {
        scope.take(&locked.name);
    }
    let locations = Paths::new(api).locations();
    let none = ByKey::new();
    let members: Vec<Members> = api
        .types
        .iter()
        .zip(&entries)
        .map(|(def, entry)| members::name(def, entry.map_or(&none, |entry| &lock.types[entry].members)))
        .collect();
    let event_types = event_types(api, lock);
    let (topic_modules, modules) = modules::name(api, lock, &entries);
    let types = types::name(api, sources, &locations, scope, given);
    replaced::report(api, lock, sources, &entries, &types, diagnostics);
    Names {
        crate_name: crate_name.to_owned(),
        vendor: ident(&vendor),
        types: idents(&types),
        unknown: members.iter().map(|members| ident(members.others.as_deref().unwrap_or("Unknown"))).collect(),
        members: api.types.iter().zip(members).map(|(def, members)| with_rest(&def.kind, members)).collect(),
        fixtures: fixtures(&event_types),
        event_types,
        topics: topics(api, lock),
        modules,
        topic_modules,
        accessors: accessors(api, lock),
    }
}

/// The fields of a struct, and the one for all other members; the variants of anything else.
fn with_rest(kind: &Kind, Members { listed, others }: Members) -> Vec<Ident> {
    let rest = others.filter(|_| matches!(kind, Kind::Struct(_)));
    listed.iter().chain(&rest).map(|name| ident(name)).collect()
}

fn idents(names: &[String]) -> Vec<Ident> {
    names.iter().map(|name| ident(name)).collect()
}

fn event_types(api: &Api, lock: &Lock) -> Vec<Ident> {
    let names = api.webhooks.iter().map(|webhook| webhook.event_type.as_str());
    let claimants = names.map(|name| variant(name, api.short_name(name), "Event")).collect();
    idents(&Scope::reserving(["Unknown"]).claim_around(&lock.events, claimants))
}

/// The vendor of a package: `Tenovos` for `tenovos-webhooks`.
fn default_vendor(crate_name: &str) -> String {
    let name = upper_camel(crate_name.strip_suffix("-webhooks").unwrap_or(crate_name));
    if reserved::vendors().any(|reserved| reserved == name) { format!("{name}Vendor") } else { name }
}

/// The name of the file and test of each event type.
fn fixtures(event_types: &[Ident]) -> Vec<String> {
    let claimant = |event_type: &Ident| {
        let event_type = event_type.to_string();
        let name = file(&event_type);
        let hashed = format!("{name}_{}", short_hash(&event_type));
        Claimant::new(event_type, vec![name, hashed])
    };
    let claimants: Vec<Claimant> = event_types.iter().map(claimant).collect();
    Scope::reserving(reserved::TEST_FUNCTIONS).claim(&claimants)
}

fn topics(api: &Api, lock: &Lock) -> BTreeMap<String, Ident> {
    let topics: Vec<&str> = api.topic_index().into_keys().collect();
    let claimants = topics.iter().map(|topic| variant(*topic, api.short_name(topic), "Topic")).collect();
    let names = idents(&Scope::default().claim_around(&lock.topics, claimants));
    topics.into_iter().map(str::to_owned).zip(names).collect()
}

/// The accessors that are recorded, as long as a payload has the member, then those of members that all payloads have.
fn accessors(api: &Api, lock: &Lock) -> Vec<Accessor> {
    let has = |webhook: usize, wire: &str| fields(api, webhook).iter().position(|field| field.wire == wire);
    let by_name = api.webhooks_by_name();
    let mut members: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (wire, accessor) in &lock.accessors {
        let recorded = by_name.iter().filter(|&&webhook| api.webhooks[webhook].event_type == accessor.event_type);
        let found = recorded.chain(&by_name).find_map(|&webhook| Some((webhook, has(webhook, wire)?)));
        members.extend(found.map(|found| (wire.as_str(), found)));
    }
    if let Some(&first) = by_name.first() {
        for field in api.common_fields() {
            if let Some(position) = has(first, &field.wire) {
                members.entry(&field.wire).or_insert((first, position));
            }
        }
    }
    let locked = lock.accessors.iter().map(|(wire, accessor)| (wire.clone(), accessor.name.clone())).collect();
    let candidates = |wire: &str| vec![snake(wire), format!("{}_member", snake(wire))];
    let claimants = members.keys().map(|wire| Claimant::new(*wire, candidates(wire))).collect();
    let names = idents(&Scope::reserving(reserved::EVENT_METHODS).claim_around(&locked, claimants));
    members.into_values().zip(names).map(|((webhook, position), name)| Accessor { name, webhook, position }).collect()
}

fn fields(api: &Api, webhook: usize) -> &[Field] {
    match &api.def(api.webhooks[webhook].payload).kind {
        Kind::Struct(object) => &object.fields,
        _ => &[],
    }
}
