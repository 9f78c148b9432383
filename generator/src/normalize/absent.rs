//! The error for a description without webhooks.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::places::{ApiOperation, likeness};
use super::{Reader, is_nearly_webhooks};
use crate::diagnostics::{Code, Diagnostic, Place, toml_string};
use crate::document::Node;

/// The methods of operations that change or remove what is stored.
const CHANGES: [&str; 3] = ["put", "patch", "delete"];

/// What shows that an operation manages webhooks, instead of being one.
struct Others<'o> {
    /// The methods that change what is stored, by path.
    changes: HashMap<&'o str, HashSet<&'static str>>,
    /// The paths of collections: below them is a path with a parameter whose operation is not sent.
    collections: HashSet<&'o str>,
    /// By the first segment that may name webhooks: whether an operation there is sent the address of a receiver, and the
    /// paths of operations that are not sent.
    beside: HashMap<&'o str, (bool, HashSet<&'o str>)>,
}

impl<'o> Others<'o> {
    fn of(operations: &'o [ApiOperation], registers: impl Fn(&ApiOperation) -> bool) -> Self {
        let mut others = Self { changes: HashMap::new(), collections: HashSet::new(), beside: HashMap::new() };
        for operation in operations {
            let path = operation.path.as_str();
            if CHANGES.contains(&operation.method) {
                others.changes.entry(path).or_default().insert(operation.method);
            }
            if let Some((collection, last)) = path.rsplit_once('/')
                && last.starts_with('{')
                && !is_sent(operation)
            {
                others.collections.insert(collection);
            }
            let segment = first_segment(path);
            let (registered, paths) = others.beside.entry(segment).or_default();
            *registered |= likeness(segment) > 0 && registers(operation);
            if likeness(segment) > 0 && !is_sent(operation) {
                paths.insert(path);
            }
        }
        others
    }

    /// Whether what is beside an operation shows that it manages something.
    fn manage(&self, operation: &ApiOperation) -> bool {
        let path = operation.path.as_str();
        let changes =
            self.changes.get(path).is_some_and(|methods| methods.iter().any(|other| *other != operation.method));
        let beside = self
            .beside
            .get(first_segment(path))
            .is_some_and(|(registered, paths)| *registered || paths.len() > usize::from(paths.contains(path)));
        changes || self.collections.contains(path.trim_end_matches('/')) || beside
    }
}

/// Whether a vendor may send what an operation describes: to an address without parameters, but for the last segment.
fn is_sent(operation: &ApiOperation) -> bool {
    let last = operation.path.rfind('/').unwrap_or_default();
    operation.has_body()
        && !operation.path[..last].contains('{')
        && (operation.method == "post" || operation.method == "put" && !operation.path.ends_with('}'))
}

fn first_segment(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

impl Reader<'_, '_> {
    /// Reports that there are no webhooks, at the first map that was searched.
    pub(super) fn no_webhooks(&mut self, root: &Node, map: Option<&Node>) {
        let misspelled = root.as_object().into_iter().flatten().find(|(name, _)| is_nearly_webhooks(name));
        let rule = "webhooks are listed under `webhooks` (before OpenAPI 3.1: `x-webhooks`), a map of path items";
        let has_entries = |map: &Node| map.as_object().is_some_and(|items| !items.is_empty());
        let (place, help) = match (map, misspelled) {
            (Some(map), _) if has_entries(map) => {
                let rule =
                    "only JSON bodies are received: a `requestBody` with `application/json`, or a type with `+json`";
                (Place::Name(map.origin().clone()), rule)
            }
            (Some(map), _) => (Place::Name(map.origin().clone()), rule),
            (None, Some((_, near))) => (Place::Name(near.origin().clone()), "did you mean `webhooks`?"),
            (None, None) => (Place::Value(root.origin().clone()), rule),
        };
        let error = Diagnostic::new(Code::NoWebhooks, "the description has no webhook with a JSON body");
        let error = error.at(place, "").help(help);
        if map.is_some() || misspelled.is_some() {
            self.diagnostics.push(error);
            return;
        }
        let likely = self.likely(root);
        self.diagnostics.push(match likely {
            Some(line) => {
                let when = "if webhooks are described under `paths`, list them in codegen.toml, or their `tags`; `*` matches \
                            any text";
                error.candidate(when, "webhooks", vec![line])
            }
            None if root.get("paths").is_some_and(|paths| paths.children().next().is_some()) => error.help(
                "if some operations under `paths` are webhooks, list their `paths` or `tags` in the table `[webhooks]` of \
                 codegen.toml",
            ),
            None => error,
        });
    }

    /// The line of `codegen.toml` that reads what is most likely received: operations with a tag that says so, else those
    /// below one segment, else one path.
    fn likely(&mut self, root: &Node) -> Option<String> {
        let operations = self.api(root);
        let others = Others::of(&operations, |operation| self.registers(operation));
        let is_received = |operation: &&ApiOperation| is_sent(operation) && !others.manage(operation);
        let mut by_tag: IndexMap<&str, bool> = IndexMap::new();
        for operation in &operations {
            for tag in operation.tags().filter(|tag| likeness(tag) > 0) {
                *by_tag.entry(tag).or_insert(true) &= is_received(&operation);
            }
        }
        let tags: Vec<&str> = by_tag.into_iter().filter(|(_, received)| *received).map(|(tag, _)| tag).collect();
        let best = operations.iter().filter(is_received).map(|operation| likeness(&operation.path)).max();
        let best = best.filter(|best| *best > 0);
        let paths = operations.iter().filter(is_received).map(|operation| operation.path.as_str());
        let mut paths = paths.filter(|path| Some(likeness(path)) == best);
        let first = paths.next();
        if tags.len() > 1 || first.is_none() && !tags.is_empty() {
            let tags: Vec<String> = tags.into_iter().map(toml_string).collect();
            return Some(format!("tags = [{}]", tags.join(", ")));
        }
        let first = first?;
        let segment = Some(first_segment(first)).filter(|segment| likeness(segment) > 0);
        let beside = segment.map(|segment| format!("/{segment}/")).filter(|prefix| first.starts_with(prefix));
        let pattern = beside.filter(|prefix| paths.any(|other| other.starts_with(prefix)));
        let pattern = pattern.map_or_else(|| first.to_owned(), |prefix| format!("{prefix}*"));
        Some(format!("paths = [{}]", toml_string(&pattern)))
    }

    /// Whether an operation is sent the address of a receiver, and not to it.
    fn registers(&self, operation: &ApiOperation) -> bool {
        let is_address = |name: &str| {
            let words = heck::AsSnakeCase(name).to_string();
            words.split('_').next_back().is_some_and(|word| ["url", "uri", "endpoint"].contains(&word))
        };
        let resolve = |node: &Node| self.resolver.resolve(node).ok();
        let schemas = || {
            let body = resolve(operation.node.get("requestBody")?)?;
            let content = body.get("content")?.as_object()?;
            Some(content.values().filter_map(|media| resolve(media.get("schema")?)).collect::<Vec<_>>())
        };
        let members = |schema: &Node| {
            let members = schema.get("properties").and_then(Node::as_object);
            members.is_some_and(|members| members.keys().any(|name| is_address(name)))
        };
        schemas().is_some_and(|schemas| schemas.iter().any(members))
    }
}
