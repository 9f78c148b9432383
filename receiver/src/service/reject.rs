use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use super::body::ReadError;
use crate::printable::Printable;
use crate::{BoxError, Gate, VerifyError};

/// Why a request did not become a delivery.
#[derive(Debug)]
pub(super) enum Rejection {
    Method,
    TooLarge,
    Unverified(VerifyError),
    MediaType,
    Encoding,
    Timeout,
    Aborted(BoxError),
}

impl Rejection {
    /// The answer depends on the status alone, so that it does not tell a forger which check failed.
    pub(super) fn response(&self, gate: &Gate) -> Response<Full<Bytes>> {
        match self {
            Self::Method => with(StatusCode::METHOD_NOT_ALLOWED, ALLOW, HeaderValue::from_static("POST")),
            Self::TooLarge => respond(StatusCode::PAYLOAD_TOO_LARGE),
            Self::Unverified(error) => {
                let status = error.status();
                gate.hint(status).map_or_else(|| respond(status), |(name, value)| with(status, name, value))
            }
            Self::MediaType => respond(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Encoding => {
                with(StatusCode::UNSUPPORTED_MEDIA_TYPE, ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            }
            Self::Timeout => respond(StatusCode::REQUEST_TIMEOUT),
            Self::Aborted(_) => respond(StatusCode::BAD_REQUEST),
        }
    }
}

/// A response whose body is the name of its status.
pub(super) fn respond(status: StatusCode) -> Response<Full<Bytes>> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from_static(reason.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn with(status: StatusCode, name: HeaderName, value: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = respond(status);
    response.headers_mut().insert(name, value);
    response
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("the method is not POST"),
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Unverified(error) => error.fmt(f),
            Self::MediaType => f.write_str("the media type is not JSON"),
            Self::Encoding => f.write_str("the body is encoded"),
            Self::Timeout => f.write_str("the body did not arrive in time"),
            Self::Aborted(error) => {
                let error = error.to_string();
                write!(f, "the body did not arrive: {}", Printable { text: &error, limit: 256 })
            }
        }
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        Self::Unverified(error)
    }
}

impl From<ReadError> for Rejection {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Aborted(error) => Self::Aborted(error),
        }
    }
}
