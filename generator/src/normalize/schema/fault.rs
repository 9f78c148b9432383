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

    /// The probable meaning of any other name.
    fn guess(name: &str) -> Option<Self> {
        let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let formats = [("int32", JsonType::Integer), ("int64", JsonType::Integer)].into_iter();
        let mut formats = formats.chain(Format::NAMES.iter().map(|format| (*format, JsonType::String)));
        if let Some((format, json_type)) = formats.find(|(format, _)| plain(format) == plain(name)) {
            return Some(Self::Type(json_type, Some(format)));
        }
        let foreign =
            FOREIGN.iter().find(|(foreign, _)| *foreign == plain(name)).map(|(_, json_type)| json_type.name());
        let list = name.ends_with("[]").then_some("array");
        Self::of_name(list.or(foreign).or_else(|| suggest(name, TYPE_NAMES))?)
    }
}

impl Meaning {
    /// The keywords that say it.
    fn keywords(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Null => vec![("type", "null")],
            Self::Type(json_type, format) => {
                let format = format.map(|format| ("format", format));
                [("type", json_type.name())].into_iter().chain(format).collect()
            }
        }
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

impl Schema {
    /// Restricts the types to those that `type` names. Those that are not known are left out, unless that leaves none.
    pub(super) fn restrict(&mut self, meanings: impl IntoIterator<Item = Option<Meaning>>) {
        let (mut null, mut unknown) = (false, false);
        for meaning in meanings {
            match meaning {
                Some(Meaning::Null) => null = true,
                Some(Meaning::Type(json_type, format)) => {
                    if !self.types.contains(&json_type) {
                        self.types.push(json_type);
                    }
                    self.format = self.format.take().or_else(|| format.map(str::to_owned));
                }
                None => unknown = true,
            }
        }
        // Any value may be of a type that is not known.
        if unknown && self.types.is_empty() && !null {
            self.inexpressible = Some(Inexpressible::Fault);
        }
        self.only_null |= null && self.types.is_empty();
        self.data.nullable |= null && !self.types.is_empty();
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

    /// The probable meaning of a type name that JSON Schema does not have. `beside` says whether there are other types.
    pub(super) fn misspelt(&mut self, value: &Node, name: &str, beside: bool) -> Option<Meaning> {
        let problem = format!("`{name}` is not a type of JSON Schema");
        if let Some(meaning) = Meaning::guess(name) {
            let keywords = self.spelled(value, meaning);
            let right = match (meaning, &keywords[..]) {
                (_, [json_type, format]) => format!("write `{json_type}` and `{format}`"),
                (Meaning::Type(json_type, _), _) => format!("did you mean `{}`?", json_type.name()),
                (Meaning::Null, _) => "did you mean `null`?".to_owned(),
            };
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
        let instead = if beside { "left out; the other types apply" } else { "any type is allowed" };
        self.fault(value, &problem, instead, &format!("the types are {}", TYPE_NAMES.join(", ")));
        None
    }

    /// Reads what is not a schema.
    pub(super) fn not_a_schema(&mut self, schema: &mut Schema, node: &Node) {
        let rule = "a schema must be an object, `true` or `false`";
        match node.as_str() {
            Some(name) if let Some(meaning) = Meaning::of_name(name).or_else(|| Meaning::guess(name)) => {
                let keywords = self.spelled(node, meaning).join(", ");
                let right =
                    if self.resolver.is_json(node) { format!("{{{keywords}}}") } else { format!("{{ {keywords} }}") };
                self.fault(node, rule, "read as a type name", &format!("write `{right}`"));
                schema.restrict([Some(meaning)]);
            }
            _ => {
                schema.inexpressible = Some(Inexpressible::Fault);
                self.fault(node, rule, "the value is kept untyped", "write `{}` if any value is allowed");
            }
        }
    }

    /// The keywords of a meaning, as the file is written.
    fn spelled(&self, node: &Node, meaning: Meaning) -> Vec<String> {
        let is_json = self.resolver.is_json(node);
        let keyword = |(keyword, value)| match value {
            value if is_json => format!("\"{keyword}\": \"{value}\""),
            "null" => format!("{keyword}: \"null\""),
            value => format!("{keyword}: {value}"),
        };
        meaning.keywords().into_iter().map(keyword).collect()
    }
}
