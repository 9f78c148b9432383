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

/// How many operations that manage webhooks are shown.
const MAX_MANAGING: usize = 2;

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
        let shown = if map.is_none() && misspelled.is_none() { MAX_MANAGING } else { 0 };
        let error = managing(operations).take(shown).fold(error.at(place, ""), |error, operation| {
            let text = "this operation seems to manage webhooks, and not to be one";
            error.at(Place::Name(operation.node.origin().clone()), text)
        });
        let error = error.help(help);
        if map.is_some_and(|(_, map)| has_entries(map)) || map.is_none() && misspelled.is_some() {
            self.diagnostics.push(error);
            return;
        }
        // What is configured is not offered again.
        let likely = if is_configured { None } else { likely(operations).or_else(|| titled(root, operations)) };
        let all_schemas = self.reusable_schemas(root);
        let schemas = if is_configured { Vec::new() } else { payloads::likely(&all_schemas) };
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
            None => error.maybe_help(elsewhere(!operations.is_empty(), !all_schemas.is_empty())),
        });
    }
}

/// The line of `codegen.toml` that reads what seems to be received: the operations with tags that say so, or those below one
/// path if these are more.
fn likely(operations: &[ApiOperation]) -> Option<String> {
    let (tagged, below) = (by_tags(operations), below(operations));
    let is_more = |below: &Likely| tagged.as_ref().is_none_or(|tagged| below.count > tagged.count);
    below.filter(is_more).or(tagged).map(|likely| likely.line)
}

/// A line for `codegen.toml`, and how many webhooks it reads.
struct Likely {
    line: String,
    count: usize,
}

/// The operations with tags that are named like webhooks, if all operations with such a tag are received.
fn by_tags(operations: &[ApiOperation]) -> Option<Likely> {
    // Whether all are received, and how many have a body.
    let mut by_tag: IndexMap<&str, (bool, usize)> = IndexMap::new();
    for operation in operations {
        for tag in operation.tags().filter(|tag| likeness(tag) > 0) {
            let (all_received, count) = by_tag.entry(tag).or_insert((true, 0));
            *all_received &= operation.is_received;
            *count += usize::from(operation.has_json);
        }
    }
    by_tag.retain(|_, (all_received, count)| *all_received && *count > 0);
    let count = by_tag.values().map(|(_, count)| count).sum();
    (!by_tag.is_empty()).then(|| Likely { line: line("tags", by_tag.into_keys()), count })
}

/// The received operations below the path that is named most like webhooks, or one.
fn below(operations: &[ApiOperation]) -> Option<Likely> {
    let is_offered =
        |operation: &&ApiOperation| operation.is_received && operation.has_json && !is_command(&operation.path);
    let received = || operations.iter().filter(is_offered).map(|operation| &*operation.path);
    let best = received().map(likeness).max().filter(|best| *best > 0)?;
    let first = received().find(|path| likeness(path) == best)?;
    let pattern = format!("{}/*", prefix(first)?);
    let is_below = |path: &str| matched(&pattern, path).is_some();
    let below: IndexSet<&str> = received().filter(|path| is_below(path)).collect();
    if !below.contains(first) || below.len() == 1 {
        return Some(Likely { line: line("paths", [first]), count: 1 });
    }
    // A pattern reads all operations with a body, also those that manage something.
    let mut read = operations.iter().filter(|operation| operation.has_body() && is_below(&operation.path));
    let is_exact = read.all(|operation| operation.is_received);
    let count = below.len();
    Some(Likely { line: if is_exact { line("paths", [&*pattern]) } else { line("paths", below) }, count })
}

/// The line that reads all operations of a description that is called webhooks or the like, if all seem to be received.
fn titled(root: &Node, operations: &[ApiOperation]) -> Option<String> {
    let title = root.get("info")?.get("title")?.as_str()?;
    let is_sent =
        |operation: &ApiOperation| operation.is_received && operation.has_json && !is_command(&operation.path);
    let pattern = match operations {
        [] => return None,
        [only] => &*only.path,
        _ => "/*",
    };
    (likeness(title) > 0 && operations.iter().all(is_sent)).then(|| line("paths", [pattern]))
}

/// What to do if something else describes what is sent.
fn elsewhere(has_operations: bool, has_schemas: bool) -> Option<String> {
    let (what, keys) = match (has_operations, has_schemas) {
        (true, true) => ("operations under `paths`, or schemas under `components`,", "`paths`, `tags` or `schemas`"),
        (true, false) => ("operations under `paths`", "`paths` or `tags`"),
        (false, true) => ("schemas under `components`", "`schemas`"),
        (false, false) => return None,
    };
    Some(format!("if some {what} describe what is sent, list their {keys} in the table `[webhooks]` of codegen.toml"))
}

/// The operations that are named like webhooks and are sent to the vendor.
fn managing(operations: &[ApiOperation]) -> impl Iterator<Item = &ApiOperation> {
    let is_managing = |operation: &&ApiOperation| operation.has_json && !operation.is_received && is_likely(operation);
    operations.iter().filter(is_managing)
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
