use http::StatusCode;

use crate::codec::DecodeErrorKind;
use crate::{BoxError, DecodeError};

/// What became of a verified delivery.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler, perhaps the fallback, finished without an error.
    Handled,
    /// No handler is registered for it. Senders stop sending to receivers that keep failing, so this
    /// counts as success.
    Ignored,
    /// It could not be decoded, and there is no fallback to hand it to.
    Undecodable(DecodeError),
    /// The handler returned an error or panicked. The sender should try again.
    Failed(BoxError),
}

impl Outcome {
    /// The status to answer with: 200, 400 for malformed and 422 for unexpected JSON, 500.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Ignored => StatusCode::OK,
            Self::Undecodable(error) => match error.kind() {
                DecodeErrorKind::Malformed => StatusCode::BAD_REQUEST,
                DecodeErrorKind::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
