//! The error for a description without webhooks.

use super::{METHODS, Reader, is_nearly_webhooks};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::Node;

impl Reader<'_, '_> {
    /// Reports that there are no webhooks, at the first map that was searched.
    pub(super) fn no_webhooks(&mut self, root: &Node, map: Option<&Node>) {
        let misspelled = root.as_object().into_iter().flatten().find(|(name, _)| is_nearly_webhooks(name));
        let rule = "webhooks are listed under `webhooks` (before OpenAPI 3.1: `x-webhooks`), a map of path items";
        let (place, help) = match (map, misspelled) {
            (Some(map), _) => (Place::Name(map.origin().clone()), rule),
            (None, Some((_, near))) => (Place::Name(near.origin().clone()), "did you mean `webhooks`?"),
            (None, None) => (Place::Value(root.origin().clone()), rule),
        };
        self.diagnostics.push(
            Diagnostic::new(Code::NoWebhooks, "the description has no webhook with a JSON body")
                .at(place, "")
                .help(help)
                .maybe_help(if map.is_none() && misspelled.is_none() { overlay(root) } else { None }),
        );
    }
}

/// An overlay that turns callbacks or paths into webhooks.
fn overlay(root: &Node) -> Option<String> {
    let places = elsewhere(root);
    let first = places.first()?;
    let copies: Vec<String> = places
        .iter()
        .map(|place| format!("\n  - {{ target: $.webhooks, copy: '{}' }}", place.replace('\'', "''")))
        .collect();
    Some(format!(
        "if the webhooks are listed under `{first}`, copy them with an overlay, passed with `--overlay`:\n\
         overlay: 1.1.0\n\
         info: {{ title: Webhooks, version: \"1\" }}\n\
         actions:\n  - {{ target: $, update: {{ webhooks: {{}} }} }}{}",
        copies.concat()
    ))
}

/// Maps whose items can be read as webhooks: callbacks, or else all paths; as `JSONPath` (RFC 9535), each to a single node.
fn elsewhere(root: &Node) -> Vec<String> {
    let is_map = |node: &Node| node.as_object().is_some_and(|members| !members.is_empty());
    let paths = root.get("paths").filter(|paths| is_map(paths));
    let mut places = Vec::new();
    for (path, item) in paths.and_then(Node::as_object).into_iter().flatten() {
        // A JSON string is also a `JSONPath` string.
        let path = serde_json::Value::from(&**path);
        for method in METHODS {
            let callbacks = item.get(method).and_then(|operation| operation.get("callbacks"));
            if callbacks.is_some_and(is_map) {
                places.push(format!("$.paths[{path}].{method}.callbacks"));
            }
        }
    }
    let shared = root.get("components").and_then(|components| components.get("callbacks"));
    if places.is_empty() && shared.is_some_and(is_map) {
        places.push("$.components.callbacks".to_owned());
    }
    if places.is_empty() && paths.is_some() {
        places.push("$.paths".to_owned());
    }
    places
}
