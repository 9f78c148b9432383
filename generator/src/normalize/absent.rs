//! The error for a description without webhooks.

use std::cmp::Reverse;

use super::places::likeness;
use super::{METHODS, Reader, is_nearly_webhooks};
use crate::diagnostics::{Code, Diagnostic, Place, toml_string};
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
        let error = Diagnostic::new(Code::NoWebhooks, "the description has no webhook with a JSON body");
        let error = error.at(place, "").help(help);
        self.diagnostics.push(match likely_path(root) {
            Some(path) if map.is_none() && misspelled.is_none() => {
                let when = "if webhooks are described under `paths`, list them in codegen.toml, or their `tags`; `*` matches \
                            any text";
                error.candidate(when, "webhooks", vec![format!("paths = [{}]", toml_string(path))])
            }
            _ => error,
        });
    }
}

/// The path that most likely has a webhook: the first whose words say so, else the first of which an operation has a body.
fn likely_path(root: &Node) -> Option<&str> {
    let has_body = |item: &Node| {
        METHODS.iter().any(|method| item.get(method).is_some_and(|operation| operation.get("requestBody").is_some()))
    };
    let paths = root.get("paths")?.as_object()?.iter().filter(|(_, item)| has_body(item));
    paths.map(|(path, _)| &**path).min_by_key(|path| Reverse(likeness(path)))
}
