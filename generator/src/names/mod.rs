//! Every name of the emitted crate, decided before anything is emitted. Later rooms look names up.

mod claims;
mod ident;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;

use std::collections::{BTreeMap, HashMap};

use proc_macro2::Ident;

pub use ident::{ident, is_keyword, snake, upper_camel};

use crate::config::{Config, SpecPlace};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Label, Place, suggest};
use crate::ir::{Api, Kind, Literal, Naming, TypeDef, TypeId};
use crate::source::Sources;
use claims::Scope;
use ident::{file, short_hash};

/// What emitted code names without a path: the prelude, the receiver's types and our own items.
const RESERVED_TYPES: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    "BTreeMap", // std
    "Deserialize",
    "Serialize",
    "Serializer", // serde
    "DecodeError",
    "Deep",
    "Delivery",
    "EventName",
    "StandardWebhooks",
    "HmacScheme",
    "Integer",
    "JsonValue",
    "Number",
    "Outcome",
    "Payload",
    "Reason",
    "Receiver",
    "ReceiverService",
    "Secret",
    "SecretError",
    "HandlerState",
    "Text",
    "TextSecret",
    "TopicName",
    "Undeclared",
    "UnknownEvent",
    "UnknownName",
    "Unrouted",
    "Verifier",
    "VerifyError",
    "Webhooks", // webhook-receiver
    "Event",
    "EventType",
    "Topic", // emitted in every crate
];

/// Names that no module of payloads may have.
const RESERVED_MODULES: &[&str] = &[
    "event",
    "event_type",
    "lib",
    "main",
    "mod",
    "shared",
    "topic",
    "tests",
    "codec",
    "format",
    "std",
    "core",
    "alloc",
    "test",
    "proc_macro",
    "webhook_receiver",
];

/// The names of an emitted crate.
pub struct Names {
    /// The package.
    pub crate_name: String,
    /// The type that stands for the vendor.
    pub vendor: Ident,
    types: Vec<Ident>,
    /// Fields of structs, variants of enums and unions, in the definition's order.
    members: Vec<Vec<Ident>>,
    /// The variant for what the description does not list.
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

    /// The variant of an enum or union that holds what the description does not list.
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

    /// Whether every identifier is of ASCII.
    pub fn are_ascii(&self) -> bool {
        let lists = [&self.types, &self.unknown, &self.event_types].into_iter().chain(&self.members);
        lists.flatten().chain(self.topics.values()).all(|name| name.to_string().is_ascii())
    }

    /// The accessor of a field that all payloads have.
    pub fn accessor(&self, wire: &str) -> Option<&Ident> {
        self.accessors.get(wire)
    }
}

/// Decides all names.
pub fn name(api: &Api, config: &Config, crate_name: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Names {
    let vendor = config.vendor.as_ref().map_or_else(|| default_vendor(crate_name), |vendor| vendor.as_str().to_owned());
    let unknown: Vec<Ident> = api.types.iter().map(unknown_variant).collect();
    let event_types = variants(api.webhooks.iter().map(|webhook| webhook.event_type.as_str()), &["Unknown".to_owned()]);
    Names {
        crate_name: crate_name.to_owned(),
        types: types(api, config, &vendor, sources, diagnostics).iter().map(|name| ident(name)).collect(),
        members: api.types.iter().zip(&unknown).map(|(def, unknown)| members(def, unknown)).collect(),
        unknown,
        fixtures: fixtures(&event_types),
        event_types,
        topics: {
            let topics: Vec<&str> = api.topic_index().into_keys().collect();
            let names = variants(topics.iter().copied(), &[]);
            topics.into_iter().map(str::to_owned).zip(names).collect()
        },
        modules: modules(api),
        accessors: {
            let common = api.common_fields();
            let candidates: Vec<Vec<String>> =
                common.iter().map(|field| vec![snake(&field.wire), format!("{}_member", snake(&field.wire))]).collect();
            let names = Scope::reserving(["event_type", "event_type_name", "clone", "fmt", "eq"]).claim(&candidates);
            common.iter().map(|field| field.wire.clone()).zip(names.iter().map(|name| ident(name))).collect()
        },
        vendor: ident(&vendor),
    }
}

/// `tenovos-webhooks` is the crate of `Tenovos`.
fn default_vendor(crate_name: &str) -> String {
    let stem = crate_name.strip_suffix("-webhooks").unwrap_or(crate_name);
    let name = upper_camel(stem);
    if RESERVED_TYPES.contains(&name.as_str()) { format!("{name}Vendor") } else { name }
}

fn types(api: &Api, config: &Config, vendor: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut scope = Scope::reserving(RESERVED_TYPES.iter().copied().chain([vendor]));
    let mut names: Vec<Option<String>> = configured(api, config, sources, &mut scope, diagnostics);
    let place = |def: &TypeDef| format!("{}#{}", sources.relative_name(def.origin.file()), def.origin.pointer());
    let mut claim = |names: &mut Vec<Option<String>>, claimants: Vec<(TypeId, Vec<String>)>| {
        let claimants: Vec<_> = claimants.into_iter().filter(|(id, _)| names[id.0].is_none()).collect();
        let (ids, mut candidates): (Vec<TypeId>, Vec<Vec<String>>) = claimants.into_iter().unzip();
        for (id, candidates) in ids.iter().zip(&mut candidates) {
            let last = candidates.last().cloned().unwrap_or_default();
            candidates.push(extended(&last, &upper_camel(&short_hash(&place(api.def(*id))))));
        }
        for (id, name) in ids.iter().zip(scope.claim(&candidates)) {
            names[id.0] = Some(name);
        }
    };
    let ids = || (0..api.types.len()).map(TypeId);
    // Event types are what users type most: their payloads come first, then what has a name in the description.
    let roots = ids().filter_map(|id| match &api.def(id).naming {
        Naming::Root(event_type) => {
            Some((id, vec![upper_camel(event_type), extended(&upper_camel(event_type), "Payload")]))
        }
        _ => None,
    });
    claim(&mut names, roots.collect());
    let components = ids().filter_map(|id| match &api.def(id).naming {
        Naming::Component(name) => {
            let file = sources.relative_name(api.def(id).origin.file());
            let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
            let (plain, qualified) = (upper_camel(name), upper_camel(&format!("{stem} {name}")));
            Some((id, vec![plain.clone(), extended(&plain, "Data"), qualified]))
        }
        _ => None,
    });
    claim(&mut names, components.collect());
    // A name that depends on the parent's can only be made after it.
    let proposals = api.proposed_names();
    let mut alike: HashMap<&str, usize> = HashMap::new();
    for proposal in proposals.iter().flatten() {
        *alike.entry(proposal).or_default() += 1;
    }
    loop {
        let ready = ids().filter_map(|id| match &api.def(id).naming {
            Naming::Inline { parent, hint, .. } if names[id.0].is_none() => {
                let parent = names[parent.0].as_ref()?;
                let proposal = proposals[id.0].as_deref().filter(|text| alike[text] == 1 && !text.contains('/'));
                let full = extended(parent, &upper_camel(hint));
                Some((id, proposal.map(upper_camel).into_iter().chain([joined(parent, hint), full]).collect()))
            }
            _ => None,
        });
        let ready: Vec<_> = ready.collect();
        if ready.is_empty() {
            break;
        }
        claim(&mut names, ready);
    }
    names.into_iter().map(Option::unwrap_or_default).collect()
}

/// A name in `UpperCamelCase` that goes on, and so needs no `_` any more to be other than a keyword.
fn extended(name: &str, more: &str) -> String {
    format!("{}{more}", name.trim_end_matches('_'))
}

/// The name of a member's type after its parent's: the `vocabulary` of `MetadataVocabularyUpdated` is a
/// `MetadataUpdatedVocabulary`, without saying its words twice.
fn joined(parent: &str, hint: &str) -> String {
    let words = |text: &str| snake(text).split('_').map(str::to_owned).collect::<Vec<_>>();
    let (mut all, own) = (words(parent), words(hint));
    if let Some(at) = all.windows(own.len()).position(|window| window == own) {
        all.drain(at..at + own.len());
    }
    all.extend(own);
    upper_camel(&all.join("_"))
}

/// The names that the configuration gives.
fn configured(
    api: &Api,
    config: &Config,
    sources: &Sources,
    scope: &mut Scope,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<String>> {
    let mut names = vec![None; api.types.len()];
    for (place, name) in &config.names {
        let at = |def: &TypeDef| {
            let file = def.origin.file();
            let same_file = match &place.file {
                Some(path) => sources.relative_name(file) == path,
                None => sources.description() == Some(file),
            };
            same_file && def.origin.pointer() == place.pointer.as_str()
        };
        let Some(index) = api.types.iter().position(at) else {
            report_unused(api, place, &name.place, sources, diagnostics);
            continue;
        };
        if !scope.take(name.value.as_str()) {
            diagnostics.push(
                Diagnostic::new(Code::NameUnusable, format!("the name `{}` is taken", name.value.as_str()))
                    .at(name.place.clone(), "")
                    .at(Place::Value(api.types[index].origin.clone()), "the type")
                    .help("it is a name that emitted code uses itself, or one that is configured twice"),
            );
        }
        names[index] = Some(name.value.as_str().to_owned());
    }
    names
}

/// Reports a name for a place that no type is made from, unless a misspelt keyword in that place tells why.
fn report_unused(api: &Api, place: &SpecPlace, setting: &Place, sources: &Sources, diagnostics: &mut Diagnostics) {
    let pointer = place.pointer.as_str();
    let below = |label: &Label| match &label.place {
        Place::Name(origin) => origin.pointer().strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/')),
        _ => false,
    };
    let explained = |found: &Diagnostic| found.code == Code::UnknownKeyword && found.labels.iter().any(below);
    if place.file.is_none() && diagnostics.iter().any(explained) {
        return;
    }
    let known: Vec<String> = api
        .types
        .iter()
        .filter(|def| sources.description() == Some(def.origin.file()))
        .map(|def| format!("#{}", def.origin.pointer()))
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = match suggest_last(&place.to_string(), &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "names are given to objects, enums and unions that a webhook reaches".to_owned(),
    };
    diagnostics.push(
        Diagnostic::new(Code::ConfigUnused, format!("no type is made from `{place}`"))
            .at(setting.clone(), "this line does nothing")
            .help(help),
    );
}

/// The known place beside `place` whose last name is nearest.
fn suggest_last<'a>(place: &str, known: &[&'a str]) -> Option<&'a str> {
    let (parent, last) = place.rsplit_once('/')?;
    let name = |known: &'a str| known.strip_prefix(parent)?.strip_prefix('/');
    let names: Vec<&str> = known.iter().filter_map(|known| name(known)).collect();
    let near = suggest(last, names)?;
    known.iter().copied().find(|known| name(known) == Some(near))
}

fn unknown_variant(def: &TypeDef) -> Ident {
    let taken = |name: &str| match &def.kind {
        Kind::Enum(listed) => listed.values.iter().any(|value| upper_camel(&value.name()) == name),
        Kind::Union(union) => union.variants.iter().any(|variant| upper_camel(&variant.name) == name),
        _ => false,
    };
    let free = ["Unknown", "Unlisted", "NotListed"].into_iter().find(|name| !taken(name));
    ident(free.unwrap_or("NotInTheDescription"))
}

fn members(def: &TypeDef, unknown: &Ident) -> Vec<Ident> {
    match &def.kind {
        Kind::Struct(object) => {
            let mut candidates: Vec<Vec<String>> = object
                .fields
                .iter()
                .map(|field| {
                    let name = snake(&field.wire);
                    vec![name.clone(), format!("{name}_{}", short_hash(&field.wire))]
                })
                .collect();
            // What holds all other members is a field, too, and steps aside for those of the description.
            let others = if object.rest.is_some() { "additional" } else { "undeclared" };
            let taken = |name: &String| candidates.iter().any(|candidates| candidates[0] == *name);
            let free = [others.to_owned(), format!("{others}_members")].into_iter().find(|name| !taken(name));
            candidates.push(vec![free.unwrap_or_else(|| format!("{others}_{}", short_hash(others)))]);
            Scope::default().claim(&candidates).iter().map(|name| ident(name)).collect()
        }
        Kind::Enum(listed) => {
            let values: Vec<String> = listed.values.iter().map(Literal::name).collect();
            variants(values.iter().map(String::as_str), &[unknown.to_string()])
        }
        Kind::Union(union) => {
            variants(union.variants.iter().map(|variant| variant.name.as_str()), &[unknown.to_string()])
        }
        Kind::Constant(_) | Kind::Newtype(_) | Kind::Pending => Vec::new(),
    }
}

fn variants<'a>(values: impl Iterator<Item = &'a str>, taken: &[String]) -> Vec<Ident> {
    let candidates: Vec<Vec<String>> = values
        .map(|value| {
            let name = upper_camel(value);
            let hashed = extended(&name, &upper_camel(&short_hash(value)));
            vec![name, hashed]
        })
        .collect();
    Scope::reserving(taken.iter().map(String::as_str)).claim(&candidates).iter().map(|name| ident(name)).collect()
}

/// A file for each event type, and the name of its test.
fn fixtures(event_types: &[Ident]) -> Vec<String> {
    let candidates: Vec<Vec<String>> = event_types
        .iter()
        .map(|event_type| {
            let name = file(&event_type.to_string());
            vec![name.clone(), format!("{name}_{}", short_hash(&event_type.to_string()))]
        })
        .collect();
    Scope::reserving(["round_trip"]).claim(&candidates)
}

/// A module for each topic area; what several areas share has one of its own.
fn modules(api: &Api) -> Vec<String> {
    let areas: Vec<&str> =
        api.webhooks.iter().map(|webhook| api.topics(&webhook.event_type).last().unwrap_or("")).collect();
    let mut distinct: Vec<&str> = areas.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let candidates: Vec<Vec<String>> = distinct
        .iter()
        .map(|area| {
            let name = if area.is_empty() { "payloads".to_owned() } else { file(area) };
            let name = if is_keyword(&name) { format!("{name}_") } else { name };
            vec![name.clone(), format!("{name}_payloads"), format!("{name}_{}", short_hash(area))]
        })
        .collect();
    let names = Scope::reserving(RESERVED_MODULES.iter().copied()).claim(&candidates);
    let names: HashMap<&str, &String> = distinct.into_iter().zip(&names).collect();
    let mut modules: Vec<Option<String>> = vec![None; api.types.len()];
    for (webhook, area) in api.webhooks.iter().zip(areas) {
        let module = names[area];
        for id in api.reachable([webhook.payload]) {
            let slot = &mut modules[id.0];
            match slot {
                None => *slot = Some(module.clone()),
                Some(known) if known != module => *slot = Some("shared".to_owned()),
                Some(_) => {}
            }
        }
    }
    modules.into_iter().map(Option::unwrap_or_default).collect()
}
