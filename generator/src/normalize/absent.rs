//! The error for a description without webhooks.

use indexmap::{IndexMap, IndexSet};

use super::operation::{ApiOperation, likeness};
use super::path_item::{has_method, is_path_item};
use super::pattern::matched;
use super::received::{is_command, prefix};
use super::{Reader, payloads};
use crate::diagnostics::{Code, Diagnostic, Place, suggest, toml_string};
use crate::document::Node;

const JSON: &str = "only JSON bodies are received: a `requestBody` with `application/json`, or a type with `+json`";

impl Reader<'_, '_> {
    /// Reports that there are no webhooks, at the first map with entries, else the first: each as it is written, and what that
    /// refers to.
    pub(super) fn no_webhooks(
        &mut self,
        root: &Node,
        maps: &[(&Node, Node)],
        operations: &[ApiOperation],
        is_configured: bool,
    ) {
        let misspelled = root.as_object().into_iter().flatten().find(|(name, _)| is_nearly_webhooks(name));
        let rule = "webhooks are listed under `webhooks` (before OpenAPI 3.1: `x-webhooks`), a map of path items";
        let has_entries = |map: &Node| map.children().any(|item| is_path_item(item) || item.children().any(has_method));
        let map = maps.iter().find(|(_, map)| has_entries(map)).or(maps.first());
        let (place, help) = match (map, misspelled) {
            (Some((written, map)), _) if has_entries(map) => (Place::Name(written.origin().clone()), JSON),
            (Some((written, _)), _) => (Place::Name(written.origin().clone()), rule),
            (None, Some((_, near))) => (Place::Name(near.origin().clone()), "did you mean `webhooks`?"),
            (None, None) => (Place::Value(root.origin().clone()), rule),
        };
        let error = Diagnostic::new(Code::NoWebhooks, "the description has no webhook with a JSON body");
        let error = error.at(place, "").help(help);
        if map.is_some_and(|(_, map)| has_entries(map)) || map.is_none() && misspelled.is_some() {
            self.diagnostics.push(error);
            return;
        }
        // What is configured is not offered again.
        let likely = if is_configured { None } else { Self::likely(operations) };
        let schemas = if is_configured { Vec::new() } else { payloads::likely(&self.reusable_schemas(root)) };
        let unreadable =
            || operations.iter().find(|operation| operation.is_received && !operation.has_json && is_likely(operation));
        self.diagnostics.push(match likely {
            Some(line) => {
                let when = "if webhooks are described under `paths`, list them in codegen.toml, or their `tags`; `*` matches \
                            any text";
                error.candidate(when, "webhooks", vec![line])
            }
            None if !schemas.is_empty() => {
                let when = "if schemas are the bodies of webhooks, list them in codegen.toml; `*` matches any text";
                error.candidate(when, "webhooks", vec![line("schemas", schemas.iter().map(|name| &**name))])
            }
            None if is_configured => error,
            None if let Some(operation) = unreadable() => {
                error.help(format!("`{}` seems to be a webhook; {JSON}", operation.path))
            }
            None if root.get("paths").is_some_and(|paths| paths.children().next().is_some()) => error.help(
                "if some operations under `paths` are webhooks, list their `paths` or `tags` in the table `[webhooks]` of \
                 codegen.toml",
            ),
            None => error,
        });
    }

    /// The line of `codegen.toml` that reads what seems to be received: the operations with tags that say so, else those below
    /// one path, else one.
    fn likely(operations: &[ApiOperation]) -> Option<String> {
        // Whether all are received, and any has a body.
        let mut by_tag: IndexMap<&str, (bool, bool)> = IndexMap::new();
        for operation in operations {
            for tag in operation.tags().filter(|tag| likeness(tag) > 0) {
                let (all_received, any_has_json) = by_tag.entry(tag).or_insert((true, false));
                *all_received &= operation.is_received;
                *any_has_json |= operation.has_json;
            }
        }
        let webhooks = by_tag.into_iter().filter(|(_, (all_received, any_has_json))| *all_received && *any_has_json);
        let tags: Vec<&str> = webhooks.map(|(tag, _)| tag).collect();
        if !tags.is_empty() {
            return Some(line("tags", tags));
        }
        let is_offered =
            |operation: &&ApiOperation| operation.is_received && operation.has_json && !is_command(&operation.path);
        let received = || operations.iter().filter(is_offered).map(|operation| &*operation.path);
        let best = received().map(likeness).max().filter(|best| *best > 0)?;
        let first = received().find(|path| likeness(path) == best)?;
        let pattern = format!("{}/*", prefix(first)?);
        let is_below = |path: &str| matched(&pattern, path).is_some();
        let below: IndexSet<&str> = received().filter(|path| is_below(path)).collect();
        if !below.contains(first) || below.len() == 1 {
            return Some(line("paths", [first]));
        }
        // A pattern reads all operations with a body, also those that manage something.
        let mut read = operations.iter().filter(|operation| operation.has_body() && is_below(&operation.path));
        let is_exact = read.all(|operation| operation.is_received);
        Some(if is_exact { line("paths", [&*pattern]) } else { line("paths", below) })
    }
}

/// Whether a tag or the path is named like a webhook.
fn is_likely(operation: &ApiOperation) -> bool {
    operation.tags().chain([&*operation.path]).any(|name| likeness(name) > 0)
}

fn is_nearly_webhooks(key: &str) -> bool {
    key != "webhooks" && suggest(key, ["webhooks"]).is_some()
}

fn line<'v>(key: &str, values: impl IntoIterator<Item = &'v str>) -> String {
    let values: Vec<String> = values.into_iter().map(toml_string).collect();
    format!("{key} = [{}]", values.join(", "))
}
