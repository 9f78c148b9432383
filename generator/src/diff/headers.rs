//! Places of a description that document headers of the signature.

use std::collections::BTreeSet;

use crate::document::{Node, pointer, same};

/// The headers that changes of the signature are about, in two trees.
pub(super) struct SignatureHeaders<'a> {
    /// In lower case.
    pub names: &'a BTreeSet<String>,
    pub roots: [&'a Node; 2],
}

impl SignatureHeaders<'_> {
    /// Whether what differs at a place is only about these headers: something of one of them, or a list that has them.
    pub(super) fn are_all(&self, path: &[String]) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let is_of = |root| (1..=path.len()).any(|length| self.is_one(root, &path[..length]));
        self.roots.into_iter().any(is_of) || self.is_list(path)
    }

    fn is_one(&self, root: &Node, path: &[String]) -> bool {
        let Some(node) = root.at_names(path) else { return false };
        let in_list = matches!(path, [.., list, _] if list == "headers").then(|| path[path.len() - 1].as_str());
        in_list.or_else(|| parameter(root, node)).is_some_and(|name| self.names.contains(&name.to_ascii_lowercase()))
    }

    /// Whether it is a list of parameters whose others are the same.
    fn is_list(&self, path: &[String]) -> bool {
        let others = |root: &Node| -> Vec<Node> {
            let elements = root.at_names(path).and_then(Node::as_array).unwrap_or_default();
            let is_other = |node: &&Node| {
                !parameter(root, node).is_some_and(|name| self.names.contains(&name.to_ascii_lowercase()))
            };
            elements.iter().filter(is_other).cloned().collect()
        };
        let [old, new] = self.roots.map(others);
        path.last().is_some_and(|last| last == "parameters")
            && old.len() == new.len()
            && old.iter().zip(&new).all(|(old, new)| same(old, new))
    }
}

/// The name of a header that is a parameter or a security scheme, perhaps by reference.
fn parameter<'a>(root: &'a Node, node: &'a Node) -> Option<&'a str> {
    let target = node.get("$ref").and_then(|target| target.as_str()?.strip_prefix('#'));
    let node = match target {
        Some(target) => root.at_names(&pointer::split(target))?,
        None => node,
    };
    (node.get("in")?.as_str()? == "header").then(|| node.get("name")?.as_str())?
}
