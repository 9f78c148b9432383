//! The note about callbacks that are not read.

use std::collections::{HashMap, HashSet};

use super::Reader;
use super::media_type::has_json;
use super::path_item::{METHODS, addressed, entries};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::Node;

/// How many references in a row are followed.
const MAX_REFERENCES: usize = 8;

impl Reader<'_, '_> {
    /// Reports how many callbacks have a JSON body, if any has. For this, no other file is read, and faults are not reported.
    pub(super) fn report_unread_callbacks(&mut self, root: &Node) {
        let callbacks = self.unread_callbacks(root);
        let Some(first) = callbacks.first() else { return };
        let (what, verb, them) = match callbacks.len() {
            1 => ("1 webhook".to_owned(), "is", "it"),
            several => (format!("{several} webhooks"), "are", "them"),
        };
        self.diagnostics.push(
            Diagnostic::new(Code::CallbacksUnread, format!("{what} under `callbacks` {verb} not read"))
                .at(Place::Name(first.origin().clone()), if callbacks.len() == 1 { "" } else { "the first" })
                .option(format!("to read {them}, too"), "webhooks", vec!["callbacks = true".to_owned()])
                .help("`callbacks = false` silences this note"),
        );
    }

    /// The callbacks with a JSON body: of each address, the node whose name is that of the callback. Each node is visited once,
    /// however many references lead to it.
    fn unread_callbacks(&self, root: &Node) -> Vec<Node> {
        let mut seen = HashSet::new();
        let mut is_new = |node: &Node| seen.insert(node.origin().identity());
        let mut found = Vec::new();
        let mut known = HashMap::new();
        let written = root.get("paths");
        let map = written.and_then(|paths| self.local(paths));
        let paths = written.zip(map.as_ref()).into_iter().flat_map(|(written, map)| entries(written, map));
        let items = paths.filter(|(path, _)| !path.starts_with("x-")).filter_map(|(_, item)| self.local(item));
        let operations: Vec<Node> = items
            .filter(&mut is_new)
            .flat_map(|item| METHODS.map(|method| item.get(method).and_then(|operation| self.local(operation))))
            .flatten()
            .collect();
        let of_operations = operations.iter().filter_map(|operation| operation.get("callbacks"));
        let of_operations: Vec<&Node> = of_operations.filter(|callbacks| is_new(callbacks)).collect();
        let shared = || root.get("components").and_then(|components| components.get("callbacks"));
        let maps = if of_operations.is_empty() { shared().into_iter().collect() } else { of_operations };
        for named in maps.into_iter().flat_map(|map| members(Some(map))) {
            let Some(callback) = self.local(named).filter(&mut is_new) else { continue };
            let items = addressed(&callback).filter_map(|(_, item)| self.local(item));
            found.extend(items.filter(|item| self.has_json_body(item, &mut known)).map(|_| named.clone()));
        }
        found
    }

    /// What is `known` of bodies is by their identities, since many addresses may share one.
    fn has_json_body(&self, item: &Node, known: &mut HashMap<usize, bool>) -> bool {
        let body = || {
            let operation = METHODS.iter().find_map(|method| item.get(method))?;
            self.local(self.local(operation)?.get("requestBody")?)
        };
        let Some(body) = body() else { return false };
        *known.entry(body.origin().identity()).or_insert_with(|| has_json(&body))
    }

    /// The node itself, or the target of its `$ref` in the same file.
    fn local(&self, node: &Node) -> Option<Node> {
        let mut at = node.clone();
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = at.get("$ref") else { return Some(at) };
            reference.as_str().filter(|text| text.starts_with('#'))?;
            at = self.resolver.follow(reference).ok()?;
        }
        None
    }
}

/// The members of an object, without its extensions.
fn members(object: Option<&Node>) -> impl Iterator<Item = &Node> {
    let members = object.and_then(Node::as_object).into_iter().flatten();
    members.filter(|(name, _)| !name.starts_with("x-")).map(|(_, node)| node)
}
