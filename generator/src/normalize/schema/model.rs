//! Schemas as they are after normalizing.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::SchemaData;

use super::extensions::Extensions;
use crate::document::{Node, Value, json};

/// An index into [`Schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub(super) usize);

impl SchemaId {
    /// The place among [all](Schemas::iter).
    pub fn index(self) -> usize {
        self.0
    }
}

/// All schemas that the webhooks use, each normalized once.
#[derive(Debug, Default)]
pub struct Schemas {
    pub(super) all: Vec<Schema>,
    /// By the [identities](crate::document::Origin::identity) of their origins, which the schemas keep. Schemas that are
    /// not read yet are included.
    pub(super) known: HashMap<usize, SchemaId>,
    /// The bases without the schemas that extend them, for discriminators that name the base itself.
    pub(super) bases: HashSet<SchemaId>,
    /// What extends what, in the maps that have a base.
    pub(super) extensions: Extensions,
    /// The copies with corrections, which are known once event types are.
    pub(super) copies: OnceCell<Copies>,
}

/// Copies of schemas, in which corrections of single bodies are made.
#[derive(Debug, Default)]
pub(super) struct Copies {
    pub(super) schemas: Vec<Schema>,
    /// Which schema each is a copy of.
    pub(super) originals: Vec<SchemaId>,
}

/// One Schema Object in one dialect: what OpenAPI 3.0 can express is in `data` (`nullable` covers every spelling of
/// null), the rest is in separate fields.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The schema as written.
    pub node: Node,
    /// The annotations.
    pub data: SchemaData,
    /// Set for the schemas `true` and `false`.
    pub boolean: Option<bool>,
    /// The schema behind `$ref`.
    pub reference: Option<SchemaId>,
    /// The types that `type` allows, without null; empty if not restricted.
    pub types: Vec<JsonType>,
    /// Whether `type` allows null and nothing else.
    pub only_null: bool,
    /// `format`.
    pub format: Option<String>,
    /// `required`.
    pub required: Vec<String>,
    /// `properties`.
    pub properties: IndexMap<String, SchemaId>,
    /// `additionalProperties`.
    pub additional: Option<Additional>,
    /// `unevaluatedProperties`.
    pub unevaluated: Option<Additional>,
    /// The schemas that apply to each element, of which an `enum` next to `items` may be one.
    pub items: Vec<SchemaId>,
    /// `prefixItems`.
    pub prefix_items: Vec<SchemaId>,
    /// Whether an array has no elements but those of `prefixItems`.
    pub closed_tuple: bool,
    /// `minItems`.
    pub min_items: Option<usize>,
    /// `maxItems`.
    pub max_items: Option<usize>,
    /// `patternProperties`.
    pub patterns: Vec<SchemaId>,
    /// The schemas that extend this one by `allOf`, if it has a discriminator and no alternatives.
    pub children: Vec<SchemaId>,
    /// `allOf`.
    pub all_of: Vec<SchemaId>,
    /// `oneOf`.
    pub one_of: Vec<SchemaId>,
    /// `anyOf`.
    pub any_of: Vec<SchemaId>,
    /// `const`.
    pub constant: Option<Node>,
    /// `enum`, without null.
    pub values: Option<Vec<Node>>,
    /// `example` and `examples`.
    pub examples: Vec<Node>,
    /// Keywords for the docs, each with its value as JSON text: constraints, defaults.
    pub facts: Vec<(String, String)>,
    /// Why the values have no Rust type, unless other keywords give them one.
    pub inexpressible: Option<Inexpressible>,
}

/// Why values have no Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inexpressible {
    /// This keyword shapes them.
    Keyword(String),
    /// The schema has a fault, which is reported.
    Fault,
}

/// `additionalProperties` or `unevaluatedProperties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Additional {
    /// `false`.
    Forbidden,
    /// `true`, or an empty schema.
    Any,
    /// A schema.
    Schema(SchemaId),
}

/// A type of JSON Schema other than null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonType {
    /// `boolean`.
    Boolean,
    /// `integer`.
    Integer,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `array`.
    Array,
    /// `object`.
    Object,
}

impl Schemas {
    /// The schema behind an id.
    pub fn get(&self, id: SchemaId) -> &Schema {
        match (id.0.checked_sub(self.all.len()), self.copies.get()) {
            (Some(copy), Some(copies)) => &copies.schemas[copy],
            _ => &self.all[id.0],
        }
    }

    /// Whether this is a base without the schemas that extend it.
    pub fn is_base_alone(&self, id: SchemaId) -> bool {
        self.bases.contains(&self.original(id))
    }

    /// The schema that this one is a copy of, or the schema itself.
    pub fn original(&self, id: SchemaId) -> SchemaId {
        let copies = self.copies.get();
        copies.and_then(|copies| copies.originals.get(id.0.checked_sub(self.all.len())?)).copied().unwrap_or(id)
    }

    /// Every schema without its copies, in the order in which it was found.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        self.all.iter()
    }
}

impl Schema {
    /// Whether the schema has parts that apply to the same value and are not read. They may evaluate any member.
    pub fn has_unread_parts(&self) -> bool {
        self.inexpressible.is_some()
            || ["if", "dependentSchemas"].iter().any(|keyword| self.node.get(keyword).is_some())
    }

    pub(super) fn empty(node: Node) -> Self {
        Self {
            node,
            data: SchemaData::default(),
            boolean: None,
            reference: None,
            types: Vec::new(),
            only_null: false,
            format: None,
            required: Vec::new(),
            properties: IndexMap::new(),
            additional: None,
            unevaluated: None,
            items: Vec::new(),
            prefix_items: Vec::new(),
            closed_tuple: false,
            min_items: None,
            max_items: None,
            patterns: Vec::new(),
            children: Vec::new(),
            all_of: Vec::new(),
            one_of: Vec::new(),
            any_of: Vec::new(),
            constant: None,
            values: None,
            examples: Vec::new(),
            facts: Vec::new(),
            inexpressible: None,
        }
    }

    pub(super) fn fact(&mut self, keyword: &str, value: &Node) {
        self.facts.push((keyword.to_owned(), json(value)));
    }
}

impl JsonType {
    /// The type in a message.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Boolean => "`true` or `false`",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }

    /// Whether a value is of this type.
    pub fn allows(self, value: &Node) -> bool {
        match (self, value.value()) {
            (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            (Self::Integer, Value::Number(digits)) => digits.parse::<f64>().is_ok_and(|number| number.fract() == 0.0),
            _ => false,
        }
    }
}
