//! Whether the headers that describe the body allow it to be JSON, as it is.

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};

/// Absent, `application/json`, or `application/…+json`, with any parameters.
///
/// The header is not signed, so it only serves to turn away what is plainly something else.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_TYPE).iter().all(|value| {
        let essence = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
        let essence = essence.trim_ascii().to_ascii_lowercase();
        essence.strip_prefix(b"application/").is_some_and(|subtype| {
            subtype == b"json" || subtype.strip_suffix(b"+json").is_some_and(|name| !name.is_empty())
        })
    })
}

/// Nothing is ever inflated: a signature covers the bytes as sent.
pub(super) fn is_identity(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// The announced length, if there is one that can be understood. The body is measured anyway.
pub(super) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
