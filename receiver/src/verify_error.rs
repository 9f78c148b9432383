//! The errors of verification: they are one type for signatures and credentials.

use std::error::Error;
use std::fmt;

use http::{HeaderName, StatusCode};

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
            Self::MalformedHeader(name) => write!(
                f,
                "header `{name}` is malformed: it is empty, too long, or has characters that are not allowed, such as `.` in an id"
            ),
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

/// The reason why the credentials of a request are rejected.
///
/// The reasons are static strings, so no part of a token can reach a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There are none.
    Missing,
    /// They are not valid, or of another kind.
    Refused(&'static str),
    /// They are valid, but not for this.
    InsufficientScope,
    /// They cannot be checked at present. The sender should try again.
    Unavailable(&'static str),
}

impl CredentialsError {
    /// The status to answer with: 401, 403 for a scope that is missing, 503 if they cannot be checked at present.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the credentials are missing"),
            Self::Refused(reason) => write!(f, "the credentials were rejected: {reason}"),
            Self::InsufficientScope => f.write_str("the credentials do not cover webhooks"),
            Self::Unavailable(reason) => write!(f, "the credentials cannot be verified at present: {reason}"),
        }
    }
}

impl Error for CredentialsError {}
