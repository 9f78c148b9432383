//! The format of the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Json;
use crate::signature::{Scheme, StatedScheme};

/// A whole crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The version of the format, [`FORMAT`](super::FORMAT).
    pub format: u32,
    /// The package.
    #[serde(rename = "crate")]
    pub crate_name: String,
    /// The version of the package.
    pub version: String,
    /// The type that represents the vendor.
    pub vendor: String,
    /// What the crate needs of `webhook-receiver`.
    pub receiver: Receiver,
    /// The names that the crate re-exports from `webhook-receiver`.
    pub reexports: Vec<String>,
    /// What the description says of itself.
    pub info: Info,
    /// The servers that the description states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
    /// The tags that the description explains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Security as the description states it. How deliveries are verified is [`signature`](Self::signature).
    #[serde(default, skip_serializing_if = "Security::is_empty")]
    pub security: Security,
    /// Where a delivery states its event type.
    pub event_type: EventTypePlace,
    /// How deliveries are signed; `None` if the user passes a verifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Scheme>,
    /// What the description states in words about the signature; `None` if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// The event types, in the order of the description.
    pub event_types: Vec<EventType>,
    /// The topics, in alphabetical order.
    pub topics: Vec<Topic>,
    /// The methods of `Event` for members that payloads have in common.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accessors: Vec<Accessor>,
    /// The types, by their Rust names.
    pub types: BTreeMap<String, Definition>,
}

/// What a crate needs of `webhook-receiver`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// The version of the contract with generated code.
    pub contract: u32,
    /// The requirement in the manifest, if it is a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What a description says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    /// `title`.
    pub title: String,
    /// `version`, as the vendor writes it.
    pub version: String,
    /// `description`, as CommonMark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The URL, perhaps with variables.
    pub url: String,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The name.
    pub name: String,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Security as a description states it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// `security` of the whole description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<Json>,
    /// `components.securitySchemes`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schemes: BTreeMap<String, Json>,
}

impl Security {
    /// Whether the description states nothing.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_none() && self.schemes.is_empty()
    }
}

/// What a description states in words about the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// What it states.
    pub scheme: StatedScheme,
    /// The most direct place.
    pub source: Source,
}

/// Where a delivery states its event type. Without pointers and header, each event type has its own endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTypePlace {
    /// JSON pointers into the body; the first one that a body has is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<String>,
    /// The header, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A JSON pointer to the text in the body that completes the event type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<String>,
    /// What separates a topic from its action.
    pub separator: String,
}

/// The place of something in the description: a file, unless it is the description itself, `#` and a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(pub String);

/// An event type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// The name as sent.
    pub name: String,
    /// The variant of `EventType` and `Event`.
    pub rust: String,
    /// Its narrowest topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The type of its payload.
    pub payload: String,
    /// The first version of the crate that had it; `None` if none of those that are recorded had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The key of its webhook.
    pub webhook: String,
    /// The value of the header that states the event type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_value: Option<String>,
    /// The method of the request, in lower case.
    pub method: String,
    /// The media type of the body.
    pub media_type: String,
    /// `operationId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// `summary`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// `description`, as CommonMark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the vendor advises against it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// The tags of the operation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `security` of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Json>,
    /// The documented headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// The examples of its payload.
    pub examples: Vec<Example>,
    /// The webhook.
    pub source: Source,
}

/// A documented header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The name as written.
    pub name: String,
    /// The values that it may have; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// An example of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The file in the crate.
    pub file: String,
    /// A hash of its text.
    pub hash: String,
    /// Whether it was assembled from examples of members.
    #[serde(default, skip_serializing_if = "is_false")]
    pub assembled: bool,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The name, such as `asset.metadata`.
    pub name: String,
    /// The variant of `Topic`.
    pub rust: String,
}

/// A method of `Event` for a member that payloads have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accessor {
    /// The method.
    pub rust: String,
    /// The member's name in JSON.
    pub member: String,
    /// The type of the member.
    #[serde(rename = "type")]
    pub ty: Type,
}

/// A type as it is used.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// An integer of any size.
    Integer,
    /// A number with all its digits.
    Number,
    /// A string.
    String,
    /// A string with this `format`.
    Format(String),
    /// Exactly this string, integer or boolean.
    Constant(Constant),
    /// `null` and nothing else.
    Null,
    /// Any JSON value.
    Any,
    /// An array.
    List(Box<Type>),
    /// An array of fixed length.
    Tuple(Vec<Type>),
    /// An object whose member names the description does not fix.
    Map(Box<Type>),
    /// The inner type or `null`.
    Nullable(Box<Type>),
    /// The inner type, which the schema implies, or a value of any other JSON type.
    Implied(Box<Type>),
    /// A definition, by its Rust name.
    Ref(String),
    /// A definition in a box, by its Rust name.
    Boxed(String),
    /// A type behind a pointer.
    Deep(Box<Type>),
}

impl Type {
    /// The types right inside this one.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::Implied(inner) | Self::Deep(inner) => {
                std::slice::from_ref(inner)
            }
            Self::Tuple(elements) => elements,
            _ => &[],
        }
    }

    /// The definitions that this type names, at any depth.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut pending = vec![self];
        while let Some(ty) = pending.pop() {
            match ty {
                Self::Ref(name) | Self::Boxed(name) => names.push(name.as_str()),
                ty => pending.extend(ty.children().iter().rev()),
            }
        }
        names
    }
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    /// `true` or `false`.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A string.
    Text(String),
}

/// A type with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The module.
    pub module: String,
    /// The first version of the crate that had a type of this name; `None` if none of those that are recorded had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The schema.
    pub source: Source,
    /// What the description says of it.
    #[serde(default, skip_serializing_if = "Described::is_empty")]
    pub docs: Described,
    /// Its form.
    pub is: Kind,
}

/// What a description says of a type or member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// `title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `description`, as CommonMark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `deprecated`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// Constraints, defaults and examples, which the type does not show: keywords with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<(String, Json)>,
}

impl Described {
    /// Whether the description says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The form of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An object with known members.
    Struct(Struct),
    /// One of several values, or one that is not listed.
    Enum(Enum),
    /// Exactly this value.
    Constant(Value),
    /// One of several types.
    Union(Union),
    /// A type around another one.
    Newtype(Type),
}

impl Kind {
    /// The types that a definition is made of.
    pub fn types(&self) -> Vec<&Type> {
        match self {
            Self::Struct(object) => object.fields.iter().map(|field| &field.ty).chain(&object.rest.ty).collect(),
            Self::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
            Self::Newtype(inner) => vec![inner],
            Self::Enum(_) | Self::Constant(_) => Vec::new(),
        }
    }
}

/// An object with known members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Struct {
    /// The members.
    pub fields: Vec<Field>,
    /// The field for all other members.
    pub rest: Rest,
    /// Whether it is only used behind a pointer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub large: bool,
}

/// The field for members without a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// The field.
    pub rust: String,
    /// The type of their values; `None` if the description declares none, so that they are kept as JSON.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name in JSON.
    pub name: String,
    /// The field.
    pub rust: String,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// The type of its value.
    #[serde(rename = "type")]
    pub ty: Type,
    /// The first version of the crate that had it; `None` if none of those that are recorded had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What the description says of it.
    #[serde(default, skip_serializing_if = "Described::is_empty")]
    pub docs: Described,
    /// Its schema.
    pub source: Source,
}

/// Whether a member may be absent or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Whether it is always there.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Required | Self::Nullable)
    }

    /// Whether it may be null, as a value of its own.
    pub fn is_nullable(self) -> bool {
        matches!(self, Self::Nullable | Self::OptionalNullable)
    }
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// The values.
    pub values: Vec<Value>,
    /// The variant for values that are not listed.
    pub unknown: String,
    /// How it keeps them.
    pub keeps: Fallback,
}

/// How values that an enum does not list are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// As strings: any other JSON is refused.
    String,
    /// As integers: any other JSON is refused.
    Integer,
    /// As JSON.
    Any,
}

/// A value that a schema lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The value.
    pub value: Json,
    /// The variant; `None` for a constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust: Option<String>,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its place.
    pub source: Source,
}

/// One of several types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Union {
    /// The member whose value selects the type; `None` if the members that are present do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagSelect>,
    /// The alternatives.
    pub variants: Vec<Variant>,
    /// The variant for values that are none of these.
    pub unknown: String,
}

/// The member whose value selects the type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagSelect {
    /// The member's name in JSON.
    pub member: String,
    /// The variant for values with any other tag, or with none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// An alternative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The variant.
    pub rust: String,
    /// The values of the tag that select it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The type of its values.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Its schema.
    pub source: Source,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
