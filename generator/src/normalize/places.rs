//! Webhooks that are described under `callbacks` or `paths`.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::entry::{Address, Entry, distinct};
use super::{METHODS, Reader, is_path_item};
use crate::config::{Callbacks, Located, Text, WebhookPlaces};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean, toml_string};
use crate::document::Node;

/// An operation under `paths`.
pub(super) struct ApiOperation {
    pub(super) path: String,
    pub(super) method: &'static str,
    item: Node,
    pub(super) node: Node,
}

/// Words beside `webhook` in the tag or path of operations that are webhooks. Alone, it names the management of webhooks.
const EVENT_WORDS: [&str; 14] = [
    "event",
    "events",
    "payload",
    "payloads",
    "notification",
    "notifications",
    "callback",
    "callbacks",
    "example",
    "examples",
    "sample",
    "samples",
    "receiver",
    "receivers",
];

impl Reader<'_, '_> {
    /// The webhooks under `callbacks` and `paths`, with other names than those that are known: those that the configuration
    /// names, or else those whose place says that they are webhooks, if these may be inferred.
    pub(super) fn elsewhere(
        &mut self,
        root: &Node,
        configured: &WebhookPlaces,
        known: &HashSet<String>,
        may_infer: bool,
    ) -> Vec<Entry> {
        if configured.callbacks.is_none() && (configured.is_set() || !may_infer) {
            self.report_unread_callbacks(root);
        }
        if !configured.is_set() && !may_infer {
            return Vec::new();
        }
        let operations = self.api(root);
        let entries = if configured.is_set() {
            self.configured(root, &operations, configured)
        } else {
            self.inferred(root, &operations)
        };
        distinct(entries, known)
    }

    /// The operations under `paths`. Faults are not reported: these are not webhooks yet.
    pub(super) fn api(&mut self, root: &Node) -> Vec<ApiOperation> {
        let mut operations = Vec::new();
        for (path, item) in root.get("paths").and_then(Node::as_object).into_iter().flatten() {
            self.spend(1, item);
            let Ok(item) = self.resolver.resolve(item) else { continue };
            for method in METHODS {
                let Some(node) = item.get(method).and_then(|node| self.resolver.resolve(node).ok()) else { continue };
                operations.push(ApiOperation { path: path.to_string(), method, item: item.clone(), node });
            }
        }
        operations
    }

    fn configured(&mut self, root: &Node, operations: &[ApiOperation], places: &WebhookPlaces) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some(Located { value, place }) = &places.callbacks {
            let all = self.callbacks(root, operations);
            entries.extend(match value {
                Callbacks::All(wanted) => {
                    if *wanted {
                        all
                    } else {
                        Vec::new()
                    }
                }
                Callbacks::Named(names) => {
                    let known: IndexSet<&str> = all.iter().map(|entry| entry.name.as_str()).collect();
                    let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
                    self.unused("callback", names, &known, place, |name, known| name == known);
                    all.into_iter().filter(|entry| names.iter().any(|name| name.as_str() == entry.name)).collect()
                }
            });
        }
        if let Some(Located { value: patterns, place }) = &places.paths {
            let known: Vec<String> = operations.iter().map(|operation| operation.path.clone()).collect();
            self.unused("path", patterns, &known, place, |pattern, path| matched(pattern, path).is_some());
            entries.extend(operations.iter().filter_map(|operation| {
                let name = patterns.iter().find_map(|pattern| matched(pattern.as_str(), &operation.path))?;
                operation.has_body().then(|| operation.entry(name))
            }));
        }
        if let Some(Located { value: tags, place }) = &places.tags {
            let known: IndexSet<&str> = operations.iter().flat_map(ApiOperation::tags).collect();
            let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
            self.unused("tag", tags, &known, place, |tag, known| tag == known);
            let has_tag = |operation: &&ApiOperation| {
                operation.tags().any(|tag| tags.iter().any(|wanted| wanted.as_str() == tag))
            };
            let operations = operations.iter().filter(|operation| operation.has_body()).filter(has_tag);
            entries.extend(operations.map(|operation| operation.entry(operation.last_segment())));
        }
        entries
    }

    /// Reports names that nothing in the description has.
    fn unused(&mut self, what: &str, names: &[Text], known: &[String], place: &Place, is: impl Fn(&str, &str) -> bool) {
        for name in names.iter().map(Text::as_str).filter(|name| !known.iter().any(|known| is(name, known))) {
            self.diagnostics.push(
                Diagnostic::new(Code::ConfigUnused, format!("unknown {what} `{name}`"))
                    .at(place.clone(), "it has no effect")
                    .maybe_help(did_you_mean(name, known.iter().map(String::as_str))),
            );
        }
    }

    fn inferred(&mut self, root: &Node, operations: &[ApiOperation]) -> Vec<Entry> {
        let callbacks = self.callbacks(root, operations);
        if let Some(first) = callbacks.first() {
            self.report_inferred("`callbacks`", std::slice::from_ref(&first.key), "callbacks = true".to_owned());
        }
        let mut entries = callbacks;
        let mut groups: IndexMap<(bool, &str), Vec<&ApiOperation>> = IndexMap::new();
        for operation in operations {
            let segment = operation.path.split('/').nth(1).unwrap_or_default();
            let places = operation.tags().map(|tag| (true, tag)).chain([(false, segment)]);
            for place in places.filter(|(_, name)| names_webhooks(name)) {
                groups.entry(place).or_default().push(operation);
            }
        }
        let mut seen = HashSet::new();
        // What each line lists, and the first webhook of each.
        let mut lists: IndexMap<&str, Vec<(String, Node)>> = IndexMap::new();
        for ((by_tag, name), operations) in groups {
            // Operations that are not received manage webhooks.
            if !operations.iter().all(|operation| operation.method == "post" && operation.has_body()) {
                continue;
            }
            let new = operations.into_iter().filter(|operation| seen.insert(operation.path.clone()));
            let (list, value) = if by_tag { ("tags", name.to_owned()) } else { ("paths", format!("/{name}/*")) };
            // The names are those that the line gives them, too.
            let new: Vec<Entry> = new
                .map(|operation| {
                    let of_pattern = if by_tag { None } else { matched(&value, &operation.path) };
                    operation.entry(of_pattern.unwrap_or_else(|| operation.last_segment()))
                })
                .collect();
            if let Some(first) = new.first() {
                lists.entry(list).or_default().push((value, first.key.clone()));
            }
            entries.extend(new);
        }
        for (list, found) in lists {
            let (values, firsts): (Vec<String>, Vec<Node>) = found.into_iter().unzip();
            let shown: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            let quoted: Vec<String> = values.iter().map(|value| toml_string(value)).collect();
            let place = format!("`paths`, by {}", shown.join(" and "));
            self.report_inferred(&place, &firsts, format!("{list} = [{}]", quoted.join(", ")));
        }
        entries
    }

    fn report_inferred(&mut self, place: &str, examples: &[Node], line: String) {
        let finding = Diagnostic::new(Code::WebhooksInferred, format!("webhooks are read from {place}"));
        let finding = examples.iter().enumerate().fold(finding, |finding, (number, key)| {
            finding.at(Place::Name(key.origin().clone()), if number == 0 { "for example this one" } else { "" })
        });
        self.diagnostics.push(finding.inferred("webhooks", vec![line]));
    }

    /// All callbacks of these operations; those that are only defined, if operations have none.
    fn callbacks(&mut self, root: &Node, operations: &[ApiOperation]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for operation in operations {
            if let Some(callbacks) = operation.node.get("callbacks") {
                self.callbacks_in(callbacks, Some(operation), &mut entries);
            }
        }
        if entries.is_empty()
            && let Some(shared) = root.get("components").and_then(|components| components.get("callbacks"))
        {
            self.callbacks_in(shared, None, &mut entries);
        }
        entries
    }

    fn callbacks_in(&mut self, callbacks: &Node, operation: Option<&ApiOperation>, entries: &mut Vec<Entry>) {
        for (name, callback) in callbacks.as_object().into_iter().flatten() {
            self.spend(1, callback);
            if name.starts_with("x-") || self.budget.is_exceeded() {
                continue;
            }
            let Some(callback) = self.follow(callback) else { continue };
            for (expression, written) in addressed(&callback) {
                self.spend(1, written);
                let Some(item) = self.follow(written) else { continue };
                let sender = operation.map(|operation| format!("{} {}", operation.method, operation.path));
                entries.push(Entry {
                    address: Some(Address { operation: sender, expression: expression.to_owned() }),
                    path: operation.map(|operation| operation.path.clone()),
                    ..Entry::new(name, written, item)
                });
            }
        }
    }
}

impl ApiOperation {
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.node.get("tags").and_then(Node::as_array).into_iter().flatten().filter_map(Node::as_str)
    }

    pub(super) fn has_body(&self) -> bool {
        self.node.get("requestBody").is_some()
    }

    fn last_segment(&self) -> &str {
        self.path.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or(&self.path)
    }

    fn entry(&self, name: &str) -> Entry {
        Entry {
            method: Some(self.method),
            path: Some(self.path.clone()),
            ..Entry::new(name, &self.node, self.item.clone())
        }
    }
}

/// The path items of a Callback Object, by the expression for the URL.
pub(super) fn addressed(callback: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let members = callback.as_object().into_iter().flatten();
    members.filter(|(key, item)| !key.starts_with("x-") && is_path_item(item)).map(|(key, item)| (&**key, item))
}

/// What a pattern's first `*` matches in a path, without slashes around it; all of the path if there is nothing. `None`
/// if the pattern does not match.
fn matched<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let rest = path.strip_prefix(first)?;
    let (mut at, mut end) = (0, None);
    let mut parts = parts.peekable();
    let is_exact = parts.peek().is_none();
    while let Some(part) = parts.next() {
        let found = if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|start| *start >= at && rest.ends_with(part))?
        } else {
            at + rest[at..].find(part)?
        };
        end.get_or_insert(found);
        at = found + part.len();
    }
    if is_exact && !rest.is_empty() {
        return None;
    }
    let name = rest[..end.unwrap_or_default()].trim_matches('/');
    Some(if name.is_empty() { path.trim_start_matches('/') } else { name })
}

/// Whether a tag or a segment of a path names the requests of webhooks.
fn names_webhooks(name: &str) -> bool {
    likeness(name) == 2
}

/// How much a tag, a path or a segment of one is named like the requests of webhooks: 0, 1 or 2.
pub(super) fn likeness(name: &str) -> usize {
    let words = heck::AsSnakeCase(name).to_string();
    let has = |wanted: &[&str]| words.split('_').any(|word| wanted.contains(&word));
    usize::from(has(&["webhook", "webhooks", "hook", "hooks"])) + usize::from(has(&EVENT_WORDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_what_they_match() {
        for (pattern, path, expected) in [
            ("/events/*", "/events/order.created", Some("order.created")),
            ("/events/*", "/events/", Some("events/")),
            ("/events/*", "/others/a", None),
            ("/*/events", "/a/b/events", Some("a/b")),
            ("/*/events/*", "/a/events/b", Some("a")),
            ("/events", "/events", Some("events")),
            ("/events", "/events/a", None),
            ("*", "/a", Some("a")),
            ("/a*a", "/a", None),
        ] {
            assert_eq!(matched(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn names_of_webhooks() {
        for (name, expected) in [
            ("Webhook events", true),
            ("webhook-events", true),
            ("WebhookPayloads", true),
            ("Webhook Samples", true),
            ("webhook_receiver", true),
            ("Webhooks", false),
            ("events", false),
        ] {
            assert_eq!(names_webhooks(name), expected, "{name}");
        }
    }
}
