//! Schemas that are wrong or contradict themselves: each is reported, and read as what a person would read.

use super::{Inexpressible, JsonType, Reader, Schema};
use crate::diagnostics::{Code, Diagnostic, Place, suggest};
use crate::document::{Node, Value};
use crate::ir::Format;
use crate::resolve::Unresolved;

/// The meaning of a type name.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Null,
    /// A type, perhaps with the format that the name states.
    Type(JsonType, Option<&'static str>),
}

const TYPE_NAMES: [&str; 7] = ["string", "integer", "number", "boolean", "object", "array", "null"];

/// Types of other languages and tools.
const FOREIGN: [(&str, JsonType); 17] = [
    ("str", JsonType::String),
    ("text", JsonType::String),
    ("char", JsonType::String),
    ("varchar", JsonType::String),
    ("int", JsonType::Integer),
    ("long", JsonType::Integer),
    ("short", JsonType::Integer),
    ("bigint", JsonType::Integer),
    ("float", JsonType::Number),
    ("double", JsonType::Number),
    ("decimal", JsonType::Number),
    ("bool", JsonType::Boolean),
    ("list", JsonType::Array),
    ("dict", JsonType::Object),
    ("map", JsonType::Object),
    ("hash", JsonType::Object),
    ("struct", JsonType::Object),
];

impl Meaning {
    /// The meaning of a type name of JSON Schema.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let json_type = match name {
            "null" => return Some(Self::Null),
            "boolean" => JsonType::Boolean,
            "integer" => JsonType::Integer,
            "number" => JsonType::Number,
            "string" => JsonType::String,
            "array" => JsonType::Array,
            "object" => JsonType::Object,
            _ => return None,
        };
        Some(Self::Type(json_type, None))
    }

    /// The probable meaning of any other name, and the right spelling.
    fn guess(name: &str) -> Option<(Self, String)> {
        let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let formats = [("int32", JsonType::Integer), ("int64", JsonType::Integer)].into_iter();
        let mut formats = formats.chain(Format::NAMES.iter().map(|format| (*format, JsonType::String)));
        if let Some((format, json_type)) = formats.find(|(format, _)| plain(format) == plain(name)) {
            let right = format!("write `type: {}` and `format: {format}`", json_type.name());
            return Some((Self::Type(json_type, Some(format)), right));
        }
        let foreign =
            FOREIGN.iter().find(|(foreign, _)| *foreign == plain(name)).map(|(_, json_type)| json_type.name());
        let list = name.ends_with("[]").then_some("array");
        let near = list.or(foreign).or_else(|| suggest(name, TYPE_NAMES))?;
        Some((Self::of_name(near)?, format!("did you mean `{near}`?")))
    }
}

impl JsonType {
    fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// The diagnostic for a reference of a schema, with what is done if what the description says is wrong.
pub(in crate::normalize) fn unresolved(unresolved: Unresolved, instead: &str) -> Diagnostic {
    match unresolved {
        Unresolved::Wrong(diagnostic) => diagnostic.made(Code::SchemaFault, instead),
        Unresolved::Unavailable(diagnostic) => *diagnostic,
    }
}

/// The text of a scalar.
pub(super) fn scalar_text(value: &Node) -> Option<String> {
    match value.value() {
        Value::String(text) | Value::Number(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A scalar as a value of one of these types; `None` if it cannot be written as one.
pub(super) fn converted(value: &Node, types: &[JsonType]) -> Option<Node> {
    if types.iter().any(|json_type| json_type.allows(value)) {
        return Some(value.clone());
    }
    let text = scalar_text(value)?;
    let forms = [
        match &*text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => serde_json::from_str::<serde_json::Number>(&text).is_ok().then(|| Value::Number(text.as_str().into())),
        },
        Some(Value::String(text.as_str().into())),
    ];
    let mut forms = forms.into_iter().flatten().map(|form| Node::new(form, value.origin().clone()));
    forms.find(|form| types.iter().any(|json_type| json_type.allows(form)))
}

impl Reader<'_, '_> {
    /// Reports a fault of a schema: what is wrong, what is done instead, and what is right.
    pub(super) fn fault(&mut self, value: &Node, problem: &str, instead: &str, help: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::SchemaFault, problem).at(Place::Value(value.origin().clone()), instead).help(help),
        );
    }

    /// Reports a keyword that is ignored, so that the other keywords alone say what the values are.
    pub(super) fn ignored(&mut self, schema: &mut Schema, value: &Node, rule: &str) {
        schema.inexpressible = Some(Inexpressible::Fault);
        self.diagnostics
            .push(Diagnostic::new(Code::SchemaFault, rule).at(Place::Value(value.origin().clone()), "ignored"));
    }

    /// The probable meaning of a type name that JSON Schema does not have.
    pub(super) fn misspelt(&mut self, value: &Node, name: &str) -> Option<Meaning> {
        let problem = format!("`{name}` is not a type of JSON Schema");
        if let Some((meaning, right)) = Meaning::guess(name) {
            let instead = match meaning {
                Meaning::Null => "read as `null`".to_owned(),
                Meaning::Type(json_type, None) => format!("read as `{}`", json_type.name()),
                Meaning::Type(json_type, Some(format)) => {
                    format!("read as `{}` with `format: {format}`", json_type.name())
                }
            };
            self.fault(value, &problem, &instead, &right);
            return Some(meaning);
        }
        self.fault(value, &problem, "any type is allowed", &format!("the types are {}", TYPE_NAMES.join(", ")));
        None
    }

    /// Reads what is not a schema.
    pub(super) fn not_a_schema(&mut self, schema: &mut Schema, node: &Node) {
        let rule = "a schema must be an object, `true` or `false`";
        match node.as_str() {
            Some(name) if Meaning::of_name(name).is_some() => {
                self.fault(node, rule, "read as a type name", &format!("write `{{ type: {name} }}`"));
                self.types(schema, node);
            }
            Some(name) if Meaning::guess(name).is_some() => self.types(schema, node),
            _ => {
                schema.inexpressible = Some(Inexpressible::Fault);
                self.fault(node, rule, "the value is kept untyped", "write `{}` if any value is allowed");
            }
        }
    }
}
