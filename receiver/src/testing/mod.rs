//! For tests: signs requests, compares JSON, checks a [`ReplayGuard`](crate::ReplayGuard). Everything here panics on misuse.

mod replay_guard;

pub use crate::codec::same_json;
pub use replay_guard::{Violation, check_replay_guard};

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::Full;

use crate::codec::{Decode, DecodeError};
use crate::signature::{Message, Scheme, Secret, StandardWebhooks, TextSecret};

/// A well-known secret.
///
/// # Panics
///
/// Never.
pub fn secret() -> Secret {
    Secret::new("whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM=").expect("the secret should be usable")
}

/// A well-known secret, for schemes that use the text itself.
///
/// # Panics
///
/// Never.
pub fn text_secret() -> TextSecret {
    TextSecret::new("this is a secret for tests").expect("the secret should be usable")
}

/// The headers of a delivery signed by Standard Webhooks.
///
/// # Panics
///
/// If the id is not a header value, or the time lies before 1970.
#[track_caller]
pub fn sign(secret: &Secret, id: &str, timestamp: SystemTime, body: &[u8]) -> HeaderMap {
    sign_as(&StandardWebhooks::DEFAULT, secret, id, timestamp, body)
}

/// The headers of a delivery signed by another scheme, or by Standard Webhooks with other header names. An id or a
/// timestamp that the scheme does not use is omitted.
///
/// # Panics
///
/// As [`sign`], and if the scheme's secret only verifies.
#[track_caller]
pub fn sign_as<S: Scheme>(scheme: &S, secret: &S::Secret, id: &str, timestamp: SystemTime, body: &[u8]) -> HeaderMap {
    let seconds = timestamp
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("the time should not be before 1970")
        .as_secs()
        .to_string();
    let message = Message { id: id.as_bytes(), timestamp: seconds.as_bytes(), body };
    let value = |bytes: Vec<u8>| HeaderValue::try_from(bytes).expect("the id should be a header value");
    let compiled = scheme.compile();
    let signed = compiled.sign(&scheme.key(secret), &message).expect("a public key does not sign");
    signed.into_iter().map(|(name, bytes)| (name.clone(), value(bytes))).collect()
}

/// Like [`sign_as`], with the current time and a unique id, so that each call is another delivery.
///
/// # Panics
///
/// If the system clock is before 1970.
#[track_caller]
pub fn signed_now<S: Scheme>(scheme: &S, secret: &S::Secret, body: &[u8]) -> HeaderMap {
    static CALLS: AtomicU64 = AtomicU64::new(1);
    let id = format!("test-{}", CALLS.fetch_add(1, Ordering::Relaxed));
    sign_as(scheme, secret, &id, SystemTime::now(), body)
}

/// A POST request with these headers and a JSON body.
pub fn request(headers: HeaderMap, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body.into()));
    *request.method_mut() = Method::POST;
    *request.headers_mut() = headers;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// Decodes a text, and says how many steps that took: each byte that was looked at, as often as it was, and each candidate
/// for a union. Reading the text as JSON takes a step for each byte. Memory is not
/// limited.
pub fn decode_counting_steps<T: Decode>(json: &str) -> (Result<T, DecodeError>, usize) {
    crate::codec::with_steps(json)
}

/// Runs a future to completion on its own Tokio runtime.
///
/// # Panics
///
/// If called from within a Tokio runtime.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime without I/O should start")
        .block_on(future)
}
