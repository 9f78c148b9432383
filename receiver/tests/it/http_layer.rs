//! The service over HTTP: P01, P03 to P10, P12, P24, P25, P30, as far as no socket is needed.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tower::ServiceExt;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use webhook_receiver::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use webhook_receiver::testing::{request, secret, sign, signed_now};
use webhook_receiver::{BoxError, Receiver, ReceiverService, StandardWebhooks, Verifier};

use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};

use crate::acme::{Acme, AssetCreated, Ping};

const PING: &str = r#"{"eventType": "ping"}"#;

/// Counts the handled pings.
fn service(limit: usize) -> (ReceiverService<Acme>, Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&handled);
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .body_limit(limit)
        .on(move |_: Ping| {
            counter.fetch_add(1, Ordering::Relaxed);
            async {}
        })
        .on(|_: AssetCreated| async { Err::<(), _>("expected in this test") })
        .into_service();
    (service, handled)
}

async fn respond<B>(request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let (service, _) = service(1024);
    let Ok(response) = service.oneshot(request).await;
    response
}

async fn status(request: Request<Full<Bytes>>) -> u16 {
    respond(request).await.status().as_u16()
}

fn ping() -> Request<Full<Bytes>> {
    signed(PING)
}

fn signed(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let body = body.into();
    request(signed_now(&StandardWebhooks::DEFAULT, &secret(), &body), body)
}

fn with(mut request: Request<Full<Bytes>>, name: &'static str, value: &'static str) -> Request<Full<Bytes>> {
    request.headers_mut().insert(name, HeaderValue::from_static(value));
    request
}

fn without(mut request: Request<Full<Bytes>>, name: &str) -> Request<Full<Bytes>> {
    request.headers_mut().remove(name);
    request
}

/// Everything that a sender can see.
async fn seen(response: Response<Full<Bytes>>) -> (StatusCode, HeaderMap, Bytes) {
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_signed_request_is_handled() {
    let (service, handled) = service(1024);
    let (status, headers, body) = seen(service.respond(ping()).await).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, &b"OK"[..]));
    assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn p01_other_methods() {
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        let mut request = ping();
        *request.method_mut() = method;
        let response = respond(request).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[ALLOW], "POST");
    }
}

#[tokio::test]
async fn p03_the_address_does_not_matter() {
    let mut request = with(ping(), "host", "elsewhere.example");
    *request.uri_mut() = "https://other.example/path?query=1".parse().unwrap();
    assert_eq!(status(request).await, 200);
}

#[tokio::test]
async fn p04_p05_media_types() {
    assert_eq!(status(without(ping(), "content-type")).await, 200);
    for (media_type, expected) in [
        ("application/json", 200),
        ("Application/JSON", 200),
        ("application/json; charset=utf-8", 200),
        ("application/json ;charset=utf-8", 200),
        ("application/x+json", 200),
        ("application/vnd.acme.v1+json", 200),
        ("text/html", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonp", 415),
        ("application/+json", 415),
        ("application/json, text/html", 415),
        ("text/html; application/json", 415),
        ("", 415),
    ] {
        assert_eq!(status(with(ping(), "content-type", media_type)).await, expected, "{media_type}");
    }
}

#[tokio::test]
async fn p06_content_encodings() {
    assert_eq!(status(with(ping(), "content-encoding", "Identity")).await, 200);
    for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip", ""] {
        let response = respond(with(ping(), "content-encoding", encoding)).await;
        assert_eq!(response.status(), 415, "{encoding}");
        assert_eq!(response.headers()[ACCEPT_ENCODING], "identity");
    }
    let mut two = with(ping(), "content-encoding", "identity");
    two.headers_mut().append(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(status(two).await, 415);
}

/// P14, P15, P22: for servers that let these pass.
#[tokio::test]
async fn heads_that_are_too_large_or_ambiguous() {
    let mut many = ping();
    for _ in many.headers().len()..100 {
        many.headers_mut().append("x", HeaderValue::from_static("y"));
    }
    assert_eq!(status(many.clone()).await, 200);
    many.headers_mut().append("x", HeaderValue::from_static("y"));
    assert_eq!(status(many).await, 431);
    let mut long = ping();
    long.headers_mut().insert("x", HeaderValue::from_str(&"y".repeat(64 * 1024)).unwrap());
    assert_eq!(status(long).await, 431);
    let both = with(with(ping(), "content-length", "21"), "transfer-encoding", "chunked");
    assert_eq!(status(both).await, 400);
    assert_eq!(status(with(ping(), "transfer-encoding", "Chunked")).await, 200);
    let mut twice = with(ping(), "transfer-encoding", "chunked");
    twice.headers_mut().append("transfer-encoding", HeaderValue::from_static("chunked"));
    assert_eq!(status(twice).await, 501);
    for encoding in ["gzip, chunked", "gzip", "identity", ""] {
        assert_eq!(status(with(ping(), "transfer-encoding", encoding)).await, 501, "{encoding}");
    }
}

/// Panics when it is read.
pub(crate) struct Unread;

impl Body for Unread {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body is read");
    }
}

/// P07, P25: what the headers rule out is refused without asking for the body.
#[tokio::test]
async fn refused_before_the_body_is_read() {
    let unread = |request: Request<Full<Bytes>>| request.map(|_| Unread);
    let too_long = unread(with(ping(), "content-length", "3000000"));
    assert_eq!(respond(too_long).await.status(), 413);
    let endless = unread(with(ping(), "content-length", "18446744073709551615"));
    assert_eq!(respond(endless).await.status(), 413);
    let unsigned = unread(without(ping(), "webhook-signature"));
    assert_eq!(respond(unsigned).await.status(), 400);
    let old = sign(&secret(), "msg", SystemTime::UNIX_EPOCH, PING.as_bytes());
    assert_eq!(respond(unread(request(old, PING))).await.status(), 401);
    let html = unread(with(ping(), "content-type", "text/html"));
    assert_eq!(respond(html).await.status(), 415);
}

#[tokio::test]
async fn the_order_of_checks() {
    // Each request also has every fault that is checked later.
    let bad = with(with(signed("{"), "content-type", "text/html"), "content-length", "3000000");
    let bad = without(bad, "webhook-id");
    let mut get = bad.map(|body| body);
    *get.method_mut() = Method::GET;
    assert_eq!(status(get.clone()).await, 405);
    *get.method_mut() = Method::POST;
    assert_eq!(status(get.clone()).await, 413);
    get.headers_mut().remove(CONTENT_LENGTH);
    assert_eq!(status(get.clone()).await, 400);
    get.headers_mut().insert("webhook-id", HeaderValue::from_static("other"));
    assert_eq!(status(get.clone()).await, 415);
    get.headers_mut().remove(CONTENT_TYPE);
    assert_eq!(status(get.clone()).await, 401);
}

/// Delivers the parts one by one, then ends, fails or hangs.
struct Parts {
    parts: std::vec::IntoIter<&'static str>,
    end: End,
}

#[derive(Clone, Copy)]
enum End {
    Clean,
    Broken,
    Never,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        match (self.parts.next(), self.end) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(part.as_bytes()))))),
            (None, End::Clean) => Poll::Ready(None),
            (None, End::Broken) => Poll::Ready(Some(Err("connection reset"))),
            (None, End::Never) => Poll::Pending,
        }
    }
}

fn in_parts(parts: Vec<&'static str>, end: End) -> Request<Parts> {
    signed(parts.concat()).map(|_| Parts { parts: parts.into_iter(), end })
}

/// P08, P09, with and without an announced length.
#[tokio::test]
async fn the_body_limit() {
    let (service, _) = service(PING.len());
    assert_eq!(service.respond(ping()).await.status(), 200);
    assert_eq!(service.respond(signed(format!("{PING} "))).await.status(), 413);
    let chunked = |parts: Vec<&'static str>| service.respond(in_parts(parts, End::Clean));
    assert_eq!(chunked(vec![&PING[..1], "", &PING[1..]]).await.status(), 200);
    assert_eq!(chunked(vec![&PING[..1], "", &PING[1..], " "]).await.status(), 413);
}

/// P10: no handler runs.
#[tokio::test]
async fn a_broken_body() {
    let (service, handled) = service(1024);
    assert_eq!(service.respond(in_parts(vec![PING], End::Broken)).await.status(), 400);
    assert_eq!(handled.load(Ordering::Relaxed), 0);
}

/// P12.
#[tokio::test(start_paused = true)]
async fn a_dribbled_body() {
    let start = tokio::time::Instant::now();
    assert_eq!(respond(in_parts(vec![PING], End::Never)).await.status(), 408);
    // The longest pause of the minimum rate.
    assert_eq!(start.elapsed().as_secs(), 5);

    let service =
        Receiver::<Acme>::new(Verifier::standard_webhooks(secret())).min_body_rate(0, Duration::ZERO).into_service();
    assert_eq!(service.respond(in_parts(vec![PING], End::Never)).await.status(), 408);
    assert_eq!(start.elapsed().as_secs(), 15);

    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .body_timeout(Duration::from_secs(1))
        .into_service();
    assert_eq!(service.respond(in_parts(vec![PING], End::Never)).await.status(), 408);
    assert_eq!(start.elapsed().as_secs(), 16);
}

#[tokio::test]
async fn answers_after_verification() {
    assert_eq!(status(signed(r#"{"eventType": "asset.teleported"}"#)).await, 200);
    assert_eq!(status(signed("")).await, 400);
    assert_eq!(status(signed("{")).await, 400);
    assert_eq!(status(signed("[]")).await, 422);
    assert_eq!(status(signed(r#"{"eventType": "ping", "count": ""}"#)).await, 422);
    let created = r#"{"eventType": "asset.created", "asset": {"id": "", "owner": null}}"#;
    assert_eq!(status(signed(created)).await, 500);
}

/// P24, P30, and the headers: a forger learns nothing from one 401 that another would not tell.
#[tokio::test]
async fn refusals_are_alike() {
    let forged = seen(respond(with(ping(), "webhook-id", "other")).await).await;
    let empty = seen(respond(ping().map(|_| Full::<Bytes>::default())).await).await;
    let old = sign(&secret(), "msg", SystemTime::UNIX_EPOCH, PING.as_bytes());
    let old = seen(respond(request(old, PING)).await).await;
    let new = SystemTime::now() + Duration::from_secs(1000);
    let new = sign(&secret(), "msg", new, PING.as_bytes());
    let new = seen(respond(request(new, PING)).await).await;
    assert_eq!(forged.0, StatusCode::UNAUTHORIZED);
    assert!(forged.1.contains_key(WWW_AUTHENTICATE));
    assert_eq!(forged, empty);
    assert_eq!(forged, old);
    assert_eq!(forged, new);

    let missing = seen(respond(without(ping(), "webhook-id")).await).await;
    let underscored = with(without(ping(), "webhook-id"), "webhook_id", "test");
    let underscored = seen(respond(underscored).await).await;
    let malformed = seen(respond(with(ping(), "webhook-timestamp", "x")).await).await;
    assert_eq!(missing.0, StatusCode::BAD_REQUEST);
    assert_eq!(missing, underscored);
    assert_eq!(missing, malformed);
}

/// Only the signature is given up.
#[tokio::test]
async fn unsigned_deliveries() {
    let handled = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&handled);
    let service = Receiver::<Acme>::new(Verifier::dangerously_accept_unsigned())
        .on(move |_: Ping| {
            count.fetch_add(1, Ordering::Relaxed);
            async {}
        })
        .into_service();
    let unsigned = || request(HeaderMap::new(), PING);
    assert_eq!(service.respond(unsigned()).await.status(), 200);
    assert_eq!(service.respond(with(unsigned(), "webhook-signature", "v1,wrong")).await.status(), 200);
    assert_eq!(service.respond(with(unsigned(), "content-type", "text/plain")).await.status(), 415);
    assert_eq!(handled.load(Ordering::Relaxed), 2);
}
