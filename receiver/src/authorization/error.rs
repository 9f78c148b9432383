use std::error::Error;
use std::fmt;

use http::StatusCode;

/// Why the credentials of a request do not do.
///
/// The reasons are texts of the program, so that no part of a token can get into a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There are none.
    Missing,
    /// They are not valid, or of another kind.
    Refused(&'static str),
    /// They are valid, but not for this.
    InsufficientScope,
    /// Whether they are valid cannot be told at present. The sender should try again.
    Unavailable(&'static str),
}

impl CredentialsError {
    /// The status to answer with: 401, 403 for a scope that is missing, 503 where nobody can tell at present.
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
            Self::Missing => f.write_str("there are no credentials"),
            Self::Refused(reason) => write!(f, "the credentials are refused: {reason}"),
            Self::InsufficientScope => f.write_str("the credentials do not cover webhooks"),
            Self::Unavailable(reason) => write!(f, "the credentials cannot be verified at present: {reason}"),
        }
    }
}

impl Error for CredentialsError {}
