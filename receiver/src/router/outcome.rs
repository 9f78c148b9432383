use std::fmt;

use http::StatusCode;

use super::{Fallback, Reason};
use crate::BoxError;
use crate::printable::Printable;

/// The outcome of a verified delivery.
///
/// `Display` is safe to log: it is bounded in length, escapes control characters, and quotes only member names of the
/// body.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler finished without an error. Not the fallback: see [`Unrouted`](Self::Unrouted).
    Handled,
    /// No handler took it, and the fallback finished without an error or is not set.
    #[non_exhaustive]
    Unrouted {
        /// Why no handler took it.
        reason: Reason,
        /// What the fallback did; `None` if there is none. Without one, a delivery that is not decoded is refused. One without
        /// a handler is ignored, because senders stop sending to receivers that keep failing.
        fallback: Option<Fallback>,
    },
    /// It was taken by what the caller passed to [`respond_with`](crate::ReceiverService::respond_with), which has stored it
    /// durably. A handler runs later.
    Stored,
    /// It was handled before, or by another attempt while this one waited. No handler ran for it.
    Duplicate,
    /// A delivery with the same id but another body was handled before. No handler ran for this one, because the sender
    /// declares both to be the same. An [observer](crate::Receiver::on_outcome) can keep it.
    Conflict,
    /// A delivery with the same id is being handled: one with another body, or in another process. The sender should try
    /// again: this one is handled if the other fails.
    InProgress,
    /// The handler returned an error, panicked, or exceeded its [timeout](crate::timeout). The sender should try again.
    Failed(BoxError),
    /// The [maximum number of handlers](crate::Receiver::max_concurrency) is running, or the
    /// [memory for decoded values](crate::Receiver::payload_memory) is in use. The sender should try again.
    Overloaded,
    /// The [`ReplayGuard`](crate::ReplayGuard) failed or took [too long](crate::Receiver::replay_guard_timeout), or the
    /// store did. The sender should try again.
    Unavailable(BoxError),
}

impl Outcome {
    /// The status to answer with: 200, 400 for malformed and 422 for unexpected JSON, 500, 503.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled
            | Self::Stored
            | Self::Unrouted { fallback: Some(_), .. }
            | Self::Duplicate
            | Self::Conflict => StatusCode::OK,
            Self::Unrouted { reason, fallback: None } => match reason {
                Reason::UnknownEventType(_) | Reason::NoHandler(_) => StatusCode::OK,
                Reason::Malformed(_) => StatusCode::BAD_REQUEST,
                Reason::Mismatch(_) => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InProgress | Self::Overloaded | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A one-word name, as a label of metrics. That of an unrouted delivery is the [name of the reason](Reason::name).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Unrouted { reason, .. } => reason.name(),
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::InProgress => "in_progress",
            Self::Failed(_) => "failed",
            Self::Overloaded => "overloaded",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Whether a handler or the fallback has handled the delivery, so that a repetition of it is a duplicate.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Handled | Self::Unrouted { fallback: Some(Fallback::Handled), .. })
    }

    /// The outcome of an identical delivery that has waited for this one.
    pub(crate) fn of_duplicate(&self) -> Self {
        match self {
            _ if self.is_final() => Self::Duplicate,
            Self::Handled | Self::Stored | Self::Duplicate => Self::Duplicate,
            Self::Unrouted { reason, fallback } => Self::Unrouted { reason: reason.clone(), fallback: *fallback },
            Self::Conflict => Self::Conflict,
            Self::InProgress => Self::InProgress,
            Self::Failed(error) => Self::Failed(error.to_string().into()),
            Self::Overloaded => Self::Overloaded,
            Self::Unavailable(error) => Self::Unavailable(error.to_string().into()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Handled | Self::Stored | Self::Duplicate | Self::Conflict | Self::InProgress | Self::Overloaded => {
                Ok(())
            }
            Self::Unrouted { reason, fallback } => {
                // The message of an error may quote received text, and an unknown event type is received text.
                if let Reason::Malformed(error) | Reason::Mismatch(error) = reason {
                    write!(f, ": {:?} at ", error.kind())?;
                    // Empty for the body itself.
                    if !error.pointer().is_empty() {
                        write!(f, "`{}`, ", Printable { text: error.pointer(), limit: 256 })?;
                    }
                    write!(f, "line {}, column {}", error.line(), error.column())?;
                }
                f.write_str(match fallback {
                    None => "",
                    Some(Fallback::Handled) => " (handled by the fallback)",
                    Some(Fallback::Kept) => " (kept by the fallback)",
                })
            }
            Self::Failed(error) | Self::Unavailable(error) => {
                write!(f, ": {}", Printable { text: &error.to_string(), limit: 256 })
            }
        }
    }
}
