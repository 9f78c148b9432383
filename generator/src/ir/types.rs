//! Types as they are emitted.

use std::fmt;

use super::Format;
use crate::document::{Node, Origin, Value};

/// An index into [`Api::types`](super::Api::types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A type as it is used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`.
    Bool,
    /// An `int32`.
    I32,
    /// An `int64`.
    I64,
    /// An integer of any size.
    Integer,
    /// A number with all its digits.
    Number,
    /// A string.
    String,
    /// A string with a `format`.
    Text(Format),
    /// A single value: only of a field, whose codec checks it.
    Constant(Constant),
    /// `null` and nothing else.
    Null,
    /// Any JSON value.
    Any,
    /// An array.
    List(Box<Type>),
    /// An array of fixed length.
    Tuple(Vec<Type>),
    /// An object with member names that the description does not fix.
    Map(Box<Type>),
    /// The inner type or `null`.
    Nullable(Box<Type>),
    /// The inner type, which the schema implies, or a value of any other JSON type.
    Implied(Box<Type>),
    /// A definition.
    Named(TypeId),
    /// A definition, boxed because it contains itself.
    Boxed(TypeId),
    /// A type behind a pointer, because what contains it would nest too deep for the compiler, or take too much of the stack.
    Deep(Box<Type>),
}

/// A value that needs no definition to be checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A string.
    Text(String),
    /// An integer, in any spelling.
    Integer(i64),
    /// `true` or `false`.
    Bool(bool),
}

impl Constant {
    /// The constant of a listed value; `None` for any other JSON.
    pub fn new(value: &Literal) -> Option<Self> {
        match value.form() {
            Form::Text(text) => Some(Self::Text(text.to_owned())),
            Form::Integer(value) => Some(Self::Integer(value)),
            Form::Bool(value) => Some(Self::Bool(value)),
            Form::Json(_) => None,
        }
    }

    /// The JSON text.
    pub fn json(&self) -> String {
        match self {
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Bool(value) => value.to_string(),
        }
    }

    /// Whether a value is this one.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(expected), Value::String(text)) => **expected == **text,
            (Self::Integer(expected), Value::Number(digits)) => whole(digits) == Some(*expected),
            (Self::Bool(expected), Value::Bool(value)) => expected == value,
            _ => false,
        }
    }
}

/// A definition that is emitted as a separate item.
#[derive(Debug)]
pub struct TypeDef {
    /// What is emitted.
    pub kind: Kind,
    /// Where its name comes from.
    pub naming: Naming,
    /// Text for its documentation.
    pub docs: Docs,
    /// Its schema.
    pub origin: Origin,
}

/// Where the name of a definition comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The event type of a webhook.
    Root(String),
    /// The key of a reusable schema.
    Component(String),
    /// The definition that contains it and its place there.
    Inline {
        /// The containing definition.
        parent: TypeId,
        /// The member's name, or another hint.
        hint: String,
        /// Whether other definitions contain it as well.
        shared: bool,
    },
}

impl Naming {
    /// The naming of a definition inside another one.
    pub fn inline(parent: TypeId, hint: &str) -> Self {
        Self::Inline { parent, hint: hint.to_owned(), shared: false }
    }
}

/// The form of a definition.
#[derive(Debug)]
pub enum Kind {
    /// An object with known members.
    Struct(Struct),
    /// One of several values, or one that is not listed.
    Enum(Enum),
    /// Exactly this value, checked on decode.
    Constant(Literal),
    /// One of several types.
    Union(Union),
    /// A named type around another one: a root payload that is not an object, or a list or map nested in itself.
    Newtype(Type),
}

/// The values of an `enum`.
#[derive(Debug)]
pub struct Enum {
    /// The values, in document order.
    pub values: Vec<Literal>,
    /// How values that are not listed are kept.
    pub fallback: Fallback,
}

/// How values of an [`Enum`] that are not listed are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fallback {
    /// As a string: all listed values are strings.
    Text,
    /// As an integer: all listed values are integers of at most 64 bits.
    Integer,
    /// As JSON.
    Json,
}

/// A value that a schema lists. Equality compares the JSON text.
#[derive(Clone)]
pub struct Literal {
    /// The value.
    pub value: Node,
    /// Its description, if the value is a separate alternative.
    pub description: Option<String>,
}

/// The Rust form of a [`Literal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// A string.
    Text(&'a str),
    /// An integer of at most 64 bits, in any spelling.
    Integer(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Anything else: its JSON text.
    Json(String),
}

impl Literal {
    /// The Rust form.
    pub fn form(&self) -> Form<'_> {
        match self.value.value() {
            Value::String(text) => Form::Text(text),
            Value::Bool(value) => Form::Bool(*value),
            Value::Number(digits) => integer(digits).map_or_else(|| Form::Json(self.json()), Form::Integer),
            _ => Form::Json(self.json()),
        }
    }

    /// The JSON text.
    pub fn json(&self) -> String {
        crate::document::json(&self.value)
    }

    /// The text that a name is made from: a string itself, the JSON text of any other value.
    pub fn name(&self) -> String {
        match self.form() {
            Form::Text(text) => text.to_owned(),
            _ => self.json(),
        }
    }
}

/// An integer that can be written with a sign: the smallest one has no positive counterpart.
fn integer(digits: &str) -> Option<i64> {
    whole(digits).filter(|value| *value != i64::MIN)
}

/// The value of a number whose fraction is zero.
pub(crate) fn whole(digits: &str) -> Option<i64> {
    let whole = match digits.split_once('.') {
        Some((whole, zeros)) => zeros.bytes().all(|digit| digit == b'0').then_some(whole)?,
        None => digits,
    };
    whole.parse().ok()
}

impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json())
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

/// An object with known members.
#[derive(Debug, Default)]
pub struct Struct {
    /// The members, in document order.
    pub fields: Vec<Field>,
    /// The type of all other members; `None` if the description declares none.
    pub rest: Option<Type>,
    /// Whether it is only used behind a pointer, because it would take too much of the stack.
    pub is_large: bool,
}

/// A member of a [`Struct`].
#[derive(Debug)]
pub struct Field {
    /// The member's name in JSON.
    pub wire: String,
    /// The type of its value.
    pub ty: Type,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// Text for its documentation.
    pub docs: Docs,
    /// Its schema.
    pub origin: Origin,
}

/// Whether a member may be absent or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Always there.
    Required,
    /// May be absent. A null is read as absence.
    Optional,
    /// May be absent. Null is a value of its type.
    OptionalWithNull,
    /// Always there, may be null.
    Nullable,
    /// May be absent, and may be null.
    OptionalNullable,
}

impl Presence {
    /// The presence of a member.
    pub fn new(required: bool, nullable: bool) -> Self {
        match (required, nullable) {
            (true, false) => Self::Required,
            (false, false) => Self::Optional,
            (true, true) => Self::Nullable,
            (false, true) => Self::OptionalNullable,
        }
    }
}

/// One of several types.
#[derive(Debug)]
pub struct Union {
    /// The alternatives.
    pub variants: Vec<Variant>,
    /// How an alternative is selected.
    pub select: Select,
}

/// An alternative of a [`Union`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// The proposed name.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
    /// The values of the tag that select it; empty if there is no tag.
    pub tags: Vec<String>,
    /// Its schema.
    pub origin: Origin,
}

impl Variant {
    /// Leaves values that are not of an implied type to the union.
    pub fn keep_others_outside(&mut self) {
        if let Type::Implied(inner) = &mut self.ty {
            self.ty = std::mem::replace(&mut **inner, Type::Any);
        }
    }
}

/// How an alternative of a [`Union`] is selected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Select {
    /// By the value of a member.
    Tag {
        /// The member's name.
        member: String,
        /// The index of the alternative for values with any other tag, or with none.
        default: Option<usize>,
    },
    /// By the members that are present.
    Shape,
}

/// Text for the documentation of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// Constraints and defaults, which the Rust type does not show: keywords, each with its value as JSON text.
    pub facts: Vec<(String, String)>,
    /// `deprecated`.
    pub deprecated: bool,
}

impl Docs {
    /// The length of all texts, in bytes.
    pub fn size(&self) -> usize {
        let texts = [&self.title, &self.description].into_iter().flatten().map(String::len);
        let facts = self.facts.iter().map(|(keyword, value)| keyword.len() + value.len());
        texts.chain(facts).sum()
    }
}
