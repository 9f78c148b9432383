//! Whether operations under `paths` are received, or manage what is received.

use std::collections::{HashMap, HashSet};

use super::operation::{ApiOperation, likeness, says_webhook};
use crate::document::Node;
use crate::resolve::Resolver;

/// The methods of operations that change or remove what is stored.
const CHANGES: [&str; 3] = ["put", "patch", "delete"];

/// How the last segment of a path begins if an operation beside the collection of receivers manages one.
const VERBS: [&str; 28] = [
    "activate",
    "add",
    "create",
    "deactivate",
    "delete",
    "disable",
    "edit",
    "enable",
    "fire",
    "list",
    "ping",
    "query",
    "register",
    "remove",
    "replay",
    "resend",
    "retry",
    "rotate",
    "search",
    "send",
    "simulate",
    "subscribe",
    "test",
    "trigger",
    "unregister",
    "unsubscribe",
    "update",
    "verify",
];

/// How many schemas of a body are searched for the address of a receiver.
const MAX_SCHEMAS: usize = 100;

/// For each operation, whether it seems to be received: a vendor may send it, and nothing shows that it manages something.
pub(super) fn received(operations: &[ApiOperation], resolver: &Resolver<'_>) -> Vec<bool> {
    let mut addresses = Addresses { resolver, known: HashMap::new() };
    let mut management = Management::default();
    for operation in operations {
        management.add(operation, &mut addresses);
    }
    operations.iter().map(|operation| is_sent(operation) && !management.includes(operation)).collect()
}

/// Whether a vendor may send what an operation describes: to an address without parameters, but for the last segment.
fn is_sent(operation: &ApiOperation) -> bool {
    let last = operation.path.rfind('/').unwrap_or_default();
    operation.has_body()
        && !operation.path[..last].contains('{')
        && (operation.method == "post" || operation.method == "put" && !operation.path.ends_with('}'))
}

/// The part of a path up to the first segment that may name webhooks.
pub(super) fn prefix(path: &str) -> Option<&str> {
    let ends = path.match_indices('/').map(|(end, _)| end).filter(|end| *end > 0).chain([path.len()]);
    ends.map(|end| &path[..end]).find(|prefix| likeness(last_segment(prefix)) > 0)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What shows that an operation manages webhooks, instead of being one.
#[derive(Default)]
struct Management<'o> {
    /// The methods that change what is stored, by path.
    changes: HashMap<&'o str, HashSet<&'static str>>,
    /// The paths of collections: below them is a path with a parameter whose operation is not sent.
    collections: HashSet<&'o str>,
    /// The paths of collections of receivers: an operation there is sent the address of one.
    registries: HashSet<&'o str>,
    /// By prefix that names events or the like, but not webhooks: the paths of operations that are not sent. There, events are
    /// read like other things.
    read: HashMap<&'o str, HashSet<&'o str>>,
}

impl<'o> Management<'o> {
    fn add(&mut self, operation: &'o ApiOperation, addresses: &mut Addresses<'_, '_>) {
        let path = trimmed(operation);
        if CHANGES.contains(&operation.method) {
            self.changes.entry(path).or_default().insert(operation.method);
        }
        let above = path.rsplit_once('/').map(|(above, _)| above);
        if let Some(above) = above
            && last_segment(path).starts_with('{')
            && !is_sent(operation)
        {
            self.collections.insert(above);
        }
        let weak = prefix(path).filter(|prefix| !says_webhook(last_segment(prefix)));
        if let Some(prefix) = weak.filter(|_| !is_sent(operation)) {
            self.read.entry(prefix).or_default().insert(path);
        }
        if addresses.are_sent(operation) {
            // `/webhooks/add` adds to `/webhooks`.
            let is_below = |above: &&str| prefix(path).is_some_and(|prefix| above.len() >= prefix.len());
            let above = above.filter(is_below).filter(|_| is_about_one(path));
            self.registries.insert(above.unwrap_or(path));
        }
    }

    fn includes(&self, operation: &ApiOperation) -> bool {
        let path = trimmed(operation);
        let changes = self.changes.get(path);
        let read = prefix(path).and_then(|prefix| self.read.get(prefix));
        let above = path.rsplit_once('/').map(|(above, _)| above).filter(|_| is_about_one(path));
        changes.is_some_and(|methods| methods.iter().any(|other| *other != operation.method))
            || read.is_some_and(|paths| paths.len() > usize::from(paths.contains(path)))
            || self.collections.contains(path)
            || self.registries.contains(path)
            || above.is_some_and(|above| self.registries.contains(above))
    }
}

fn trimmed(operation: &ApiOperation) -> &str {
    operation.path.trim_end_matches('/')
}

/// Whether the last segment is a parameter or a verb, so that the operation is about one element of what is above.
fn is_about_one(path: &str) -> bool {
    last_segment(path).starts_with('{') || is_command(path)
}

/// Whether the last segment begins with a verb.
pub(super) fn is_command(path: &str) -> bool {
    let words = heck::AsSnakeCase(last_segment(path)).to_string();
    words.split('_').next().is_some_and(|word| VERBS.contains(&word))
}

/// Whether bodies have the address of a receiver.
struct Addresses<'a, 'r> {
    resolver: &'a Resolver<'r>,
    /// By the identities of bodies and schemas: many operations may share one.
    known: HashMap<usize, bool>,
}

impl Addresses<'_, '_> {
    /// Whether an operation is sent the address of a receiver, and not to it.
    fn are_sent(&mut self, operation: &ApiOperation) -> bool {
        let body = operation.node.get("requestBody").and_then(|body| self.resolver.resolve(body).ok());
        body.is_some_and(|body| {
            self.known(&body, |addresses| {
                let media = body.get("content").and_then(Node::as_object).into_iter().flatten();
                media.filter_map(|(_, media)| media.get("schema")).any(|schema| addresses.has_address(schema))
            })
        })
    }

    fn has_address(&mut self, schema: &Node) -> bool {
        self.resolver.resolve(schema).is_ok_and(|schema| self.known(&schema, |addresses| addresses.search(&schema)))
    }

    /// Whether a schema or one that it combines has the member.
    fn search(&self, schema: &Node) -> bool {
        let (mut pending, mut seen) = (vec![schema.clone()], HashSet::new());
        while let Some(schema) = pending.pop().filter(|_| seen.len() < MAX_SCHEMAS) {
            let Ok(schema) = self.resolver.resolve(&schema) else { continue };
            if !seen.insert(schema.origin().identity()) {
                continue;
            }
            let mut members = schema.get("properties").and_then(Node::as_object).into_iter().flatten();
            if members.any(|(name, member)| is_address(name) || is_receiver(name, member)) {
                return true;
            }
            let combined =
                ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array());
            pending.extend(combined.flatten().take(MAX_SCHEMAS).cloned());
        }
        false
    }

    fn known(&mut self, node: &Node, find: impl FnOnce(&mut Self) -> bool) -> bool {
        let identity = node.origin().identity();
        if let Some(known) = self.known.get(&identity) {
            return *known;
        }
        let found = find(self);
        self.known.insert(identity, found);
        found
    }
}

/// Whether a member is named like the address of a receiver. Payloads have others, such as `html_url`.
fn is_address(name: &str) -> bool {
    let words = heck::AsSnakeCase(name).to_string();
    let mut words = words.split('_').rev();
    words.next().is_some_and(|word| ["url", "uri", "endpoint"].contains(&word))
        && words.next().is_none_or(|word| ["callback", "target", "webhook", "notification"].contains(&word))
}

/// Whether a member is called `webhook` and is an address by its format.
fn is_receiver(name: &str, member: &Node) -> bool {
    let is_address = member.get("format").and_then(Node::as_str).is_some_and(|format| ["url", "uri"].contains(&format));
    is_address && says_webhook(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_addresses() {
        for (name, expected) in [
            ("url", true),
            ("endpoint", true),
            ("targetUrl", true),
            ("webhook_callback_uri", true),
            ("order_status_url", false),
            ("html_url", false),
            ("urls", false),
        ] {
            assert_eq!(is_address(name), expected, "{name}");
        }
    }

    #[test]
    fn prefixes_of_paths() {
        for (path, expected) in [
            ("/webhooks", Some("/webhooks")),
            ("/v1/webhooks/events/a", Some("/v1/webhooks")),
            ("/webhooks/", Some("/webhooks")),
            ("webhooks/a", Some("webhooks")),
            ("/doors/{id}", None),
            ("", None),
        ] {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }
}
