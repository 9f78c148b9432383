//! The intermediate representation: what is emitted, said in terms of Rust and free of OpenAPI.
//!
//! Every item knows its [`Origin`]. Names are proposals here; [`names`](crate::names) decides.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::document::{Node, Origin, Value};

/// A whole description.
#[derive(Debug)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`, as the vendor writes it.
    pub version: String,
    /// `info.description`.
    pub description: Option<String>,
    /// Where a delivery states its event type.
    pub carrier: Carrier,
    /// What separates a topic from its action, and topics from subtopics.
    pub separator: String,
    /// How many webhooks with a JSON body there are, routed or not.
    pub described: usize,
    /// The routed webhooks, in document order.
    pub webhooks: Vec<Webhook>,
    /// The definitions; a [`TypeId`] is an index.
    pub types: Vec<TypeDef>,
    /// Where values are kept as JSON of any form, each place once.
    pub untyped: Vec<Untyped>,
    /// The examples of whole payloads as the description has them, whether they decode or not.
    pub published: Vec<Published>,
    /// How deliveries are signed; none where neither the description nor the configuration says.
    pub scheme: Option<Scheme>,
}

/// Where a delivery states its event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// In the body.
    Body {
        /// JSON pointers; the first of them that a body has counts.
        pointers: Vec<String>,
        /// Where the body completes it: a JSON pointer.
        completed_by: Option<String>,
    },
    /// In a header.
    Header {
        /// The name, in lower case.
        name: String,
        /// Where the body completes it: a JSON pointer.
        completed_by: Option<String>,
    },
    /// Nowhere: each event type has an address of its own.
    Address,
}

impl Carrier {
    /// Where the body completes what is stated: a JSON pointer.
    pub fn completed_by(&self) -> Option<&str> {
        match self {
            Self::Body { completed_by, .. } | Self::Header { completed_by, .. } => completed_by.as_deref(),
            Self::Address => None,
        }
    }
}

/// A webhook that is routed by its event type.
#[derive(Debug)]
pub struct Webhook {
    /// The key under `webhooks`.
    pub key: String,
    /// The event type that a delivery states, such as `asset.metadata.updated`.
    pub event_type: String,
    /// What the header that carries event types says; none where no header does.
    pub header: Option<String>,
    /// The root payload type, which no other webhook has.
    pub payload: TypeId,
    /// `summary`.
    pub summary: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `deprecated`.
    pub deprecated: bool,
    /// Payloads that are known to decode, at least one.
    pub examples: Vec<Example>,
    /// Where the webhook is described.
    pub origin: Origin,
}

/// Whether an event type stands for several, with `{…}` for what differs between them.
pub fn is_template(event_type: &str) -> bool {
    event_type.split_once('{').is_some_and(|(_, rest)| rest.contains('}'))
}

/// A payload that decodes into the webhook's payload type and re-encodes to equal JSON.
#[derive(Debug)]
pub struct Example {
    /// The JSON text.
    pub json: String,
    /// Whether it was assembled here from the examples of properties.
    pub assembled: bool,
    /// Whether it states its event type, as far as that stands in the body, so that it is routed: not where the
    /// payload declares no place for that.
    pub states_event_type: bool,
}

/// An example of a whole payload as the description has it.
#[derive(Debug)]
pub struct Published {
    /// The key of its webhook, which may stand for several event types.
    pub webhook: String,
    /// Its key under `examples`, where it has one.
    pub name: Option<String>,
    /// The JSON text.
    pub json: String,
    /// Where it stands.
    pub origin: Origin,
}

/// A place whose values are kept as JSON of any form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The schema.
    pub origin: Origin,
    /// Why it has no type.
    pub reason: Untold,
}

/// Why values have no type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Untold {
    /// The description leaves them open, in this way.
    Open(&'static str),
    /// What the description says has no form in Rust, for this reason.
    Inexpressible(String),
}

/// How deliveries are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// By the Standard Webhooks specification.
    StandardWebhooks {
        /// The header that carries the delivery's id.
        id: String,
        /// The header that carries the time of the attempt.
        timestamp: String,
        /// The header that carries the signatures.
        signature: String,
    },
    /// In a way of the vendor's own, with HMAC.
    Hmac(Hmac),
    /// Not at all.
    Unsigned,
}

/// A signature scheme that is told as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hmac {
    /// The header that carries the signature.
    pub header: String,
    /// What parts the tokens of the header; none where it carries but one.
    pub separator: Option<char>,
    /// What a token begins with that is a signature.
    pub prefix: String,
    /// The hash function.
    pub hash: Hash,
    /// How a signature is written.
    pub encoding: Encoding,
    /// What is signed: the body once, an id and a timestamp at most once, with a text between any two of these.
    pub signed: Vec<Piece>,
    /// The header that carries the delivery's id, where that is not signed.
    pub unsigned_id: Option<String>,
}

/// The hash function of an [`Hmac`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// How an [`Hmac`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Standard base64, padded.
    Base64,
}

/// A piece of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The body.
    Body,
    /// The delivery's id, in the header of this name.
    IdHeader(String),
    /// The time of the attempt, in the header of this name.
    TimestampHeader(String),
    /// The time of the attempt, in the token of the signature header that begins so.
    TimestampToken(String),
    /// A text that is always the same.
    Text(String),
}

/// An index into [`Api::types`].
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
    /// Any JSON value.
    Any,
    /// An array.
    List(Box<Type>),
    /// An array of fixed length.
    Tuple(Vec<Type>),
    /// An object with names that the description leaves open.
    Map(Box<Type>),
    /// The inner type or `null`.
    Nullable(Box<Type>),
    /// A definition.
    Named(TypeId),
    /// A definition, boxed because it contains itself.
    Boxed(TypeId),
    /// A type behind a pointer, because what contains it would nest too deep for the compiler.
    Deep(Box<Type>),
}

/// The string formats that have a typed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `uuid`.
    Uuid,
    /// `date-time`.
    DateTime,
    /// `date`.
    Date,
    /// `time`.
    Time,
    /// `duration`.
    Duration,
    /// `email`.
    Email,
    /// `uri`, `url`.
    Uri,
    /// `uri-reference`.
    UriReference,
    /// `hostname`.
    Hostname,
    /// `ipv4`.
    Ipv4,
    /// `ipv6`.
    Ipv6,
    /// `byte`: base64.
    Byte,
}

impl Format {
    /// The format of a string schema; none for those that have no typed form.
    pub fn parse(format: &str) -> Option<Self> {
        Some(match format {
            "uuid" => Self::Uuid,
            "date-time" => Self::DateTime,
            "date" => Self::Date,
            "time" => Self::Time,
            "duration" => Self::Duration,
            "email" => Self::Email,
            "uri" | "url" => Self::Uri,
            "uri-reference" => Self::UriReference,
            "hostname" => Self::Hostname,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "byte" => Self::Byte,
            _ => return None,
        })
    }
}

/// A definition that is emitted as an item of its own.
#[derive(Debug)]
pub struct TypeDef {
    /// What it is.
    pub kind: Kind,
    /// How it wants to be called.
    pub naming: Naming,
    /// What the description says of it.
    pub docs: Docs,
    /// Where it is described.
    pub origin: Origin,
}

/// What a definition is.
#[derive(Debug)]
pub enum Kind {
    /// An object with known members.
    Struct(Struct),
    /// One of these values, or one that is not known yet.
    Enum(Enum),
    /// Exactly this value, checked on decode.
    Constant(Literal),
    /// One of several types.
    Union(Union),
    /// Another type under a name of its own: a root payload that is no object, or a list or map nested in itself.
    Newtype(Type),
    /// Not lowered yet; only while [`lower`](crate::lower) is at work.
    Pending,
}

/// The values of an `enum`.
#[derive(Debug)]
pub struct Enum {
    /// The values, in document order.
    pub values: Vec<Literal>,
    /// What values that are not listed are kept as.
    pub open: Open,
}

/// What the values of an [`Enum`] have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// All are strings.
    Text,
    /// All are integers of at most 64 bits.
    Integer,
    /// Anything else.
    Json,
}

/// A value that a schema lists. Equality compares the JSON text.
#[derive(Clone)]
pub struct Literal {
    /// The value.
    pub value: Node,
    /// What the description says of it, where it is an alternative of its own.
    pub description: Option<String>,
}

/// What a [`Literal`] is in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// A string.
    Text(&'a str),
    /// An integer of at most 64 bits, however it is spelled.
    Integer(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Anything else: its JSON text.
    Json(String),
}

impl Literal {
    /// What it is in Rust.
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

    /// What names are made of: the text of a string, the JSON text of anything else.
    pub fn name(&self) -> String {
        match self.form() {
            Form::Text(text) => text.to_owned(),
            _ => self.json(),
        }
    }
}

/// The value of a number without a fraction.
fn integer(digits: &str) -> Option<i64> {
    let whole = match digits.split_once('.') {
        Some((whole, zeros)) => zeros.bytes().all(|digit| digit == b'0').then_some(whole)?,
        None => digits,
    };
    // The smallest one has no positive counterpart to be written with a sign.
    whole.parse().ok().filter(|value| *value != i64::MIN)
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
    /// The type of all other members, where the description declares that there may be some.
    pub rest: Option<Type>,
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
    /// What the description says of it.
    pub docs: Docs,
    /// Where it is described.
    pub origin: Origin,
}

/// Whether a member may be absent or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Always there.
    Required,
    /// May be absent.
    Optional,
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
    /// What tells them apart.
    pub select: Select,
}

/// An alternative of a [`Union`].
#[derive(Debug)]
pub struct Variant {
    /// How it wants to be called.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The values of the tag that select it; empty where there is no tag.
    pub tags: Vec<String>,
}

/// What tells the alternatives of a [`Union`] apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// The value of a member.
    Tag {
        /// The member's name.
        member: String,
        /// The alternative for values that are told by no tag, by its position.
        otherwise: Option<usize>,
    },
    /// The members that are there.
    Shape,
}

/// How a definition wants to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// After the event type of a webhook.
    Root(String),
    /// After its place among the reusable schemas.
    Component(String),
    /// After the definition that contains it and its place there.
    Inline {
        /// The containing definition.
        parent: TypeId,
        /// The member's name, or another hint.
        hint: String,
        /// Whether it stands in other definitions as well.
        shared: bool,
    },
}

impl Naming {
    /// After a definition and a place in it.
    pub fn inline(parent: TypeId, hint: &str) -> Self {
        Self::Inline { parent, hint: hint.to_owned(), shared: false }
    }
}

/// What a description says of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// What the Rust type does not show, constraints and defaults: keywords, each with its value as JSON text.
    pub facts: Vec<(String, String)>,
    /// `deprecated`.
    pub deprecated: bool,
}

impl Api {
    /// The definition behind an id.
    pub fn def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }

    /// The topics of an event type, from the narrowest to the widest: `asset.metadata`, `asset`.
    pub fn topics<'a>(&'a self, event_type: &'a str) -> impl Iterator<Item = &'a str> {
        let parent = |name: &'a str| name.rsplit_once(self.separator.as_str()).map(|(topic, _)| topic);
        std::iter::successors(parent(event_type), move |topic| parent(topic)).filter(|topic| !topic.is_empty())
    }

    /// Every topic with the event types right under it.
    pub fn topic_index(&self) -> BTreeMap<&str, Vec<&Webhook>> {
        let mut index: BTreeMap<&str, Vec<&Webhook>> = BTreeMap::new();
        for webhook in &self.webhooks {
            for (depth, topic) in self.topics(&webhook.event_type).enumerate() {
                let under = index.entry(topic).or_default();
                if depth == 0 {
                    under.push(webhook);
                }
            }
        }
        index
    }

    /// The structs' fields that every root payload has, with one type and the same name.
    pub fn common_fields(&self) -> Vec<&Field> {
        let fields = |webhook: &Webhook| match &self.def(webhook.payload).kind {
            Kind::Struct(object) => object.fields.as_slice(),
            _ => &[],
        };
        let Some((first, others)) = self.webhooks.split_first() else { return Vec::new() };
        let pointers = match &self.carrier {
            Carrier::Body { pointers, .. } => pointers.as_slice(),
            Carrier::Header { .. } | Carrier::Address => &[],
        };
        let states_event_type = |field: &&Field| pointers.iter().any(|pointer| pointer[1..] == field.wire);
        fields(first)
            .iter()
            .filter(|field| !states_event_type(field))
            .filter(|field| {
                others.iter().all(|webhook| fields(webhook).iter().any(|f| f.wire == field.wire && f.ty == field.ty))
            })
            .collect()
    }
}
