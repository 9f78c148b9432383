use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::authorization::CredentialsError;
use crate::printable::Printable;
use crate::{Authenticator, BoxError, VerifyError};

/// In seconds. Senders have their own schedule, and most ignore it.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// The reason why a request did not become a delivery.
///
/// `Display` is safe to log: it is bounded in length and escapes control characters.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The method is not POST.
    Method,
    /// There are more than 100 headers, or more than 64 KiB of them.
    Headers,
    /// The length of the body is given in two ways, which a proxy may read differently.
    Framing,
    /// The transfer encoding is another than `chunked`.
    TransferEncoding,
    /// The body is, or is announced to be, longer than the limit.
    TooLarge,
    /// It is not authentic.
    Unverified(VerifyError),
    /// The media type is not JSON.
    MediaType,
    /// The body is compressed or otherwise encoded.
    Encoding,
    /// The limit on running handlers or on memory for bodies is reached, or the body made room for others while it
    /// arrived.
    Overloaded,
    /// The body did not arrive in time, or too slowly.
    Timeout,
    /// The connection broke before the body was complete.
    Aborted(BoxError),
}

impl Rejection {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Headers => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Framing | Self::Aborted(_) => StatusCode::BAD_REQUEST,
            Self::TransferEncoding => StatusCode::NOT_IMPLEMENTED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unverified(error) => error.status(),
            Self::MediaType | Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// A one-word name, as a label of metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Headers => "headers",
            Self::Framing => "framing",
            Self::TransferEncoding => "transfer_encoding",
            Self::TooLarge => "too_large",
            Self::Unverified(error) => match error {
                VerifyError::MissingHeader(_) => "missing_header",
                VerifyError::DuplicateHeader(_) => "duplicate_header",
                VerifyError::MalformedHeader(_) => "malformed_header",
                VerifyError::MalformedTimestamp => "malformed_timestamp",
                VerifyError::TimestampTooOld => "timestamp_too_old",
                VerifyError::TimestampTooNew => "timestamp_too_new",
                VerifyError::NoMatchingSignature => "no_matching_signature",
                VerifyError::Credentials(CredentialsError::Missing) => "missing_credentials",
                VerifyError::Credentials(CredentialsError::Refused(_)) => "refused_credentials",
                VerifyError::Credentials(CredentialsError::InsufficientScope) => "insufficient_scope",
                VerifyError::Credentials(CredentialsError::Unavailable(_)) => "unavailable_credentials",
            },
            Self::MediaType => "media_type",
            Self::Encoding => "encoding",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Aborted(_) => "aborted",
        }
    }

    pub(super) fn response(&self, authenticator: &Authenticator) -> Response<Full<Bytes>> {
        let mut response = respond(self.status());
        if let Some(challenge) = authenticator.challenge(self.status()) {
            with(&mut response, WWW_AUTHENTICATE, challenge);
        }
        match self {
            Self::Method => with(&mut response, ALLOW, HeaderValue::from_static("POST")),
            Self::Encoding => with(&mut response, ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            _ => {}
        }
        response
    }
}

/// A response that depends on the status only, so that it does not reveal which check failed. The body is the name of the
/// status.
pub(crate) fn respond(status: StatusCode) -> Response<Full<Bytes>> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from_static(reason.as_bytes())));
    *response.status_mut() = status;
    with(&mut response, CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        with(&mut response, RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
}

fn with(response: &mut Response<Full<Bytes>>, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("the method is not POST"),
            Self::Headers => f.write_str("the headers are too large"),
            Self::Framing => f.write_str("the length of the body is given in two ways"),
            Self::TransferEncoding => f.write_str("the transfer encoding is not `chunked`"),
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Unverified(error) => error.fmt(f),
            Self::MediaType => f.write_str("the media type is not JSON"),
            Self::Encoding => f.write_str("the body is encoded"),
            Self::Overloaded => f.write_str("the receiver is overloaded"),
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
