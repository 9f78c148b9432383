//! Whether webhooks get the event types that their descriptions say.
//!
//! A webhook is *right* if one of its own values reaches it: of an example of its payload, of a list, constant or mapping where
//! deliveries state their event type, or of an extension. It is *wrong* if it has such values, and none reaches it. Otherwise
//! its event type is *unknown*, also if it is deprecated and left out for another webhook that its values reach. For webhooks in
//! `.ci/corpus-event-types.json`, that table decides instead: it was written from the documents, not by the generator.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use webhook_generator::document::{Node, pointer};
use webhook_generator::ir::{Api, EventTypeLocation};
use webhook_generator::normalize::{Description, SchemaId, Webhook};

/// The event types that documents are known to have, by their path and the webhook; empty if deliveries do not state them,
/// and null if the document does not say.
#[derive(Default)]
pub(crate) struct Expected(BTreeMap<String, BTreeMap<String, Option<BTreeSet<String>>>>);

/// Whether a webhook has the event type that its description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Correctness {
    Right,
    Unknown,
    Wrong,
}

/// The correctness of a webhook, and why.
pub(crate) struct Judged {
    pub(crate) webhook: String,
    pub(crate) correctness: Correctness,
    /// What the description says.
    pub(crate) expected: BTreeSet<String>,
    /// What the generator says.
    pub(crate) found: BTreeSet<String>,
}

impl Judged {
    /// A webhook of which the description does not state the event type, and how it is routed.
    pub(crate) fn unknown(&self) -> String {
        match self.found.len() {
            0 => format!("`{}`, left out", self.webhook),
            _ => format!("`{}`, routed as {}", self.webhook, shown(&self.found)),
        }
    }
}

/// The first few.
fn shown(event_types: &BTreeSet<String>) -> String {
    match event_types.len() {
        0 => "none".to_owned(),
        _ => event_types.iter().take(5).map(|event_type| format!("`{event_type}`")).collect::<Vec<_>>().join(", "),
    }
}

impl Display for Judged {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has {}, expected {}", self.webhook, shown(&self.found), shown(&self.expected))
    }
}

impl Expected {
    /// Reads the table of the repository.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let path = root.join(".ci/corpus-event-types.json");
        let problem = |what: &dyn Display| format!("`{}`: {what}", path.display());
        let text = fs::read(&path).map_err(|error| problem(&error))?;
        serde_json::from_slice(&text).map(Self).map_err(|error| problem(&error))
    }

    /// Judges all webhooks of a document.
    pub(crate) fn judge(&self, document: &str, description: &Description, api: &Api) -> Vec<Judged> {
        let none = BTreeMap::new();
        let known = self.0.get(document).unwrap_or(&none);
        let others = description.webhooks.iter().filter(|webhook| !known.contains_key(&webhook.name));
        let others = others.map(|webhook| by_own_values(webhook, description, api));
        let known = known.iter().map(|(webhook, expected)| by_table(webhook, expected.as_ref(), api));
        known.chain(others).collect()
    }
}

fn by_table(webhook: &str, expected: Option<&BTreeSet<String>>, api: &Api) -> Judged {
    let found = event_types(api, webhook);
    let in_address = api.event_type_location == EventTypeLocation::Address;
    let correctness = match expected {
        Some(expected) if expected.is_empty() && in_address && !found.is_empty() => Correctness::Right,
        Some(expected) if *expected == found && !found.is_empty() => Correctness::Right,
        None if found.is_empty() || in_address => Correctness::Unknown,
        _ => Correctness::Wrong,
    };
    Judged { webhook: webhook.to_owned(), correctness, expected: expected.cloned().unwrap_or_default(), found }
}

fn event_types(api: &Api, webhook: &str) -> BTreeSet<String> {
    let own = api.webhooks.iter().filter(|known| known.key == webhook);
    own.map(|known| known.event_type.clone()).collect()
}

fn by_own_values(webhook: &Webhook, description: &Description, api: &Api) -> Judged {
    let found = event_types(api, &webhook.name);
    let expected = own_values(webhook, description, api);
    let correctness = match api.event_type_location {
        // Each delivery to its address reaches it.
        EventTypeLocation::Address => Correctness::Right,
        _ if !expected.is_disjoint(&found) => Correctness::Right,
        _ if expected.is_empty() => Correctness::Unknown,
        _ if webhook.operation.deprecated && found.is_empty() && reaches_another(&expected, api) => {
            Correctness::Unknown
        }
        _ => Correctness::Wrong,
    };
    Judged { webhook: webhook.name.clone(), correctness, expected, found }
}

/// Whether deliveries of one of these event types reach a webhook.
fn reaches_another(values: &BTreeSet<String>, api: &Api) -> bool {
    api.webhooks.iter().any(|webhook| values.contains(&webhook.event_type))
}

/// What a webhook's own examples, lists and extensions say.
fn own_values(webhook: &Webhook, description: &Description, api: &Api) -> BTreeSet<String> {
    let own = Own { webhook, description };
    let (heads, mut values) = match &api.event_type_location {
        EventTypeLocation::Body { pointers, .. } => {
            let at = pointers.iter().map(|pointer| own.at(pointer)).find(|values| !values.is_empty());
            (at.unwrap_or_default(), own.extensions("-event-type"))
        }
        EventTypeLocation::Header { name, .. } => (own.in_header(name), own.extensions("-event-type")),
        EventTypeLocation::Address => return BTreeSet::new(),
    };
    let parts = api.event_type_location.completed_by().map(|pointer| own.at(pointer)).unwrap_or_default();
    for head in &heads {
        values.extend(parts.iter().map(|part| format!("{head}{}{part}", api.separator)));
    }
    values.extend(heads);
    values
}

struct Own<'a> {
    webhook: &'a Webhook,
    description: &'a Description,
}

impl Own<'_> {
    /// The strings in extensions whose path ends with this, of the operation or the body's schema.
    fn extensions(&self, end: &str) -> BTreeSet<String> {
        let of_operation = self.webhook.extensions.iter().map(|(path, node)| (path.as_str(), node));
        let schema = self.description.schemas.get(self.webhook.body);
        let schema = schema.reference.map_or(schema, |target| self.description.schemas.get(target));
        let members = schema.node.as_object().into_iter().flatten();
        let of_schema = members.filter(|(name, _)| name.starts_with("x-")).map(|(name, node)| (&**name, node));
        let all = of_operation.chain(of_schema).filter(|(path, _)| path.ends_with(end));
        all.filter_map(|(_, node)| node.as_str()).map(str::to_owned).collect()
    }

    fn in_header(&self, name: &str) -> BTreeSet<String> {
        let headers = self.webhook.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let documented = headers.flat_map(|header| header.values.iter().chain(&header.listed));
        let documented = documented.filter_map(Node::as_str).map(str::to_owned);
        documented.chain(self.extensions("")).collect()
    }

    /// The strings at a place of the body.
    fn at(&self, pointer: &str) -> BTreeSet<String> {
        let path = pointer::split(pointer);
        let mut values = BTreeSet::new();
        self.listed(self.webhook.body, &path, &mut values, &mut HashSet::new());
        let examples = self.webhook.examples.iter().filter_map(|example| example.payload.at_names(&path));
        values.extend(examples.filter_map(Node::as_str).map(str::to_owned));
        if let [name] = &path[..] {
            values.extend(self.mapped(name));
        }
        values
    }

    /// The values in the mapping of the body's own discriminator.
    fn mapped(&self, name: &str) -> BTreeSet<String> {
        let mut schema = self.description.schemas.get(self.webhook.body);
        while let Some(target) = schema.reference {
            schema = self.description.schemas.get(target);
        }
        let discriminator =
            schema.data.discriminator.iter().filter(|discriminator| discriminator.property_name == name);
        discriminator.flat_map(|discriminator| discriminator.mapping.keys().cloned()).collect()
    }

    /// The constants, lists and examples at a place of a schema.
    fn listed(
        &self,
        schema: SchemaId,
        path: &[String],
        values: &mut BTreeSet<String>,
        seen: &mut HashSet<(SchemaId, usize)>,
    ) {
        if !seen.insert((schema, path.len())) {
            return;
        }
        let schema = self.description.schemas.get(schema);
        let same = schema.reference.iter().chain(&schema.all_of).chain(&schema.one_of).chain(&schema.any_of);
        for part in same {
            self.listed(*part, path, values, seen);
        }
        match path {
            [] => {
                let texts = schema.constant.iter().chain(schema.values.iter().flatten()).chain(&schema.examples);
                values.extend(texts.filter_map(Node::as_str).map(str::to_owned));
            }
            [name, rest @ ..] => {
                let elements = schema.items.iter().filter(|_| pointer::index(name).is_some());
                for inner in schema.properties.get(name).into_iter().chain(elements) {
                    self.listed(*inner, rest, values, seen);
                }
            }
        }
    }
}
