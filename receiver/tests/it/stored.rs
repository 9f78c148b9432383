//! Deliveries that are stored and handled later.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderMap, HeaderName, StatusCode};
use webhook_receiver::signature::{Encoding, Hash, Piece};
use webhook_receiver::{
    Delivery, FromDelivery, HmacScheme, Outcome, Receiver, StandardWebhooks, StoredDelivery, StoredDeliveryError,
    Unrouted, Verifier, testing,
};

use crate::acme::{Acme, AssetCreated, Event, Ping, delivery};

const SECONDS: u64 = 1_614_265_330;

/// A delivery with every part.
fn full() -> StoredDelivery {
    let body = br#"{"eventType":"ping"}"#;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS);
    let mut headers = testing::sign(&testing::secret(), "msg_1", now, body);
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert("x-event", "ping".parse().unwrap());
    let verifier = Verifier::builder(StandardWebhooks::DEFAULT)
        .secret(testing::secret())
        .clock(move || now)
        .event_type_header(HeaderName::from_static("x-event"))
        .build()
        .unwrap();
    StoredDelivery::new("acme", &verifier.verify(&headers, Bytes::from_static(body)).unwrap())
}

/// A delivery with an endpoint, a method and a body only.
fn bare() -> StoredDelivery {
    let verifier = Verifier::dangerously_accept_unsigned();
    StoredDelivery::new("", &verifier.verify(&HeaderMap::new(), Bytes::new()).unwrap())
}

/// Version 1 is read by every later version: these bytes never change.
const FULL: &[u8] = b"WHD\x01\x1f\
    \0\0\0\x04acme\
    \0\0\0\x04POST\
    \0\0\0\x05msg_1\
    \0\0\0\0\x60\x37\xbb\xf2\
    \0\0\0\x10application/json\
    \0\0\0\x07x-event\0\0\0\x04ping\
    \0\0\0\0\0\0\0\x14{\"eventType\":\"ping\"}";
const BARE: &[u8] = b"WHD\x01\x00\0\0\0\0\0\0\0\x04POST\0\0\0\0\0\0\0\0";
/// GitHub's id is not signed, and there is no timestamp.
const UNSIGNED_ID: &[u8] = b"WHD\x01\x01\0\0\0\x02gh\0\0\0\x04POST\0\0\0\x01x\0\0\0\0\0\0\0\x02{}";

#[test]
fn version_1_is_written_and_read() {
    assert_eq!(full().to_bytes(), FULL);
    assert_eq!(bare().to_bytes(), BARE);

    let read = StoredDelivery::from_bytes(Bytes::from_static(FULL)).unwrap();
    assert_eq!((read.endpoint(), read.id(), read.signed_id()), ("acme", Some("msg_1"), Some("msg_1")));
    assert_eq!(read.timestamp(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS)));
    assert_eq!((read.content_type(), read.event_type_header()), (Some("application/json"), Some("ping")));
    assert_eq!((read.method().as_str(), &read.raw()[..]), ("POST", &br#"{"eventType":"ping"}"#[..]));
    assert_eq!(read.to_bytes(), FULL);

    let read = StoredDelivery::from_bytes(Bytes::from_static(BARE)).unwrap();
    assert_eq!((read.endpoint(), read.id(), read.timestamp()), ("", None, None));
    assert_eq!((read.content_type(), read.event_type_header(), read.raw().len()), (None, None, 0));

    let read = StoredDelivery::from_bytes(Bytes::from_static(UNSIGNED_ID)).unwrap();
    assert_eq!((read.id(), read.signed_id()), (Some("x"), None));
    assert_eq!(read.to_bytes(), UNSIGNED_ID);
}

#[test]
fn whether_an_id_was_signed_is_kept() {
    let scheme = || HmacScheme::new("x-signature", Hash::Sha256, Encoding::Hex, &[Piece::Body]).unsigned_id("x-id");
    let headers = testing::sign_as(&scheme(), &testing::text_secret(), "x", SystemTime::now(), b"{}");
    let verifier = Verifier::new(scheme(), testing::text_secret());
    let delivery = verifier.verify(&headers, Bytes::from_static(b"{}")).unwrap();
    assert_eq!(StoredDelivery::new("gh", &delivery).to_bytes(), UNSIGNED_ID);
}

#[test]
fn other_bytes_are_typed_errors() {
    use StoredDeliveryError::{Invalid, NotADelivery, TrailingBytes, Truncated, UnknownPart, UnknownVersion};

    let changed = |at: usize, byte: u8| {
        let mut bytes = FULL.to_vec();
        bytes[at] = byte;
        StoredDelivery::from_bytes(bytes.into()).map(|read| read.to_bytes())
    };
    assert_eq!(changed(0, b'w'), Err(NotADelivery));
    assert_eq!(changed(3, 2), Err(UnknownVersion(2)));
    assert_eq!(changed(3, 0), Err(UnknownVersion(0)));
    assert_eq!(changed(4, 0x1f | 0x20), Err(UnknownPart), "the index of an element is reserved");
    assert_eq!(changed(4, 0x1f | 0x80), Err(UnknownPart));
    assert_eq!(changed(9, 0xff), Err(Invalid("endpoint")));
    assert_eq!(changed(17, b' '), Err(Invalid("method")));
    assert_eq!(changed(25, b' '), Err(Invalid("id")));
    assert_eq!(changed(30, 1), Err(Invalid("timestamp")));
    assert_eq!(changed(42, b'\n'), Err(Invalid("content type")));
    assert_eq!(changed(62, b'X'), Err(Invalid("event type header")), "names are in lower case");
    assert_eq!(changed(73, b'\0'), Err(Invalid("event type header")));
    assert_eq!(changed(5, 0xff), Err(Truncated), "a length beyond the end");

    let mut longer = FULL.to_vec();
    longer.push(0);
    assert_eq!(StoredDelivery::from_bytes(longer.into()).err(), Some(TrailingBytes));
    for end in 0..FULL.len() {
        assert_eq!(StoredDelivery::from_bytes(Bytes::from_static(&FULL[..end])).err(), Some(Truncated), "{end}");
    }
    // Signed, but absent.
    let signed_only = [&b"WHD\x01\x02"[..], &BARE[5..]].concat();
    assert_eq!(StoredDelivery::from_bytes(signed_only.into()).err(), Some(Invalid("id")));
    for error in [NotADelivery, UnknownVersion(7), UnknownPart, Truncated, TrailingBytes, Invalid("id")] {
        assert!(error.to_string().contains("stored delivery") || error == TrailingBytes, "{error}");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(body in prop::collection::vec(any::<u8>(), 0..200), endpoint in any::<String>()) {
        let delivery = delivery(body.clone());
        let written = StoredDelivery::new(endpoint.clone(), &delivery).to_bytes();
        let read = StoredDelivery::from_bytes(written.clone().into()).unwrap();
        prop_assert_eq!(read.endpoint(), endpoint);
        prop_assert_eq!(read.signed_id(), delivery.signed_id());
        prop_assert_eq!(read.timestamp(), delivery.timestamp());
        prop_assert_eq!(&read.raw()[..], &body[..]);
        prop_assert_eq!(read.to_bytes(), written);
    }

    /// What is read from any bytes is written as the same bytes: no two spellings, and nothing is lost.
    #[test]
    fn reading_is_exact(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), cut in any::<prop::sample::Index>()) {
        let mut bytes = FULL.to_vec();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        for bytes in [bytes[..cut.index(bytes.len())].to_vec(), bytes] {
            if let Ok(read) = StoredDelivery::from_bytes(bytes.clone().into()) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn garbage_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(StoredDelivery::from_bytes(bytes.clone().into()).is_err());
        let read = StoredDelivery::from_bytes([&b"WHD\x01"[..], &bytes].concat().into());
        if let Ok(read) = read {
            prop_assert_eq!(&read.to_bytes()[4..], &bytes[..]);
        }
    }
}

#[test]
fn it_is_decoded_like_a_delivery() {
    let stored = StoredDelivery::from_bytes(Bytes::from_static(FULL)).unwrap();
    assert!(matches!(stored.event::<Acme>(), Ok(Event::Ping(_))));
    assert!(stored.event_with_drift::<Acme>().is_ok());
    assert!(stored.decode::<Ping>().is_ok());
    assert!(stored.decode::<AssetCreated>().is_err());
    assert_eq!(stored.text_at("/eventType").as_deref(), Some("ping"));
}

#[test]
fn texts_are_found_at_pointers() {
    let delivery = delivery(r#"{"a":{"b/c":[1.50,"x",null,{}]},"d":true,"e":""}"#);
    for (pointer, expected) in [
        ("/a/b~1c/0", Some("1.50")),
        ("/a/b~1c/1", Some("x")),
        ("/a/b~1c/2", None),
        ("/a/b~1c/3", None),
        ("/a/b~1c/9", None),
        ("/d", None),
        ("/d/x", None),
        ("/e", Some("")),
        ("/f", None),
        ("", None),
    ] {
        assert_eq!(delivery.text_at(pointer).as_deref(), expected, "{pointer}");
    }
    assert_eq!(crate::acme::delivery(r#"{"a":"x","#).text_at("/a"), None, "not JSON");
}

/// An extractor that gets what is attached.
struct Attached(Option<u32>);

impl<S> FromDelivery<S> for Attached {
    fn from_delivery(delivery: &Delivery, _: &S) -> Self {
        Self(delivery.attachment::<u32>().copied())
    }
}

fn counting(count: &Arc<AtomicUsize>) -> Receiver<Acme> {
    let count = Arc::clone(count);
    Receiver::<Acme>::new(Verifier::refuse_all())
        .on(move |_: Ping, attached: Attached| {
            count.fetch_add(attached.0.unwrap_or(1) as usize, Ordering::SeqCst);
            async {}
        })
        .fallback(
            |unrouted: Unrouted| async move { Err::<webhook_receiver::Fallback, _>(unrouted.reason().to_string()) },
        )
}

#[tokio::test]
async fn it_reaches_the_same_handlers_without_a_secret() {
    let count = Arc::new(AtomicUsize::new(0));
    let service = counting(&count).into_service();
    let stored = StoredDelivery::from_bytes(Bytes::from_static(FULL)).unwrap();
    // The guard knows it after the first time, as for a delivery that was verified here.
    assert!(matches!(service.dispatch_stored(stored.clone()).await, Outcome::Handled));
    assert!(matches!(service.dispatch_stored(stored.clone()).await, Outcome::Duplicate));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    // A store that remembers by itself does not need the guard, and can attach a value.
    assert!(matches!(service.run_stored(stored.clone()).await, Outcome::Handled));
    assert!(matches!(service.run_stored(stored.attach(Arc::new(40_u32))).await, Outcome::Handled));
    assert_eq!(count.load(Ordering::SeqCst), 42);
    let unknown = StoredDelivery::new("acme", &delivery(r#"{"eventType":"new"}"#));
    assert!(matches!(service.run_stored(unknown).await, Outcome::Failed(_)));

    // Requests are refused.
    let (body, secret) = ("{}", testing::secret());
    let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &secret, body.as_bytes());
    assert!(service.receive(&headers, body).await.is_err());
    assert_eq!(service.respond(testing::request(headers, body)).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_verified_delivery_can_be_taken_in_place_of_the_handlers() {
    let secret = testing::secret();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let observed = Arc::clone(&seen);
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(testing::secret()))
        .on(|_: Ping| async { Err::<(), _>("the handler does not run") })
        .on_outcome(move |end| observed.lock().unwrap().push((end.event_type, end.outcome.name())))
        .into_service();
    let large = format!(r#"{{"fill":"{}","eventType":"ping"}}"#, "x".repeat(100_000));
    for (body, event_type) in [
        (r#"{"eventType":"ping"}"#, Some("ping")),
        (large.as_str(), Some("ping")),
        (r#"{"eventType":"new"}"#, Some("new")),
        ("{", None),
    ] {
        let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &secret, body.as_bytes());
        let mut taken = None;
        let take = |received: webhook_receiver::Received| {
            taken = Some((received.event_type.map(String::from), received.delivery.raw().len()));
            async { Outcome::Stored }
        };
        let request = testing::request(headers, body.to_owned());
        assert_eq!(service.respond_with(request, take).await.status(), StatusCode::OK);
        assert_eq!(taken, Some((event_type.map(str::to_owned), body.len())));
    }
    let expected = [(Some("ping"), "stored"), (Some("ping"), "stored"), (None, "stored"), (None, "stored")];
    assert_eq!(*seen.lock().unwrap(), expected);

    // What is refused is not passed on, and the outcome decides the answer.
    let forged = testing::request(HeaderMap::new(), "{}");
    let response = service.respond_with(forged, |_| async { panic!("it is not verified") }).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let headers = testing::signed_now(&StandardWebhooks::DEFAULT, &secret, b"{}");
    let request = testing::request(headers, "{}");
    let response = service.respond_with(request, |_| async { Outcome::Unavailable("it is down".into()) }).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}
