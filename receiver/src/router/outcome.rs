use std::fmt;

use http::StatusCode;

use crate::codec::DecodeErrorKind;
use crate::printable::Printable;
use crate::{BoxError, DecodeError};

/// The outcome of a verified delivery.
///
/// `Display` is safe to log: it is bounded in length, escapes control characters, and quotes only member names of the
/// body.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler or the fallback finished without an error.
    Handled,
    /// No handler is registered for it. Senders stop sending to receivers that keep failing, so this
    /// counts as success.
    Ignored,
    /// It was handled before, or by another attempt while this one waited. No handler ran for it.
    Duplicate,
    /// A delivery with the same id but another body was handled before. No handler ran for this one, because the sender
    /// declares both to be the same. An [observer](crate::Receiver::on_outcome) can keep it.
    Conflict,
    /// It could not be decoded, and there is no fallback.
    Undecodable(DecodeError),
    /// The handler returned an error, panicked, or exceeded its [timeout](crate::timeout). The sender should try again.
    Failed(BoxError),
    /// The [maximum number of handlers](crate::Receiver::max_concurrency) is running. The sender should try again.
    Overloaded,
    /// The [`ReplayGuard`](crate::ReplayGuard) failed. The sender should try again.
    Unavailable(BoxError),
}

impl Outcome {
    /// The status to answer with: 200, 400 for malformed and 422 for unexpected JSON, 500, 503.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Ignored | Self::Duplicate | Self::Conflict => StatusCode::OK,
            Self::Undecodable(error) => match error.kind() {
                DecodeErrorKind::Malformed => StatusCode::BAD_REQUEST,
                DecodeErrorKind::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Overloaded | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A one-word name, as a label of metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Ignored => "ignored",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Undecodable(_) => "undecodable",
            Self::Failed(_) => "failed",
            Self::Overloaded => "overloaded",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Handled | Self::Ignored | Self::Duplicate | Self::Conflict | Self::Overloaded => Ok(()),
            // The message may quote received text.
            Self::Undecodable(error) => {
                let pointer = Printable { text: error.pointer(), limit: 256 };
                write!(f, ": {:?} at `{pointer}`, line {}, column {}", error.kind(), error.line(), error.column())
            }
            Self::Failed(error) | Self::Unavailable(error) => {
                write!(f, ": {}", Printable { text: &error.to_string(), limit: 256 })
            }
        }
    }
}
