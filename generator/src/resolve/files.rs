//! The files that a document names, without opening them.

use std::collections::BTreeSet;

use super::reference;
use crate::document::Node;

/// The files that the references of a document name, relative to that document: every `$ref`, and every value of a `mapping` of
/// a discriminator. A `$ref` within data, such as an example, also counts. References that are refused by their text are left
/// out.
pub fn referenced_files(root: &Node) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let mapping = node.get("discriminator").and_then(|discriminator| discriminator.get("mapping"));
        let references = node.get("$ref").into_iter().chain(mapping.into_iter().flat_map(Node::children));
        let paths = references.filter_map(|reference| reference::path(reference.as_str()?)?.ok());
        files.extend(paths);
        open.extend(node.children());
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn files_of_references() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let text = r##"{
            "a": { "$ref": "b%20c.yaml#/x" }, "b": [{ "$ref": "../d.json" }, { "$ref": "#/a" }, { "$ref": 1 }],
            "c": { "$ref": "https://acme.example/e.yaml" }, "d": { "$ref": "/f.yaml" }, "e": { "$ref": "g.yaml?h" },
            "f": { "discriminator": { "mapping": { "i": "i.yaml#/I", "j": "#/a" } } }
        }"##;
        std::fs::write(&path, text).unwrap();
        let root = Sources::new().add_spec(&path).unwrap();
        assert_eq!(referenced_files(&root).into_iter().collect::<Vec<_>>(), ["../d.json", "b c.yaml", "i.yaml"]);
    }
}
