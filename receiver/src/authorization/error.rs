use std::error::Error;
use std::fmt;

use http::StatusCode;

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
