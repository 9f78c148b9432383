//! A function from bytes to an answer, as on AWS Lambda behind a function URL or an API gateway (payload format 2.0),
//! without a server or a connection.
//!
//! - The gateway joins several values of a header with commas. So a second signature header is malformed rather than a
//!   duplicate here. It is still refused.
//! - The process is frozen after the answer: background work of a handler may never finish.
//! - Each instance has its own memory, so the in-memory replay guard recognizes few duplicates.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use serde::{Deserialize, Serialize};
use tenovos_webhooks::{ReceiverService, Tenovos};
use webhook_receiver::BoxError;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::Request;

/// A request, in the gateway's JSON, with the needed members only.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// `None` if it is empty.
    pub body: Option<String>,
    /// Whether the body is base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
    /// About the request.
    pub request_context: Context,
}

/// About a request.
#[derive(Debug, Deserialize)]
pub struct Context {
    /// About HTTP.
    pub http: Http,
}

/// The request line.
#[derive(Debug, Deserialize)]
pub struct Http {
    /// The method.
    pub method: String,
}

/// An answer, in the gateway's JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The status.
    pub status_code: u16,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Always text.
    pub body: String,
}

/// Answers one request.
///
/// # Errors
///
/// If the gateway sent something that HTTP does not allow.
pub async fn handle(event: Event, service: &ReceiverService<Tenovos>) -> Result<Answer, BoxError> {
    let body = event.body.unwrap_or_default();
    // The signature covers the bytes as sent, so the gateway's base64 is decoded.
    let body = if event.is_base64_encoded { Bytes::from(STANDARD.decode(body)?) } else { Bytes::from(body) };
    let request = Request::builder().method(event.request_context.http.method.as_str());
    let request = event.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    let (head, body) = service.respond(request.body(Full::new(body))?).await.into_parts();
    let headers =
        head.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let body = body.collect().await.map_or_else(|never| match never {}, http_body_util::Collected::to_bytes);
    Ok(Answer {
        status_code: head.status.as_u16(),
        headers: headers.collect(),
        body: String::from_utf8(body.to_vec())?,
    })
}
