//! The error for a description without webhooks.

use super::{METHODS, Reader, is_nearly_webhooks};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::Node;

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
        self.diagnostics.push(
            Diagnostic::new(Code::NoWebhooks, "the description has no webhook with a JSON body")
                .at(place, "")
                .help(help)
                .maybe_help(if map.is_none() && misspelled.is_none() { paths(root) } else { None }),
        );
    }
}

/// The setting for webhooks that are described under `paths`, with the first that has a body.
fn paths(root: &Node) -> Option<String> {
    let has_body = |item: &Node| {
        METHODS.iter().any(|method| item.get(method).is_some_and(|operation| operation.get("requestBody").is_some()))
    };
    let (path, _) = root.get("paths")?.as_object()?.iter().find(|(_, item)| has_body(item))?;
    Some(format!(
        "if webhooks are described under `paths`, list them in codegen.toml, or their `tags`; `*` matches any text:\n\
         [webhooks]\n\
         paths = [{:?}]",
        &**path
    ))
}
