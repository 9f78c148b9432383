use std::fmt;

use bytes::Bytes;

use crate::codec::DecodeErrorKind;
use crate::printable::Printable;
use crate::{DecodeError, Delivery};

/// A verified delivery that no other handler could take, for the
/// [fallback handler](crate::Receiver::fallback).
#[derive(Clone, Debug)]
pub struct Unrouted {
    delivery: Delivery,
    reason: Reason,
}

impl Unrouted {
    pub(super) fn new(delivery: Delivery, reason: Reason) -> Self {
        Self { delivery, reason }
    }

    /// The body as received.
    pub fn raw(&self) -> &Bytes {
        self.delivery.raw()
    }

    /// What was verified: headers and body, and when it was signed.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The event type that the delivery states, if it has one and is unrouted because of it. It can be any text: escape
    /// it before logging.
    pub fn event_type(&self) -> Option<&str> {
        match &self.reason {
            Reason::UnknownEventType(name) => name.as_deref(),
            Reason::NoHandler(name) => Some(name),
            Reason::Malformed(_) | Reason::Mismatch(_) => None,
        }
    }

    /// Why no handler ran.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

/// What a [fallback](crate::Receiver::fallback) has done with a delivery. Either is answered with 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// It has handled the delivery. A repetition of it is a [duplicate](crate::Outcome::Duplicate).
    Handled,
    /// It has kept the delivery for later: the id does not count as handled. If the sender repeats the delivery, for example
    /// on request after the receiver was corrected, it is handled.
    Kept,
}

/// The reason why no handler took a delivery.
///
/// `Display` is safe to log: it is bounded in length and escapes control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The event type is absent, or is not in the description that the types were generated from.
    UnknownEventType(Option<String>),
    /// No handler is registered for this event type or one of its topics.
    NoHandler(&'static str),
    /// The body is not unambiguous JSON.
    Malformed(DecodeError),
    /// The body does not match the type of its event type.
    Mismatch(DecodeError),
}

impl Reason {
    /// A one-word name, as a label of metrics: `unknown`, `unhandled` or `undecodable`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnknownEventType(_) => "unknown",
            Self::NoHandler(_) => "unhandled",
            Self::Malformed(_) | Self::Mismatch(_) => "undecodable",
        }
    }
}

impl From<DecodeError> for Reason {
    fn from(error: DecodeError) -> Self {
        match error.kind() {
            DecodeErrorKind::Malformed => Self::Malformed(error),
            DecodeErrorKind::Mismatch => Self::Mismatch(error),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownEventType(None) => f.write_str("the event type is missing"),
            Self::UnknownEventType(Some(name)) => {
                write!(f, "unknown event type `{}`", Printable { text: name, limit: 128 })
            }
            Self::NoHandler(event_type) => write!(f, "no handler for `{event_type}`"),
            Self::Malformed(error) | Self::Mismatch(error) => error.fmt(f),
        }
    }
}
