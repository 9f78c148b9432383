//! Checks of a request's head that do not involve signatures.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, Method};

use super::Rejection;

/// The default of hyper. Other servers have other limits.
pub(crate) const MAX_HEADERS: usize = 100;
pub(crate) const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Checks that do not involve signatures.
pub(super) fn check(method: &Method, headers: &HeaderMap, body_limit: usize) -> Result<(), Rejection> {
    if method != Method::POST {
        return Err(Rejection::Method);
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(Rejection::Headers);
    }
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        return Err(Rejection::Framing);
    }
    if !has_known_transfer_encoding(headers) {
        return Err(Rejection::TransferEncoding);
    }
    let limit = u64::try_from(body_limit).unwrap_or(u64::MAX);
    if announced_length(headers).is_some_and(|length| length > limit) {
        return Err(Rejection::TooLarge);
    }
    Ok(())
}

/// Absent or exactly `chunked`. A server removes the chunks, and nothing else: of `gzip, chunked`, the body would be what
/// was compressed.
pub(crate) fn has_known_transfer_encoding(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(TRANSFER_ENCODING).iter();
    values.next().is_none_or(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"))
        && values.next().is_none()
}

/// Checks the headers that describe the body.
pub(super) fn check_media(headers: &HeaderMap) -> Result<(), Rejection> {
    if !is_json(headers) {
        return Err(Rejection::MediaType);
    }
    if !is_identity(headers) {
        return Err(Rejection::Encoding);
    }
    Ok(())
}

/// Absent, `application/json`, `text/json`, or `application/…+json`, with any parameters.
///
/// The header is not signed, so this only refuses what is clearly something else.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_TYPE).iter().all(|value| {
        let essence = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
        if essence.eq_ignore_ascii_case(b"text/json") {
            return true;
        }
        let Some((kind, subtype)) = essence.split_at_checked(b"application/".len()) else { return false };
        let is_structured = || {
            subtype
                .split_last_chunk::<5>()
                .is_some_and(|(name, end)| !name.is_empty() && end.eq_ignore_ascii_case(b"+json"))
        };
        kind.eq_ignore_ascii_case(b"application/") && (subtype.eq_ignore_ascii_case(b"json") || is_structured())
    })
}

/// Nothing is decompressed: a signature covers the bytes as sent.
fn is_identity(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// The announced length, if valid. The body is measured anyway.
pub(super) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
