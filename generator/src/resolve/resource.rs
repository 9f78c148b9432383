//! Resources: documents, and the schemas within them with their own URI, from an `$id` (JSON Schema 2020-12, 8.2.1).
//!
//! A URI only identifies what has been read already; nothing is fetched.

use std::rc::Rc;

use super::join;
use super::reference::scheme;
use super::role::Role;
use crate::document::{Node, Segment};

/// The URI of a node: `$id`, or `$self` of an OpenAPI 3.2 description. Older drafts have anchors in `$id`, which begin
/// with `#`.
pub(super) fn id(role: Role, node: &Node) -> Option<&str> {
    let id = node.get("$id").or_else(|| node.get("$self")).filter(|_| role.is_identified())?.as_str()?;
    (!id.starts_with('#')).then_some(id)
}

/// The resource around a place in a document whose URI is `base`: its URI and its root.
pub(super) fn around<'n>(document: &'n Node, base: &str, place: &[&Segment]) -> (Rc<str>, &'n Node) {
    let mut role = Role::of_resource(document);
    let mut resource = (named(role, document, base.into()), document);
    let mut at = document;
    for segment in place {
        let Some(child) = role.child(at, segment) else { break };
        (role, at) = child;
        if id(role, at).is_some() {
            resource = (named(role, at, resource.0), at);
        }
    }
    resource
}

/// The resources of a document, each with its URI.
pub(super) fn all(document: &Node, base: &str) -> Vec<(Rc<str>, Node)> {
    let mut found = Vec::new();
    let mut open: Vec<(Rc<str>, Role, &Node)> = vec![(base.into(), Role::of_resource(document), document)];
    while let Some((base, role, node)) = open.pop() {
        let uri = named(role, node, base);
        if id(role, node).is_some() {
            found.push((Rc::clone(&uri), node.clone()));
        }
        open.extend(role.children(node).map(|(role, below)| (Rc::clone(&uri), role, below)));
    }
    found
}

/// The URI of a node itself, `base` unless it has an `$id`.
fn named(role: Role, node: &Node, base: Rc<str>) -> Rc<str> {
    id(role, node).and_then(|id| absolute(&base, id)).map_or(base, Into::into)
}

/// The URI that a reference means, without its fragment (RFC 3986, 5.2). A document without an `$id` has its path,
/// relative to the folder of the description, for a URI. `None` if the reference leaves its host.
pub(super) fn absolute(base: &str, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or_default();
    if reference.is_empty() {
        return Some(base.to_owned());
    }
    let (host, path) = split(reference);
    if host.is_empty() && scheme(reference).is_some() {
        return Some(reference.to_owned());
    }
    let (host, folder) = if host.is_empty() { split(base) } else { (host, "") };
    let up = if host.is_empty() { usize::MAX } else { 0 };
    let path = join(if path.starts_with('/') { "" } else { folder }, path, up)?;
    Some(if host.is_empty() { path } else { format!("{host}/{path}") })
}

/// Scheme and host, and the path.
fn split(uri: &str) -> (&str, &str) {
    let start = uri.find("://").map_or(0, |colon| colon + 3);
    let end = if start == 0 { 0 } else { uri[start..].find('/').map_or(uri.len(), |slash| start + slash) };
    uri.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn uris() {
        for (base, reference, uri) in [
            ("api.yaml", "#/a", "api.yaml"),
            ("schemas/a.yaml", "b.yaml", "schemas/b.yaml"),
            ("schemas/a.yaml", "../b.yaml#c", "b.yaml"),
            ("api.yaml", "../b.yaml", "../b.yaml"),
            ("../b.yaml", "c.yaml", "../c.yaml"),
            ("api.yaml", "https://example.com/x/../y", "https://example.com/y"),
            ("https://example.com/x/a", "b", "https://example.com/x/b"),
            ("https://example.com/x/a", "/b", "https://example.com/b"),
            ("https://example.com", "b", "https://example.com/b"),
            ("https://example.com/x", "urn:y:z#a", "urn:y:z"),
            ("urn:y:z", "#a", "urn:y:z"),
        ] {
            assert_eq!(absolute(base, reference).as_deref(), Some(uri), "{base} {reference}");
        }
        assert_eq!(absolute("https://example.com/x", "../b.yaml"), None);
    }
}
