//! Which handler runs, and what becomes of its result.

use std::future::{pending, ready};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use webhook_receiver::DecodeErrorKind;
use webhook_receiver::codegen::EventTypeLocation;
use webhook_receiver::codegen::codec::Reader;
use webhook_receiver::http::HeaderValue;
use webhook_receiver::testing::{block_on, secret, signed_now};
use webhook_receiver::{
    DecodeError, Delivery, Fallback, HandlerState, Outcome, Reason, Receiver, StandardWebhooks, StoredDelivery,
    UnknownEvent, Unrouted, Verifier, VerifyError, Webhooks, timeout,
};

use crate::acme::{Acme, AssetCreated, AssetMetadataUpdated, Event, EventType, Ping, Topic, delivery};
use crate::log::Log;

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
        Outcome::Unrouted { reason: Reason::Malformed(_), fallback: None, .. } => "malformed".to_owned(),
        Outcome::Unrouted { reason: Reason::Mismatch(_), fallback: None, .. } => "mismatch".to_owned(),
        Outcome::Unrouted { .. } => outcome.to_string(),
        Outcome::Failed(error) => format!("failed: {error}"),
        other => panic!("unexpected {other:?}"),
    };
    (format!("{word} {}", outcome.status().as_u16()), calls.take())
}

async fn created(event: AssetCreated, calls: HandlerState<Calls>) {
    calls.note(format!("created {}", event.asset.id));
}

async fn asset_topic(event: Event, calls: HandlerState<Calls>) {
    calls.note(match event {
        Event::AssetCreated(_) => "asset topic: created",
        Event::AssetMetadataUpdated(_) => "asset topic: updated",
        Event::Ping(_) => "asset topic: ping",
        Event::Unknown(_) => "asset topic: unknown",
    });
}

async fn metadata_topic(_: Event, calls: HandlerState<Calls>) {
    calls.note("metadata topic");
}

async fn any(event: Event, calls: HandlerState<Calls>) {
    calls.note(format!("any: {}", serde_json::to_string(&event).unwrap()));
}

async fn fallback(unrouted: Unrouted, calls: HandlerState<Calls>, delivery: Delivery) -> Fallback {
    assert_eq!(unrouted.raw(), delivery.raw());
    assert_eq!(unrouted.delivery().id(), delivery.id());
    calls.note(match unrouted.reason() {
        Reason::UnknownEventType(name) => format!("unknown {name:?}"),
        Reason::NoHandler(event_type) => format!("no handler for {event_type}"),
        Reason::Malformed(error) => format!("malformed {:?}", error.kind()),
        Reason::Mismatch(error) => format!("mismatch at {}", error.pointer()),
        other => panic!("unexpected {other:?}"),
    });
    Fallback::Handled
}

#[test]
fn the_most_specific_handler_runs_alone() {
    let calls = Calls::default();
    let all = || {
        let receiver = receiver().with_state(calls.clone());
        let receiver = receiver.fallback(fallback).on_topic(Topic::Asset, asset_topic);
        receiver.on_topic(Topic::AssetMetadata, metadata_topic).on(created)
    };
    let handled = |call: &str| ("handled 200".to_owned(), vec![call.to_owned()]);
    assert_eq!(run(all(), &calls, CREATED), handled("created a"));
    assert_eq!(run(all(), &calls, UPDATED), handled("metadata topic"));
    let unrouted = |why: &str, call: &str| (format!("{why} (handled by the fallback) 200"), vec![call.to_owned()]);
    assert_eq!(run(all(), &calls, PING), unrouted("unhandled", "no handler for ping"));
    assert_eq!(run(all(), &calls, UNKNOWN), unrouted("unknown", "unknown Some(\"asset.teleported\")"));
    assert_eq!(run(all(), &calls, "{}"), unrouted("unknown", "unknown None"));
    let place = "undecodable: Malformed at line 1, column 21";
    assert_eq!(run(all(), &calls, MALFORMED), unrouted(place, "malformed Malformed"));

    let outer = || receiver().with_state(calls.clone()).on_topic(Topic::Asset, asset_topic);
    assert_eq!(run(outer(), &calls, UPDATED), handled("asset topic: updated"));
    assert_eq!(run(outer(), &calls, CREATED), handled("asset topic: created"));

    let rest = || all().on_any(any);
    assert_eq!(run(rest(), &calls, CREATED), handled("created a"));
    assert_eq!(run(rest(), &calls, UPDATED), handled("metadata topic"));
    assert_eq!(run(rest(), &calls, PING), handled("any: {\"count\":1,\"eventType\":\"ping\"}"));
    let place = "undecodable: Mismatch at `/count`, line 1, column 32";
    assert_eq!(run(rest(), &calls, MISMATCH), unrouted(place, "mismatch at /count"));
    assert_eq!(run(rest(), &calls, UNKNOWN), unrouted("unknown", "unknown Some(\"asset.teleported\")"));
}

#[test]
fn what_has_no_handler_is_ignored() {
    let calls = Calls::default();
    let topic = || receiver().with_state(calls.clone()).on_topic(Topic::AssetMetadata, metadata_topic);
    let unhandled = ("unhandled 200".to_owned(), vec![]);
    assert_eq!(run(topic(), &calls, PING), unhandled);
    assert_eq!(run(topic(), &calls, CREATED), unhandled);
    assert_eq!(run(topic(), &calls, UNKNOWN), ("unknown 200".to_owned(), vec![]));
    // It is not declared, so a mismatch does not matter.
    assert_eq!(run(topic(), &calls, MISMATCH), unhandled);
}

#[test]
fn what_does_not_decode_goes_to_the_fallback_or_back() {
    let calls = Calls::default();
    let pings = || receiver().with_state(calls.clone()).on(|_: Ping| async {});
    assert_eq!(run(pings(), &calls, MISMATCH), ("mismatch 422".to_owned(), vec![]));
    assert_eq!(run(pings(), &calls, MALFORMED), ("malformed 400".to_owned(), vec![]));
    assert_eq!(run(pings(), &calls, "[]"), ("mismatch 422".to_owned(), vec![]));

    let kept = || pings().fallback(fallback);
    let (outcome, calls_made) = run(kept(), &calls, MISMATCH);
    assert_eq!(outcome, "undecodable: Mismatch at `/count`, line 1, column 32 (handled by the fallback) 200");
    assert_eq!(calls_made, ["mismatch at /count"]);
    assert_eq!(run(kept(), &calls, "null").1, ["mismatch at "]);

    let failing = pings().fallback(|_: Unrouted| ready(Err::<Fallback, _>("full")));
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
        .on(|event: AssetMetadataUpdated, HandlerState(calls): HandlerState<Calls>, delivery: Delivery| async move {
            assert_eq!(event.rest.len(), 1);
            assert_eq!(delivery.signed_id(), delivery.id());
            calls.note(delivery.id().unwrap().split_once('-').unwrap().0);
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
    let last = || receiver().fallback(|_: Unrouted| async { Fallback::Handled });
    assert_eq!(
        panic_of(|| last().fallback(|_: Unrouted| async { Fallback::Handled })),
        "there are two fallback handlers"
    );
    let any = || receiver().on_any(|_: Event| async {});
    assert_eq!(panic_of(|| any().on_any(|_: Event| async {})), "there are two handlers of any event");
}

/// The message of a panic is not the only way to see what goes where.
#[test]
fn routes_are_listed() {
    async fn keep(_: Unrouted) -> Fallback {
        Fallback::Kept
    }
    let service = receiver()
        .fallback(timeout(Duration::from_secs(1), keep))
        .on_topic(Topic::Asset, |_: Event| async {})
        .on_topic(Topic::AssetMetadata, |_: Event| async {})
        .on(|_: AssetMetadataUpdated| async {})
        .into_service();
    let routes: Vec<_> = service.routes().into_iter().map(|route| (route.on, route.event_types)).collect();
    let route = |on: &str, event_types: &[&'static str]| (on.to_owned(), event_types.to_vec());
    let expected = [
        route("asset.metadata.updated", &["asset.metadata.updated"]),
        route("topic asset", &["asset.created"]),
        route("topic asset.metadata", &[]),
        route("everything else", &["ping"]),
    ];
    assert_eq!(routes, expected);
    let handlers: Vec<_> = service.routes().iter().map(ToString::to_string).collect();
    assert!(handlers[3].contains("routes_are_listed::keep") && handlers[3].starts_with("everything else -> "));
}

#[test]
fn a_handler_that_nothing_reaches_is_warned_of() {
    let log = Log::start();
    let all = || receiver().on(|_: AssetMetadataUpdated| async {}).fallback(|_: Unrouted| async { Fallback::Handled });
    drop(all().into_service());
    assert!(!log.text().contains("WARN"), "{}", log.text());
    drop(all().on_topic(Topic::AssetMetadata, |_: Event| async {}).into_service());
    let text = log.text();
    assert!(text.contains("this webhook handler can never run") && text.contains("topic asset.metadata"), "{text}");
}

/// A store keeps what no handler takes.
#[tokio::test]
async fn a_receiver_without_a_fallback_warns_once_unless_it_is_behind_a_store() {
    let log = Log::start();
    let lines = || log.text().matches("the webhook receiver has no fallback").count();
    let service = receiver().on(|_: Ping| async {}).into_service();
    let delivery = || delivery(PING);
    let take = |_| async { Outcome::Stored };
    assert_eq!(service.dispatch_with(delivery(), take).await.name(), "stored");
    assert_eq!(service.run_stored(StoredDelivery::new("acme", &delivery())).await.name(), "handled");
    assert_eq!(lines(), 0, "{}", log.text());
    service.dispatch(delivery()).await;
    service.dispatch(delivery()).await;
    assert_eq!(lines(), 1, "{}", log.text());
    let service = receiver().fallback(|_: Unrouted| async { Fallback::Kept }).into_service();
    service.dispatch(delivery()).await;
    assert_eq!(lines(), 1, "{}", log.text());
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_take_only_so_long() {
    let calls = Calls::default();
    let service = receiver()
        .with_state(calls.clone())
        .on(timeout(Duration::from_secs(5), |ping: Ping, calls: HandlerState<Calls>| async move {
            tokio::time::sleep(Duration::from_secs(ping.count.unwrap().unsigned_abs().into())).await;
            calls.note("finished");
        }))
        .into_service();
    let send =
        async |count: u32| service.dispatch(delivery(format!(r#"{{"eventType": "ping", "count": {count}}}"#))).await;
    assert!(matches!(send(4).await, Outcome::Handled));
    let Outcome::Failed(error) = send(6).await else { panic!() };
    assert_eq!(error.to_string(), "the handler took longer than 5s");
    assert_eq!(calls.take(), ["finished"]);
}

/// Layers of `tower` go around the service.
#[tokio::test]
async fn layers_go_around() {
    use tower::{ServiceBuilder, ServiceExt};

    let service = receiver().on(|_: Ping| async {}).into_service();
    let layered = ServiceBuilder::new()
        .map_response(|mut response: http::Response<_>| {
            response.headers_mut().insert("x-layer", "1".parse().unwrap());
            response
        })
        .service(service);
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), PING.as_bytes());
    let response = layered.oneshot(webhook_receiver::testing::request(headers, PING)).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-layer"]), (200, &"1".parse().unwrap()));
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
        .on(move |_: Ping, calls: HandlerState<Calls>| {
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

/// One handler that hangs does not block others.
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
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), PING.as_bytes());
    assert!(matches!(block_on(service.receive(&headers, PING)), Ok(Outcome::Handled)));
    let forged = block_on(service.receive(&headers, CREATED));
    assert!(matches!(forged, Err(VerifyError::NoMatchingSignature)));
}

#[test]
fn events_of_any_type() {
    assert!(matches!(delivery(CREATED).event::<Acme>(), Ok(Event::AssetCreated(_))));
    assert!(matches!(delivery(PING).event::<Acme>(), Ok(Event::Ping(ping)) if ping.count == Some(1)));
    assert_eq!(delivery(MISMATCH).event::<Acme>().unwrap_err().kind(), DecodeErrorKind::Mismatch);
    let Ok(Event::Unknown(event)) = delivery(UNKNOWN).event::<Acme>() else { panic!() };
    assert_eq!(event.event_type(), Some("asset.teleported"));
    assert_eq!(event.decode::<Ping>().unwrap().count, None);
    assert_eq!(serde_json::to_string(&Event::Unknown(event.clone())).unwrap(), UNKNOWN);
    assert_eq!(format!("{event:?}"), "UnknownEvent { event_type: Some(\"asset.teleported\"), bytes: 33 }");
}

/// Fails as a handler with a fault does.
fn fail() {
    panic!("expected in this test");
}

/// The same events, stated in a header.
enum ByHeader {}

impl Webhooks for ByHeader {
    type EventType = EventType;
    type Event = Event;
    const EVENT_TYPE: EventTypeLocation = EventTypeLocation::header("x-event");

    fn decode(event_type: EventType, reader: &mut Reader<'_>) -> Result<Event, DecodeError> {
        Acme::decode(event_type, reader)
    }

    fn unknown(event: UnknownEvent) -> Event {
        Acme::unknown(event)
    }
}

#[tokio::test]
async fn a_header_that_states_the_event_type_is_kept_by_default() {
    let body = r#"{"eventType": "ping"}"#;
    let mut headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
    headers.insert("x-event", HeaderValue::from_static("ping"));
    let service = Receiver::<ByHeader>::new(Verifier::standard_webhooks(secret()))
        .on_any(|event: Event| async move { if let Event::Ping(_) = event { Ok(()) } else { Err("not a ping") } })
        .into_service();
    assert!(matches!(service.receive(&headers, body).await.unwrap(), Outcome::Handled));
}

/// The same events, stated in two members of a body.
enum ByTwo {}

impl Webhooks for ByTwo {
    type EventType = EventType;
    type Event = Event;
    const EVENT_TYPE: EventTypeLocation = EventTypeLocation::body(&["/eventType"]).completed_by("/detail/kind", ".");

    fn decode(event_type: EventType, reader: &mut Reader<'_>) -> Result<Event, DecodeError> {
        Acme::decode(event_type, reader)
    }

    fn unknown(event: UnknownEvent) -> Event {
        Acme::unknown(event)
    }
}

#[test]
fn an_event_type_may_be_in_two_members() {
    let event = |body: &'static str| delivery(body).event::<ByTwo>();
    for whole_or_first in [
        r#"{"detail": {"kind": "updated"}, "eventType": "asset.metadata", "asset": {"id": "a"}}"#,
        r#"{"eventType": "asset.metadata.updated", "asset": {"id": "a"}}"#,
        r#"{"eventType": "asset.metadata.updated", "detail": {"kind": "again"}}"#,
        r#"{"eventType": "asset.metadata.updated", "detail": {"kind": 5}}"#,
        r#"{"eventType": "asset.metadata.updated", "detail": null}"#,
    ] {
        assert!(matches!(event(whole_or_first), Ok(Event::AssetMetadataUpdated(_))), "{whole_or_first}");
    }
    for (unknown, name) in [
        (r#"{"eventType": "asset", "detail": {"kind": "teleported"}}"#, Some("asset.teleported")),
        (r#"{"eventType": "asset"}"#, Some("asset")),
        (r#"{"detail": {"kind": "updated"}}"#, None),
    ] {
        let Ok(Event::Unknown(event)) = event(unknown) else { panic!("{unknown}") };
        assert_eq!(event.event_type(), name, "{unknown}");
    }
    for twice in [
        r#"{"eventType": "ping", "eventType": "ping", "detail": {"kind": "a"}}"#,
        r#"{"eventType": "ping", "detail": {"kind": "a", "kind": "b"}}"#,
    ] {
        assert_eq!(event(twice).unwrap_err().kind(), DecodeErrorKind::Malformed, "{twice}");
    }
}

/// Whatever the body states: it is neither searched for an event type nor compared with a second one.
#[tokio::test]
async fn an_assumed_event_type_is_not_looked_for() {
    let verifier = Verifier::standard_webhooks(secret());
    let service = Receiver::<Acme>::new(verifier).assume_event_type(EventType::AssetCreated).into_service();
    for body in ["[]", r#"{"eventType": 5}"#, "no JSON"] {
        let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
        let outcome = service.receive(&headers, body).await.unwrap();
        assert_eq!(outcome.to_string(), "unhandled", "{body}");
    }
    let verifier = Verifier::standard_webhooks(secret());
    let service =
        Receiver::<Acme>::new(verifier).assume_event_type(EventType::Ping).on(|_: Ping| async {}).into_service();
    let body = r#"{"eventType": "a", "eventType": "b"}"#;
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
    assert!(matches!(service.receive(&headers, body).await, Ok(Outcome::Handled)));
}
