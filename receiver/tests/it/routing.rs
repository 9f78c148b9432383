//! Which handler runs, and what becomes of its result.

use std::future::{pending, ready};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use webhook_receiver::codec::DecodeErrorKind;
use webhook_receiver::testing::{block_on, secret, signed_now};
use webhook_receiver::{Delivery, HeaderNames, Outcome, Reason, Receiver, State, Unrouted, Verifier, VerifyError};

use crate::acme::{Acme, AssetCreated, AssetMetadataUpdated, Event, Ping, Topic, delivery};

const CREATED: &str = r#"{"eventType": "asset.created", "asset": {"id": "a", "owner": null}}"#;
const UPDATED: &str = r#"{"eventType": "asset.metadata.updated", "x": 1}"#;
const PING: &str = r#"{"eventType": "ping", "count": 1}"#;
const UNKNOWN: &str = r#"{"eventType": "asset.teleported"}"#;
const MISMATCH: &str = r#"{"eventType": "ping", "count": "one"}"#;
const MALFORMED: &str = r#"{"eventType": "ping""#;

/// What handlers were called, in order.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn note(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn receiver() -> Receiver<Acme> {
    Receiver::new(Verifier::standard_webhooks(secret()))
}

/// The outcome, as a word and a status, and the calls.
fn run(receiver: Receiver<Acme, Calls>, calls: &Calls, body: &'static str) -> (String, Vec<String>) {
    let service = receiver.into_service();
    let outcome = block_on(service.dispatch(delivery(body)));
    let word = match &outcome {
        Outcome::Handled => "handled".to_owned(),
        Outcome::Ignored => "ignored".to_owned(),
        Outcome::Undecodable(error) => format!("{:?}", error.kind()),
        Outcome::Failed(error) => format!("failed: {error}"),
        other => panic!("unexpected {other:?}"),
    };
    (format!("{word} {}", outcome.status().as_u16()), calls.take())
}

async fn created(event: AssetCreated, calls: State<Calls>) {
    calls.note(format!("created {}", event.asset.id));
}

async fn asset_topic(event: Event, calls: State<Calls>) {
    calls.note(match event {
        Event::AssetCreated(_) => "asset topic: created",
        Event::AssetMetadataUpdated(_) => "asset topic: updated",
        Event::Ping(_) => "asset topic: ping",
        Event::Unknown(_) => "asset topic: unknown",
    });
}

async fn metadata_topic(_: Event, calls: State<Calls>) {
    calls.note("metadata topic");
}

async fn any(event: Event, calls: State<Calls>) {
    calls.note(format!("any: {}", serde_json::to_string(&event).unwrap()));
}

async fn fallback(unrouted: Unrouted, calls: State<Calls>, delivery: Delivery) {
    assert_eq!(unrouted.raw(), delivery.raw());
    assert_eq!(unrouted.delivery().id(), delivery.id());
    calls.note(match unrouted.reason() {
        Reason::UnknownEventType(name) => format!("unknown {name:?}"),
        Reason::NoHandler(event_type) => format!("no handler for {event_type}"),
        Reason::Malformed(error) => format!("malformed {:?}", error.kind()),
        Reason::Mismatch(error) => format!("mismatch at {}", error.pointer()),
        other => panic!("unexpected {other:?}"),
    });
}

#[test]
fn the_most_specific_handler_runs_alone() {
    let calls = Calls::default();
    let all = || {
        let receiver = receiver().with_state(calls.clone());
        let receiver = receiver.otherwise(fallback).on_topic(Topic::Asset, asset_topic);
        receiver.on_topic(Topic::AssetMetadata, metadata_topic).on(created)
    };
    let handled = |call: &str| ("handled 200".to_owned(), vec![call.to_owned()]);
    assert_eq!(run(all(), &calls, CREATED), handled("created a"));
    assert_eq!(run(all(), &calls, UPDATED), handled("metadata topic"));
    assert_eq!(run(all(), &calls, PING), handled("no handler for ping"));
    assert_eq!(run(all(), &calls, UNKNOWN), handled("unknown Some(\"asset.teleported\")"));
    assert_eq!(run(all(), &calls, "{}"), handled("unknown None"));
    assert_eq!(run(all(), &calls, MALFORMED), handled("malformed Malformed"));

    let outer = || receiver().with_state(calls.clone()).on_topic(Topic::Asset, asset_topic);
    assert_eq!(run(outer(), &calls, UPDATED), handled("asset topic: updated"));
    assert_eq!(run(outer(), &calls, CREATED), handled("asset topic: created"));

    let rest = || all().on_any(any);
    assert_eq!(run(rest(), &calls, CREATED), handled("created a"));
    assert_eq!(run(rest(), &calls, UPDATED), handled("metadata topic"));
    assert_eq!(run(rest(), &calls, PING), handled("any: {\"count\":1}"));
    assert_eq!(run(rest(), &calls, MISMATCH), handled("mismatch at /count"));
    assert_eq!(run(rest(), &calls, UNKNOWN), handled("unknown Some(\"asset.teleported\")"));
}

#[test]
fn what_has_no_handler_is_ignored() {
    let calls = Calls::default();
    let topic = || receiver().with_state(calls.clone()).on_topic(Topic::AssetMetadata, metadata_topic);
    let ignored = ("ignored 200".to_owned(), vec![]);
    assert_eq!(run(topic(), &calls, PING), ignored);
    assert_eq!(run(topic(), &calls, CREATED), ignored);
    assert_eq!(run(topic(), &calls, UNKNOWN), ignored);
    // Nobody asked for it, so nobody minds that it does not fit.
    assert_eq!(run(topic(), &calls, MISMATCH), ignored);
}

#[test]
fn what_does_not_decode_goes_to_the_fallback_or_back() {
    let calls = Calls::default();
    let pings = || receiver().with_state(calls.clone()).on(|_: Ping| async {});
    assert_eq!(run(pings(), &calls, MISMATCH), ("Mismatch 422".to_owned(), vec![]));
    assert_eq!(run(pings(), &calls, MALFORMED), ("Malformed 400".to_owned(), vec![]));
    assert_eq!(run(pings(), &calls, "[]"), ("Mismatch 422".to_owned(), vec![]));

    let kept = || pings().otherwise(fallback);
    let handled = |call: &str| ("handled 200".to_owned(), vec![call.to_owned()]);
    assert_eq!(run(kept(), &calls, MISMATCH), handled("mismatch at /count"));
    assert_eq!(run(kept(), &calls, "null"), handled("mismatch at "));

    let failing = pings().otherwise(|_: Unrouted| ready(Err::<(), _>("full")));
    assert_eq!(run(failing, &calls, MISMATCH), ("failed: full 500".to_owned(), vec![]));
}

#[test]
fn errors_and_panics_are_failures() {
    let calls = Calls::default();
    let base = || receiver().with_state(calls.clone());
    let failed = |reason: &str| (format!("failed: {reason} 500"), vec![]);

    let error = base().on(|_: Ping| async { Err(io::Error::other("no disk")) });
    assert_eq!(run(error, &calls, PING), failed("no disk"));
    let panic = base().on(|_: Ping| async { fail() });
    assert_eq!(run(panic, &calls, PING), failed("the handler panicked"));
    let early = base().on(|ping: Ping| {
        assert!(ping.count.is_none(), "expected in this test");
        ready(())
    });
    assert_eq!(run(early, &calls, PING), failed("the handler panicked"));
}

#[test]
fn handlers_may_be_closures_functions_and_fallible() {
    let calls = Calls::default();
    let receiver = receiver()
        .with_state(calls.clone())
        .on(|event: AssetMetadataUpdated, State(calls): State<Calls>, delivery: Delivery| async move {
            assert_eq!(event.rest.len(), 1);
            calls.note(delivery.id().unwrap());
            Ok::<(), io::Error>(())
        })
        .on(created);
    assert_eq!(run(receiver, &calls, UPDATED), ("handled 200".to_owned(), vec!["test".to_owned()]));
}

/// The message of a panic.
fn panic_of(register: impl FnOnce() -> Receiver<Acme>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(register()))).unwrap_err();
    panic
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| (*panic.downcast_ref::<&str>().expect("a message")).to_owned())
}

#[test]
fn handlers_must_not_replace_each_other() {
    let ping = || receiver().on(|_: Ping| async {});
    assert_eq!(panic_of(|| ping().on(|_: Ping, _: Delivery| async {})), "`ping` has two handlers");
    let topic = || receiver().on_topic(Topic::Asset, |_: Event| async {});
    assert_eq!(panic_of(|| topic().on_topic(Topic::Asset, |_: Event| async {})), "topic `asset` has two handlers");
    let last = || receiver().otherwise(|_: Unrouted| async {});
    assert_eq!(panic_of(|| last().otherwise(|_: Unrouted| async {})), "there are two fallback handlers");
    let any = || receiver().on_any(|_: Event| async {});
    assert_eq!(panic_of(|| any().on_any(|_: Event| async {})), "there are two handlers of any event");
}

#[test]
fn reasons_are_safe_to_log() {
    let reason = Reason::UnknownEventType(Some(format!("a\u{1b}[2J\n{}", "x".repeat(1_000_000))));
    let text = reason.to_string();
    assert!(text.starts_with("unknown event type `a\\u{1b}[2J\\u{a}xxx") && text.len() < 300, "{text}");
}

/// The sender hangs up, the handler goes on.
#[tokio::test]
async fn a_handler_outlives_its_request() {
    let (start, started) = oneshot::channel();
    let (resume, resumed) = oneshot::channel::<()>();
    let channels = Arc::new(Mutex::new(Some((start, resumed))));
    let calls = Calls::default();
    let service = receiver()
        .with_state(calls.clone())
        .on(move |_: Ping, calls: State<Calls>| {
            let channels = channels.lock().unwrap().take();
            async move {
                let (start, resumed) = channels.unwrap();
                start.send(()).unwrap();
                resumed.await.unwrap();
                calls.note("finished");
            }
        })
        .into_service();

    {
        let request = service.dispatch(delivery(PING));
        tokio::select! {
            outcome = request => panic!("{outcome:?}"),
            begun = started => begun.unwrap(),
        }
    }
    assert_eq!(calls.take(), [""; 0]);
    assert!(tokio::time::timeout(Duration::from_millis(20), service.idle()).await.is_err());
    resume.send(()).unwrap();
    service.idle().await;
    assert_eq!(calls.take(), ["finished"]);
}

#[tokio::test]
async fn a_receiver_without_running_handlers_is_idle() {
    let service = receiver().on(|_: Ping| async { fail() }).into_service();
    service.idle().await;
    service.dispatch(delivery(PING)).await;
    service.clone().idle().await;
}

/// One handler that hangs holds up nobody else.
#[tokio::test]
async fn handlers_run_side_by_side() {
    let service = receiver().on(|_: Ping| pending::<()>()).on(|_: AssetCreated| async {}).into_service();
    let hanging = service.dispatch(delivery(PING));
    tokio::select! {
        outcome = hanging => panic!("{outcome:?}"),
        outcome = service.dispatch(delivery(CREATED)) => assert!(matches!(outcome, Outcome::Handled)),
    }
}

#[test]
fn messages_need_not_come_over_http() {
    let service = receiver().on(|_: Ping| async {}).into_service();
    let headers = signed_now(&HeaderNames::WEBHOOK, &secret(), PING.as_bytes());
    assert!(matches!(block_on(service.receive(&headers, PING)), Ok(Outcome::Handled)));
    let forged = block_on(service.receive(&headers, CREATED));
    assert!(matches!(forged, Err(VerifyError::NoMatchingSignature)));
}

#[test]
fn events_of_any_type() {
    assert!(matches!(delivery(CREATED).event::<Acme>(), Ok(Event::AssetCreated(_))));
    assert!(matches!(delivery(PING).event::<Acme>(), Ok(Event::Ping(Ping { count: Some(1) }))));
    assert_eq!(delivery(MISMATCH).event::<Acme>().unwrap_err().kind(), DecodeErrorKind::Mismatch);
    let Ok(Event::Unknown(event)) = delivery(UNKNOWN).event::<Acme>() else { panic!() };
    assert_eq!(event.event_type(), Some("asset.teleported"));
    assert_eq!(event.decode::<Ping>().unwrap(), Ping { count: None });
    assert_eq!(serde_json::to_string(&Event::Unknown(event.clone())).unwrap(), UNKNOWN);
    assert_eq!(format!("{event:?}"), "UnknownEvent { event_type: Some(\"asset.teleported\"), bytes: 33 }");
}

/// Fails as a handler with a fault does.
fn fail() {
    panic!("expected in this test");
}
