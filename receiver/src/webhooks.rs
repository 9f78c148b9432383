//! The interface between the receiver and a vendor's webhooks.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;

use bytes::Bytes;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::DecodeError;
use crate::codec::{self, Decode, JsonValue, Path, Reader, pointer};
use crate::printable::Printable;

/// The webhooks of one vendor: which events there are and how each is decoded.
pub trait Webhooks: Sized + Send + Sync + 'static {
    /// The event types.
    type EventType: EventName;
    /// Any event, known or not.
    type Event: Serialize + Send + 'static;

    /// The location of the event type.
    const EVENT_TYPE: EventTypeLocation;

    /// Decodes the payload of this event type.
    ///
    /// # Errors
    ///
    /// If the body does not match the type.
    fn decode(event_type: Self::EventType, reader: &mut Reader<'_>) -> Result<Self::Event, DecodeError>;

    /// Wraps an event of unknown type.
    fn unknown(event: UnknownEvent) -> Self::Event;
}

/// Where a delivery states its event type. Made by [`body`](Self::body), [`header`](Self::header) or [`endpoint`](Self::endpoint).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventTypeLocation {
    /// In the body.
    #[non_exhaustive]
    Body {
        /// JSON pointers (RFC 6901) such as `/eventType`. The first one at which the body has a string decides.
        pointers: &'static [&'static str],
        /// The place of the rest of the event type, so that `item` and `created` are `item.created`.
        completed_by: Option<Completion>,
    },
    /// In a header. Most vendors do not sign headers. An attacker who has recorded a delivery can then send it again with
    /// another event type; only the form of the body prevents that.
    #[non_exhaustive]
    Header {
        /// The name of the header, in lower case.
        name: &'static str,
        /// The place in the body of the rest of the event type, so that `issues` and `opened` are `issues.opened`.
        completed_by: Option<Completion>,
    },
    /// Nowhere: each event type has its own endpoint, see
    /// [`Receiver::assume_event_type`](crate::Receiver::assume_event_type). If there is only one event type, every delivery
    /// has it.
    Endpoint,
}

/// The place in the body of the rest of an event type. If there is nothing at this place, or no event type consists of both
/// parts, the first part alone decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// A JSON pointer (RFC 6901) such as `/action`.
    pub pointer: &'static str,
    /// The text between the first part and the rest.
    pub separator: &'static str,
}

impl EventTypeLocation {
    /// In the body, at the first of these JSON pointers (RFC 6901) that has a string.
    pub const fn body(pointers: &'static [&'static str]) -> Self {
        Self::Body { pointers, completed_by: None }
    }

    /// In the header of this name, which is in lower case.
    pub const fn header(name: &'static str) -> Self {
        Self::Header { name, completed_by: None }
    }

    /// Nowhere: each event type has its own endpoint.
    pub const fn endpoint() -> Self {
        Self::Endpoint
    }

    /// Appends the separator and the string at this JSON pointer in the body. No effect on [`endpoint`](Self::endpoint).
    #[must_use]
    pub const fn completed_by(self, pointer: &'static str, separator: &'static str) -> Self {
        let completed_by = Some(Completion { pointer, separator });
        match self {
            Self::Body { pointers, .. } => Self::Body { pointers, completed_by },
            Self::Header { name, .. } => Self::Header { name, completed_by },
            Self::Endpoint => Self::Endpoint,
        }
    }

    /// Whether the member at this path in the body states the event type or a part of it, or contains the member that does. An
    /// element of a list is like any other, and an entry of a map as well.
    pub(crate) fn is_stated_at(self, path: &Path<'_>) -> bool {
        let (pointers, completed_by) = match self {
            Self::Body { pointers, completed_by } => (pointers, completed_by),
            Self::Header { completed_by, .. } => (&[][..], completed_by),
            Self::Endpoint => return false,
        };
        let completion = completed_by.map(|Completion { pointer, .. }| pointer);
        pointers.iter().copied().chain(completion).any(|pointer| {
            let mut rest = pointer;
            path.names().all(|name| {
                let Some((segment, below)) = pointer::split_first(rest) else { return false };
                rest = below;
                name.is_none_or(|name| name == segment)
            })
        })
    }
}

/// The name of an event, such as `asset.metadata.updated`.
pub trait EventName: Copy + Eq + Hash + Debug + Display + Send + Sync + 'static {
    /// The topics that events belong to.
    type Topic: TopicName;

    /// Every event type, in the order of the description.
    const ALL: &'static [Self];

    /// Finds the event type with exactly this name.
    fn parse(name: &str) -> Option<Self>;

    /// The name as sent.
    fn as_str(self) -> &'static str;

    /// The innermost topic that the event type belongs to.
    fn topic(self) -> Option<Self::Topic>;
}

/// Whether a name matches a template, as `invoices.write.failed` matches `{type}.write.failed`: each `{…}` matches a text
/// that is not empty and does not contain the separator.
pub fn matches_template(template: &str, name: &str, separator: &str) -> bool {
    let fits = |(template, word): (&str, &str)| match template.split_once('{') {
        None => template == word,
        Some((start, rest)) => {
            let end = rest.split_once('}').map_or("", |(_, end)| end);
            word.strip_prefix(start).and_then(|word| word.strip_suffix(end)).is_some_and(|text| !text.is_empty())
        }
    };
    let (templates, words) = (template.split(separator), name.split(separator));
    templates.clone().count() == words.clone().count() && templates.zip(words).all(fits)
}

/// The name is not one of those that a description lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName(String);

impl UnknownName {
    /// Longer names are cut.
    const MAX_CHARS: usize = 128;

    /// The error for this name.
    pub fn new(name: &str) -> Self {
        Self(Printable { text: name, limit: Self::MAX_CHARS }.to_string())
    }
}

impl Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown name `{}`", self.0)
    }
}

impl Error for UnknownName {}

/// The name of a group of events, such as `asset.metadata`.
pub trait TopicName: Copy + Eq + Hash + Debug + Display + Send + Sync + 'static {
    /// The name.
    fn as_str(self) -> &'static str;

    /// The topic around this one, such as `asset` around `asset.metadata`.
    fn parent(self) -> Option<Self>;
}

/// A type that the body of one event type decodes into.
pub trait Payload: Decode + Serialize + Send + 'static {
    /// The webhooks that the payload belongs to.
    type Webhooks: Webhooks;

    /// The event type that announces this payload.
    const EVENT_TYPE: <Self::Webhooks as Webhooks>::EventType;
}

/// An event whose type is absent or not in the description.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    event_type: Option<String>,
    body: Bytes,
}

impl UnknownEvent {
    pub(crate) fn new(event_type: Option<String>, body: Bytes) -> Self {
        Self { event_type, body }
    }

    /// The event type, if the body states one. It can be any text: escape it before logging.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// The body as received.
    pub fn raw(&self) -> &Bytes {
        &self.body
    }

    /// Decodes the body as a type of the caller's choice, such as [`JsonValue`](crate::JsonValue).
    ///
    /// # Errors
    ///
    /// If the body is not a `T`.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        codec::from_slice(&self.body)
    }
}

/// Writes the body as received.
impl Serialize for UnknownEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.decode::<JsonValue>().map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// Omits the body, which may contain personal data.
impl Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent").field("event_type", &self.event_type).field("bytes", &self.body.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::matches_template;

    #[test]
    fn templates() {
        for name in ["invoices.write.failed", "a.write.failed", "{type}.write.failed"] {
            assert!(matches_template("{type}.write.failed", name, "."), "{name}");
        }
        for name in [".write.failed", "a.b.write.failed", "write.failed", "invoices.write.failed.x", "a.write.done", ""]
        {
            assert!(!matches_template("{type}.write.failed", name, "."), "{name}");
        }
        assert!(matches_template("item-{id}:added", "item-7:added", ":"));
        assert!(!matches_template("item-{id}:added", "item-:added", ":"));
    }
}
