//! Where a document has schemas. Only there `$id` and `$anchor` are identifiers: in an `example`, a `const` or an unknown
//! keyword they are data.

use crate::document::{Node, Segment};

/// What a value of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// An object of OpenAPI, or what a file contains instead of a description or a schema.
    Object,
    /// A map or list of such objects, whose names are not keywords.
    Objects,
    Schema,
    /// A map or list of schemas.
    Schemas,
    /// Data: examples, constants, extensions, and unknown keywords of schemas.
    Data,
}

use Role::{Data, Object, Objects, Schema, Schemas};

/// Keywords whose value is a schema, or a list of schemas in older drafts.
const OF_SCHEMA: [&str; 12] = [
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
const OF_SCHEMA_LIST: [&str; 4] = ["allOf", "oneOf", "anyOf", "prefixItems"];
const OF_SCHEMA_MAP: [&str; 6] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

/// Members of OpenAPI's objects that are maps or lists of objects.
const OF_OBJECTS: [&str; 16] = [
    "webhooks",
    "x-webhooks",
    "paths",
    "pathItems",
    "additionalOperations",
    "callbacks",
    "parameters",
    "requestBodies",
    "responses",
    "headers",
    "content",
    "mediaTypes",
    "encoding",
    "links",
    "securitySchemes",
    "variables",
];

impl Role {
    /// The role of a file, or of a part that has an `$id`.
    pub(super) fn of_resource(root: &Node) -> Self {
        if root.get("openapi").is_none() && is_schema(root) { Schema } else { Object }
    }

    /// The role of a child.
    fn of_child(self, name: Option<&str>, child: &Node) -> Self {
        let name = name.unwrap_or_default();
        match self {
            Schemas => Schema,
            Objects => Object,
            Schema if OF_SCHEMA_MAP.contains(&name) => Schemas,
            Schema if OF_SCHEMA.contains(&name) || OF_SCHEMA_LIST.contains(&name) => {
                if child.as_array().is_some() {
                    Schemas
                } else {
                    Schema
                }
            }
            Data | Schema => Data,
            Object => match name {
                "schema" | "itemSchema" => Schema,
                "schemas" | "$defs" | "definitions" => Schemas,
                "example" | "examples" => Data,
                name if OF_OBJECTS.contains(&name) => Objects,
                name if name.starts_with("x-") => Data,
                _ if is_schema(child) => Schema,
                _ => Object,
            },
        }
    }

    /// The child that a segment names, with its role.
    pub(super) fn child<'n>(self, node: &'n Node, segment: &Segment) -> Option<(Self, &'n Node)> {
        let child = node.child(segment)?;
        let name = match segment {
            Segment::Member(name) => Some(&**name),
            Segment::Element(_) => None,
        };
        Some((self.of_child(name, child), child))
    }

    /// The children in which there may be identifiers.
    pub(super) fn children(self, node: &Node) -> impl Iterator<Item = (Self, &Node)> {
        let members = node.as_object().into_iter().flatten().map(|(name, child)| (Some(&**name), child));
        let elements = node.as_array().into_iter().flatten().map(|child| (None, child));
        let children = members.chain(elements).map(move |(name, child)| (self.of_child(name, child), child));
        children.filter(|(role, _)| *role != Data)
    }

    /// Whether identifiers of a value count.
    pub(super) fn is_identified(self) -> bool {
        matches!(self, Object | Schema)
    }
}

/// Whether an object that may be anything is a schema.
fn is_schema(node: &Node) -> bool {
    let has = |name: &str, is: fn(&Node) -> bool| node.get(name).is_some_and(is);
    let is_text = |node: &Node| node.as_str().is_some();
    let is_list = |node: &Node| node.as_array().is_some();
    let is_map = |node: &Node| node.as_object().is_some();
    ["$id", "$anchor", "$dynamicAnchor", "$schema"].iter().any(|name| has(name, is_text))
        || has("type", |node| node.as_str().is_some() || node.as_array().is_some())
        || OF_SCHEMA_LIST.iter().any(|name| has(name, is_list))
        || OF_SCHEMA_MAP.iter().any(|name| has(name, is_map))
}
