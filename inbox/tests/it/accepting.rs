//! What is stored, and how it is answered.

use std::time::{Duration, SystemTime};

use tokio::time::{sleep, timeout};
use webhook_inbox::store::{Clock, State};
use webhook_inbox::{Inbox, MemoryStore};
use webhook_receiver::http::StatusCode;
use webhook_receiver::signature::{Encoding, Hash, Piece};
use webhook_receiver::{HmacScheme, Outcome, Receiver, Verifier, testing};

use crate::acme::{Acme, Created, created, receiver, signed};
use crate::support::{Ledger, entry, send, state, store, until};
use crate::unreliable::Unreliable;

#[tokio::test(start_paused = true)]
async fn a_delivery_is_answered_at_once_and_handled_later() {
    let (store, ledger) = (store(), Ledger::default());
    let service = receiver().on({
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move {
                sleep(Duration::from_mins(1)).await;
                ledger.write(&event.asset, "created");
            }
        }
    });
    let inbox = Inbox::start("acme", store.clone(), service.into_service()).unwrap();
    let body = created("a");
    let response = inbox.respond(testing::request(signed("msg_1", &body), body.clone())).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(ledger.count("a"), 0);
    until(&store, "msg_1", State::Done).await;
    assert_eq!(ledger.count("a"), 1);
    let entry = entry(&store, "msg_1").await.unwrap();
    assert_eq!(entry.bytes, None, "a body is removed when it is done");
}

#[tokio::test(start_paused = true)]
async fn r10_r11_d10_what_is_not_authentic_is_not_stored() {
    let store = store();
    let inbox = Inbox::start("acme", store.clone(), receiver().into_service()).unwrap();
    let body = created("a");
    let mut forged = signed("msg_1", &body);
    forged.insert("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap());
    let response = inbox.respond(testing::request(forged.clone(), body.clone())).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(inbox.receive(&forged, body.clone()).await.is_err());
    assert_eq!(state(&store, "msg_1").await, None);
    assert_eq!(send(&inbox, "msg_1", &body).await, "stored");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_routed_is_stored_as_well() {
    let store = store();
    let inbox = Inbox::start("acme", store.clone(), receiver().into_service()).unwrap();
    for (id, body, event_type) in [
        ("unknown", r#"{"type":"asset.archived"}"#.to_owned(), Some("asset.archived")),
        ("unhandled", created("a"), Some("asset.created")),
        ("malformed", "{".to_owned(), None),
        ("mismatch", r#"{"type":"asset.created"}"#.to_owned(), Some("asset.created")),
        ("untyped", r#"{"type":7}"#.to_owned(), None),
        ("odd", "{\"type\":\"a\\u0000b\"}".to_owned(), None),
    ] {
        let response = inbox.respond(testing::request(signed(id, &body), body.clone())).await;
        assert_eq!(response.status(), StatusCode::OK, "{id}");
        until(&store, id, State::Unrouted).await;
        let entry = entry(&store, id).await.unwrap();
        assert_eq!(entry.event_type.as_deref(), event_type, "{id}");
        assert!(entry.bytes.is_some() && entry.reason.is_some(), "{entry:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_signed_id_nothing_blocks_another_delivery() {
    let scheme = || HmacScheme::new("x-signature", Hash::Sha256, Encoding::Hex, &[Piece::Body]).unsigned_id("x-id");
    let verifier = Verifier::builder(scheme()).secret(testing::text_secret()).build().unwrap();
    let store = store();
    let inbox = Inbox::start("acme", store, Receiver::<Acme>::new(verifier).into_service()).unwrap();
    let send = async |id: Option<&str>, body: &str| {
        let mut headers = testing::sign_as(&scheme(), &testing::text_secret(), "x", SystemTime::now(), body.as_bytes());
        headers.remove("x-id");
        if let Some(id) = id {
            headers.insert("x-id", id.parse().unwrap());
        }
        inbox.receive(&headers, body.to_owned()).await.unwrap().name()
    };
    // A recorded delivery under the id of a later one does not block it.
    assert_eq!(send(Some("1"), "recorded").await, "stored");
    assert_eq!(send(Some("2"), "recorded").await, "stored");
    assert_eq!(send(Some("2"), "genuine").await, "stored");
    // A retry is a duplicate.
    assert_eq!(send(Some("2"), "genuine").await, "duplicate");
    // Without any id, nothing is known.
    assert_eq!(send(None, "ping").await, "stored");
    assert_eq!(send(None, "ping").await, "stored");
}

#[tokio::test]
async fn f18_before_1970_nothing_is_stored() {
    let before = MemoryStore::with_clock(Clock::new(|| SystemTime::UNIX_EPOCH - Duration::from_secs(1)));
    let inbox = Inbox::start("acme", before, receiver().into_service()).unwrap();
    let body = created("a");
    let response = inbox.respond(testing::request(signed("msg_1", &body), body)).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn settings_are_checked() {
    let builder = |endpoint: &str| Inbox::builder(endpoint.to_owned(), MemoryStore::new(), receiver().into_service());
    assert!(builder("acme").start().is_ok());
    for endpoint in ["", "a b", "é", &"x".repeat(129)] {
        assert!(builder(endpoint).start().is_err(), "{endpoint}");
    }
    assert!(builder("acme").concurrency(0).start().is_err());
    assert!(builder("acme").max_attempts(0).start().is_err());
    assert!(builder("acme").lease(Duration::ZERO).start().is_err());
    assert!(builder("acme").accept_queue(0).start().is_err());
    assert!(builder("acme").accept_timeout(Duration::ZERO).start().is_err());
    assert!(builder("acme").attempt_timeout(Duration::ZERO).start().is_err());
    assert!(builder("acme").poll_interval(Duration::ZERO).start().is_err());
    assert!(builder("acme").order_by("asset").start().is_err());
    assert!(builder("acme").latest_by("/time").start().is_err());
    assert!(builder("acme").latest_by("/time").order_by("/asset").start().is_ok());
}

/// The sender hangs up while its delivery is being stored.
#[tokio::test(start_paused = true)]
async fn f17_a_request_that_is_given_up() {
    for millis in [0, 1, 5, 15] {
        let (store, ledger) = (Unreliable::new(store()), Ledger::default());
        let handler = {
            let ledger = ledger.clone();
            move |event: Created| {
                ledger.write(&event.asset, "created");
                async {}
            }
        };
        let inbox = Inbox::start("acme", store.clone(), receiver().on(handler).into_service()).unwrap();
        store.slow(Duration::from_millis(10));
        let body = created("a");
        let given_up = timeout(Duration::from_millis(millis), send(&inbox, "1", &body)).await;
        assert_eq!(given_up.is_err(), millis < 10);
        // The next attempt finds it stored, or not at all.
        assert!(["stored", "duplicate"].contains(&send(&inbox, "1", &body).await));
        until(&store, "1", State::Done).await;
        sleep(Duration::from_mins(1)).await;
        assert_eq!(ledger.count("a"), 1);
    }
}

/// As Stripe's: no header has an id.
#[tokio::test(start_paused = true)]
async fn an_id_in_the_signed_body_is_recognized() {
    const SCHEME: HmacScheme =
        HmacScheme::new("acme-signature", Hash::Sha256, Encoding::Hex, &[Piece::Body]).id_in_body("/id");
    let store = store();
    let verifier = Verifier::new(SCHEME, testing::text_secret());
    let service = Receiver::<Acme>::new(verifier).on(|_: Created| async {}).into_service();
    let inbox = Inbox::start("acme", store.clone(), service).unwrap();
    let send = async |body: &str| {
        let headers = testing::sign_as(&SCHEME, &testing::text_secret(), "", SystemTime::now(), body.as_bytes());
        inbox.receive(&headers, body.to_owned()).await.as_ref().map_or("refused", Outcome::name)
    };
    assert_eq!(send(r#"{"type":"asset.created","asset":"a","id":"evt_1"}"#).await, "stored");
    until(&store, "evt_1", State::Done).await;
    assert_eq!(send(r#"{"type":"asset.created","asset":"a","id":"evt_1"}"#).await, "duplicate");
    assert_eq!(send(r#"{"type":"asset.created","asset":"a","id":"evt_1","attempt":2}"#).await, "conflict");
    assert_eq!(send(r#"{"type":"asset.created","asset":"a","id":"evt_2"}"#).await, "stored");
}
