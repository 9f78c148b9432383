//! Several requests to one service: whatever comes in, only what was signed gets further than the signature.
#![no_main]

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use http_body::{Body, Frame};
use http_body_util::BodyExt;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use tenovos_webhooks::{AssetCreated, Event, Tenovos};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::header::TRANSFER_ENCODING;
use webhook_receiver::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use webhook_receiver::testing::{secret, sign};
use webhook_receiver::{
    BodyDigest, BoxError, BoxFuture, Delivery, Fallback, FencingToken, LeaseState, MemoryGuard, Receiver,
    ReceiverService, ReplayGuard, Reservation, Secret, StandardWebhooks, Unrouted, Verifier,
};

const NOW: Duration = Duration::from_secs(1_700_000_000);
const BODY_LIMIT: usize = 2048;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    has_fallback: bool,
    requests: Vec<Sent<'a>>,
}

#[derive(Arbitrary, Debug)]
struct Sent<'a> {
    /// POST unless given.
    method: Option<&'a str>,
    /// Few, so that some occur again.
    id: u8,
    /// How long ago it was signed, in seconds.
    age: i16,
    signature: Signature<'a>,
    /// Beside those of the signature.
    headers: Vec<(Name<'a>, &'a [u8])>,
    body: Content<'a>,
    end: End,
}

#[derive(Arbitrary, Debug)]
enum Signature<'a> {
    Right,
    OfAnotherBody(&'a [u8]),
    ByAnotherKey,
    Absent,
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Id,
    Timestamp,
    Signature,
    ContentType,
    ContentLength,
    ContentEncoding,
    TransferEncoding,
    Authorization,
    Other(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Content<'a> {
    Empty,
    Created,
    Deleted,
    Unknown,
    Chunks(Vec<&'a [u8]>),
    /// A chunk this many times.
    Long(&'a [u8], u8),
}

#[derive(Arbitrary, Debug)]
enum End {
    Whole,
    Broken,
    Never,
}

impl Sent<'_> {
    fn chunks(&self) -> VecDeque<Bytes> {
        let chunk = |bytes: &[u8]| Bytes::copy_from_slice(bytes);
        match &self.body {
            Content::Empty => VecDeque::new(),
            Content::Created => [chunk(include_bytes!("../../generated/fixtures/asset_created.json"))].into(),
            Content::Deleted => [chunk(br#"{"eventType": "#), chunk(br#""asset.deleted"}"#)].into(),
            Content::Unknown => [chunk(br#"{"eventType": "asset.forgotten"}"#)].into(),
            Content::Chunks(chunks) => chunks.iter().map(|bytes| chunk(bytes)).collect(),
            Content::Long(bytes, times) => (0..*times).map(|_| chunk(bytes)).collect(),
        }
    }

    fn signed_headers(&self, body: &[u8]) -> HeaderMap {
        let now = SystemTime::UNIX_EPOCH + NOW;
        let skew = Duration::from_secs(self.age.unsigned_abs().into());
        let at = if self.age > 0 { now - skew } else { now + skew };
        let id = format!("msg_{}", self.id % 4);
        match self.signature {
            Signature::Right => sign(&secret(), &id, at, body),
            Signature::OfAnotherBody(other) => sign(&secret(), &id, at, other),
            Signature::ByAnotherKey => {
                sign(&Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap(), &id, at, body)
            }
            Signature::Absent => HeaderMap::new(),
        }
    }

    /// Whether it is what the sender signed, in time and in one piece.
    fn is_genuine(&self, body: &[u8]) -> bool {
        let is_signed = match self.signature {
            Signature::Right => true,
            Signature::OfAnotherBody(other) => other == body,
            Signature::ByAnotherKey | Signature::Absent => false,
        };
        is_signed && matches!(self.end, End::Whole) && self.age.unsigned_abs() <= 300 && body.len() <= BODY_LIMIT
    }

    /// Whether nothing was changed but what the signature is about.
    fn is_plain(&self) -> bool {
        self.method.is_none() && self.headers.is_empty()
    }

    fn request(&self, chunks: VecDeque<Bytes>, body: &[u8]) -> Option<Request<Chunks>> {
        let end = match self.end {
            End::Whole => End::Whole,
            End::Broken => End::Broken,
            End::Never => End::Never,
        };
        let mut request = Request::new(Chunks { chunks, end });
        *request.method_mut() = match self.method {
            Some(method) => Method::from_bytes(method.as_bytes()).ok()?,
            None => Method::POST,
        };
        *request.headers_mut() = self.signed_headers(body);
        for (name, value) in &self.headers {
            let name = match name {
                Name::Id => "webhook-id",
                Name::Timestamp => "webhook-timestamp",
                Name::Signature => "webhook-signature",
                Name::ContentType => "content-type",
                Name::ContentLength => "content-length",
                Name::ContentEncoding => "content-encoding",
                Name::TransferEncoding => "transfer-encoding",
                Name::Authorization => "authorization",
                Name::Other(name) => name,
            };
            request
                .headers_mut()
                .append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?);
        }
        Some(request)
    }
}

/// A body in the pieces that it arrives in.
struct Chunks {
    chunks: VecDeque<Bytes>,
    end: End,
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match (self.chunks.pop_front(), &self.end) {
            (Some(chunk), _) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            (None, End::Whole) => Poll::Ready(None),
            (None, End::Broken) => Poll::Ready(Some(Err("the connection was lost".into()))),
            (None, End::Never) => Poll::Pending,
        }
    }
}

/// The bodies that got as far as a handler, and the ids that got as far as the guard.
#[derive(Default)]
struct Seen {
    handled: Mutex<Vec<Bytes>>,
    reserved: Mutex<Vec<String>>,
    guard: MemoryGuard,
}

impl ReplayGuard for Seen {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        self.reserved.lock().unwrap().push(id.to_owned());
        self.guard.reserve(id, body)
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        self.guard.extend(id, token)
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        self.guard.commit(id, token)
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        self.guard.release(id, token)
    }

    fn abandon(&self, id: &str, token: FencingToken) {
        self.guard.abandon(id, token);
    }
}

fn service(seen: &Arc<Seen>, has_fallback: bool) -> ReceiverService<Tenovos> {
    let [created, any, other] = [(); 3].map(|()| Arc::clone(seen));
    let verifier = Verifier::builder(StandardWebhooks::DEFAULT).secret(secret()).clock(|| SystemTime::UNIX_EPOCH + NOW);
    let mut receiver = Receiver::<Tenovos>::new(verifier.build().unwrap())
        .body_limit(BODY_LIMIT)
        .replay_guard(Arc::clone(seen))
        .on(move |_: AssetCreated, delivery: Delivery| {
            created.handled.lock().unwrap().push(delivery.raw().clone());
            async { Ok::<(), BoxError>(()) }
        })
        .on_any(move |_: Event, delivery: Delivery| {
            any.handled.lock().unwrap().push(delivery.raw().clone());
            async { Err::<(), BoxError>("part of the input".into()) }
        });
    if has_fallback {
        receiver = receiver.fallback(move |unrouted: Unrouted| {
            other.handled.lock().unwrap().push(unrouted.raw().clone());
            async { Fallback::Handled }
        });
    }
    receiver.into_service()
}

async fn run(input: Input<'_>) {
    let seen = Arc::new(Seen::default());
    let service = service(&seen, input.has_fallback);
    for sent in &input.requests {
        let chunks = sent.chunks();
        let body = chunks.iter().flatten().copied().collect::<Vec<u8>>();
        let Some(request) = sent.request(chunks, &body) else { continue };
        seen.handled.lock().unwrap().clear();
        seen.reserved.lock().unwrap().clear();
        let has_transfer_encoding = request.headers().contains_key(TRANSFER_ENCODING);
        let response = service.respond(request).await;

        let (head, answer) = response.into_parts();
        let answer = answer.collect().await.unwrap().to_bytes();
        assert_eq!(Some(str::from_utf8(&answer).unwrap()), head.status.canonical_reason());
        let status = head.status.as_u16();
        match status {
            200 | 400 | 405 | 408 | 413 | 415 | 422 | 431 | 500 => {}
            401 => assert_eq!(head.headers, unauthorized()),
            501 => assert!(has_transfer_encoding),
            _ => panic!("{status} is not documented, or not possible here"),
        }
        let (handled, reserved) = (seen.handled.lock().unwrap().clone(), seen.reserved.lock().unwrap().clone());
        if sent.is_genuine(&body) {
            assert!(handled.iter().all(|handled| *handled == body));
            assert!(handled.len() <= 1 && reserved.len() <= 1);
            if sent.is_plain() {
                assert!(matches!(status, 200 | 400 | 422 | 500), "{status}");
            }
        } else {
            assert!(handled.is_empty() && reserved.is_empty(), "{sent:?}");
            assert!(!matches!(status, 200 | 422 | 500), "{status}");
        }
    }
}

/// The headers of every 401.
fn unauthorized() -> HeaderMap {
    let headers = [("content-type", "text/plain; charset=utf-8"), ("www-authenticate", CHALLENGE)];
    headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).into_iter().collect()
}

const CHALLENGE: &str = "Webhook-Signature";

libfuzzer_sys::fuzz_target!(|input: Input<'_>| {
    // Time passes at once when there is nothing left to do but wait.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O should start").block_on(run(input));
});
