//! Webhooks that are described under `callbacks` or `paths`.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::entry::{Address, Entry, distinct};
use super::media_type::has_json;
use super::operation::{ApiOperation, names_webhooks};
use super::path_item::{METHODS, addressed, entries};
use super::pattern::matched;
use super::received::received;
use super::{Reader, payloads};
use crate::config::{Callbacks, Located, Text, WebhookPlaces};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean, toml_string};
use crate::document::Node;

/// A callback as an operation or `components` has it, perhaps a reference.
struct WrittenCallback<'n> {
    name: &'n str,
    node: &'n Node,
    operation: Option<&'n ApiOperation>,
}

impl Reader<'_, '_> {
    /// The webhooks under `callbacks` and `paths`, with other names than those that are known: those that the configuration
    /// names, or else those whose place says that they are webhooks, if these may be inferred.
    pub(super) fn elsewhere(
        &mut self,
        root: &Node,
        operations: &[ApiOperation],
        configured: &WebhookPlaces,
        known: &HashSet<String>,
        may_infer: bool,
    ) -> Vec<Entry> {
        if configured.callbacks.is_none() && (configured.is_set() || !may_infer) {
            self.report_unread_callbacks(root);
        }
        let entries = if configured.is_set() {
            self.configured(root, operations, configured)
        } else if may_infer {
            self.inferred(root, operations)
        } else {
            Vec::new()
        };
        distinct(entries, known)
    }

    /// The operations under `paths`. Faults are not reported: these are not webhooks yet.
    pub(super) fn api(&mut self, root: &Node) -> Vec<ApiOperation> {
        let mut operations = Vec::new();
        let mut known = HashMap::new();
        let written = root.get("paths");
        let map = written.and_then(|paths| self.resolver.resolve(paths).ok());
        for (path, item) in written.zip(map.as_ref()).into_iter().flat_map(|(written, map)| entries(written, map)) {
            self.spend(1, item);
            if self.budget.is_exceeded() {
                break;
            }
            let Ok(item) = self.resolver.resolve(item) else { continue };
            for method in METHODS {
                let Some(node) = item.get(method).and_then(|node| self.resolver.resolve(node).ok()) else { continue };
                let has_json = self.has_json(&node, &mut known);
                let (path, item) = (path.to_owned(), item.clone());
                let operation = ApiOperation { path, method, item, node, is_received: false, has_json };
                // Paths may share an operation.
                self.spend(operation.tags().count(), &operation.node);
                operations.push(operation);
            }
        }
        let all_received = received(&operations, self.resolver);
        for (operation, is_received) in operations.iter_mut().zip(all_received) {
            operation.is_received = is_received;
        }
        operations
    }

    /// Whether an operation has a JSON body. What is `known` of bodies is by their identities.
    fn has_json(&mut self, operation: &Node, known: &mut HashMap<usize, bool>) -> bool {
        let body = operation.get("requestBody").and_then(|body| self.resolver.resolve(body).ok());
        body.is_some_and(|body| {
            *known.entry(body.origin().identity()).or_insert_with(|| {
                self.spend(body.get("content").map(|content| content.children().count()).unwrap_or_default(), &body);
                has_json(&body)
            })
        })
    }

    fn configured(&mut self, root: &Node, operations: &[ApiOperation], places: &WebhookPlaces) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some(Located { value, place }) = &places.callbacks {
            match value {
                Callbacks::All(false) => {}
                Callbacks::All(true) => {
                    let all = self.written_callbacks(root, operations);
                    entries.extend(self.callbacks(all));
                }
                Callbacks::Named(names) => {
                    let mut written = self.written_callbacks(root, operations);
                    let known: IndexSet<&str> = written.iter().map(|callback| callback.name).collect();
                    let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
                    self.unused("callback", names, &known, place, |name, known| name == known);
                    // Only these are followed: the others may lead to what cannot be read.
                    written.retain(|callback| names.iter().any(|name| name.as_str() == callback.name));
                    entries.extend(self.callbacks(written));
                }
            }
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
        if let Some(Located { value: patterns, place }) = &places.schemas {
            let schemas = self.reusable_schemas(root);
            let known: Vec<String> = schemas.iter().map(|(name, _)| name.clone()).collect();
            self.unused("schema", patterns, &known, place, |pattern, name| matched(pattern, name).is_some());
            entries.extend(schemas.iter().filter_map(|(name, schema)| {
                let name = patterns.iter().find_map(|pattern| matched(pattern.as_str(), name))?;
                Some(payloads::entry(name, schema))
            }));
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
        let written = self.written_callbacks(root, operations);
        let callbacks = self.callbacks(written);
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
            if !operations.iter().all(|operation| operation.is_received) {
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

    /// The callbacks of these operations; those that are only defined, if operations have none.
    fn written_callbacks<'n>(&mut self, root: &'n Node, operations: &'n [ApiOperation]) -> Vec<WrittenCallback<'n>> {
        let of_operations = operations.iter().map(|operation| (operation.node.get("callbacks"), Some(operation)));
        let shared = root.get("components").and_then(|components| components.get("callbacks"));
        let mut written = Vec::new();
        for (map, operation) in of_operations.chain([(shared, None)]) {
            if operation.is_none() && !written.is_empty() {
                break;
            }
            for (name, node) in map.and_then(Node::as_object).into_iter().flatten() {
                self.spend(1, node);
                if self.budget.is_exceeded() {
                    return Vec::new();
                }
                if !name.starts_with("x-") {
                    written.push(WrittenCallback { name, node, operation });
                }
            }
        }
        written
    }

    /// The webhooks that these callbacks describe, one for each address.
    fn callbacks(&mut self, written: Vec<WrittenCallback<'_>>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for WrittenCallback { name, node, operation } in written {
            if self.budget.is_exceeded() {
                break;
            }
            let Some(callback) = self.follow(node) else { continue };
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
        entries
    }
}
