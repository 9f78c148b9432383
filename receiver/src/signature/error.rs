use std::error::Error;
use std::fmt;

use http::{HeaderName, StatusCode};

use crate::authorization::CredentialsError;

/// The reason why a request is not authentic.
///
/// For the receiver's own logs and metrics. Show a sender no more than [`status`](Self::status): a reason that names the
/// failed check helps a forger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// A required header is missing.
    MissingHeader(HeaderName),
    /// A required header occurs more than once; proxies disagree about which of them counts.
    DuplicateHeader(HeaderName),
    /// A header is malformed: an id or a signature list is empty, too long, or contains bytes that are not allowed, or a
    /// signature list that should contain a timestamp contains none or several.
    MalformedHeader(HeaderName),
    /// The timestamp is not a plain count of seconds (`0` or up to 12 digits without a leading zero).
    MalformedTimestamp,
    /// The timestamp lies further in the past than the tolerance allows.
    TimestampTooOld,
    /// The timestamp lies further in the future than the tolerance allows, or the receiver's own clock is before 1970.
    TimestampTooNew,
    /// No signature in the list matches this message and one of the configured secrets.
    NoMatchingSignature,
    /// The credentials required by an [`Authenticator`](crate::Authenticator) were rejected.
    Credentials(CredentialsError),
}

impl VerifyError {
    /// The status to answer with: 400 for a request that is not well-formed, 401 for one that is
    /// well-formed and not authentic; for credentials see [`CredentialsError::status`].
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingHeader(_) | Self::DuplicateHeader(_) | Self::MalformedHeader(_) | Self::MalformedTimestamp => {
                StatusCode::BAD_REQUEST
            }
            Self::TimestampTooOld | Self::TimestampTooNew | Self::NoMatchingSignature => StatusCode::UNAUTHORIZED,
            Self::Credentials(error) => error.status(),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => write!(f, "header `{name}` is missing"),
            Self::DuplicateHeader(name) => write!(f, "header `{name}` occurs more than once"),
            Self::MalformedHeader(name) => write!(f, "header `{name}` is malformed"),
            Self::MalformedTimestamp => f.write_str("the timestamp is not a count of seconds"),
            Self::TimestampTooOld => f.write_str("the timestamp is too old"),
            Self::TimestampTooNew => f.write_str("the timestamp is too far in the future"),
            Self::NoMatchingSignature => f.write_str("no signature matches"),
            Self::Credentials(error) => error.fmt(f),
        }
    }
}

impl Error for VerifyError {}

impl From<CredentialsError> for VerifyError {
    fn from(error: CredentialsError) -> Self {
        Self::Credentials(error)
    }
}
