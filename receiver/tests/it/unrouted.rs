//! Deliveries that no handler takes: which of them the fallback got, and what it did with them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use webhook_receiver::testing::{block_on, request, secret, sign};
use webhook_receiver::{Fallback, Outcome, Reason, Receiver, ReceiverService, Unrouted, Verifier};

use crate::acme::{Acme, Ping, delivery};
use crate::log::Log;

const PING: &str = r#"{"eventType": "ping", "count": 1}"#;
/// A delivery of each kind, and the word for it.
const UNROUTED: [(&str, &str); 3] = [
    ("unknown", r#"{"eventType": "asset.teleported"}"#),
    ("unhandled", r#"{"eventType": "asset.metadata.updated"}"#),
    ("undecodable", r#"{"eventType": "ping", "count": "one"}"#),
];

fn receiver() -> Receiver<Acme> {
    Receiver::new(Verifier::standard_webhooks(secret())).on(|_: Ping| async {})
}

fn with_fallback() -> Receiver<Acme> {
    receiver().fallback(|_: Unrouted| async { Fallback::Handled })
}

#[test]
fn the_outcome_the_hook_and_the_log_name_the_reason() {
    let seen = Arc::<Mutex<Vec<&str>>>::default();
    let noted = Arc::clone(&seen);
    let service =
        with_fallback().on_outcome(move |observed| noted.lock().unwrap().push(observed.outcome.name())).into_service();
    let log = Log::start();
    for (name, body) in UNROUTED {
        let outcome = block_on(service.dispatch(delivery(body)));
        assert_eq!((outcome.name(), outcome.status().as_u16()), (name, 200));
        assert!(matches!(outcome, Outcome::Unrouted { fallback: Some(Fallback::Handled), .. }), "{outcome:?}");
        assert!(log.text().contains(&format!("webhook {name}")), "{}", log.text());
    }
    assert_eq!(*seen.lock().unwrap(), UNROUTED.map(|(name, _)| name));
    // The name of an unknown event type is part of the body.
    assert!(!log.text().contains("teleported"), "{}", log.text());
}

#[test]
fn the_metric_names_the_reason() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let service = with_fallback().into_service();
        for body in UNROUTED.map(|(_, body)| body).into_iter().chain([PING]) {
            block_on(service.dispatch(delivery(body)));
        }
    });
    let mut outcomes: Vec<_> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .filter(|(key, ..)| key.key().name() == "webhook_deliveries_total")
        .filter_map(|(key, _, _, value)| {
            assert_eq!(value, DebugValue::Counter(1));
            key.key().labels().find(|label| label.key() == "outcome").map(|label| label.value().to_owned())
        })
        .collect();
    outcomes.sort();
    assert_eq!(outcomes, ["handled", "undecodable", "unhandled", "unknown"]);
}

/// What a test of a handler asserts.
fn is_handled(service: &ReceiverService<Acme>, body: &'static str) -> bool {
    matches!(block_on(service.dispatch(delivery(body))), Outcome::Handled)
}

#[test]
fn handled_is_a_handler_and_never_the_fallback() {
    let service = with_fallback().into_service();
    assert!(is_handled(&service, PING));
    for (name, body) in UNROUTED {
        assert!(!is_handled(&service, body), "{name}");
    }
}

#[test]
fn without_a_fallback_the_reason_decides_the_status() {
    let service = receiver().into_service();
    for ((name, body), status) in UNROUTED.into_iter().zip([200, 200, 422]) {
        let outcome = block_on(service.dispatch(delivery(body)));
        assert_eq!((outcome.name(), outcome.status().as_u16()), (name, status));
        assert!(matches!(outcome, Outcome::Unrouted { fallback: None, .. }), "{outcome:?}");
    }
}

/// The same id is sent three times; the fallback is corrected in between.
fn sent_again(first: Fallback) -> [String; 3] {
    let is_fixed = Arc::new(AtomicBool::new(false));
    let fixed = Arc::clone(&is_fixed);
    let outcomes = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&outcomes);
    let service = receiver()
        .fallback(move |unrouted: Unrouted| {
            assert!(matches!(unrouted.reason(), Reason::UnknownEventType(_)));
            let fallback = if fixed.load(Ordering::Relaxed) { Fallback::Handled } else { first };
            async move { fallback }
        })
        .on_outcome(move |observed| noted.lock().unwrap().push(observed.outcome.to_string()))
        .into_service();
    let (_, body) = UNROUTED[0];
    for _ in 0..3 {
        let headers = sign(&secret(), "msg_1", SystemTime::now(), body.as_bytes());
        assert_eq!(block_on(service.respond(request(headers, body))).status(), 200);
        is_fixed.store(true, Ordering::Relaxed);
    }
    let outcomes = outcomes.lock().unwrap().clone();
    outcomes.try_into().unwrap()
}

#[test]
fn what_was_kept_is_handled_when_it_is_sent_again() {
    let [first, second, third] = sent_again(Fallback::Kept);
    assert_eq!(first, "unknown (kept by the fallback)");
    assert_eq!(second, "unknown (handled by the fallback)");
    assert_eq!(third, "duplicate");
    let [_, second, third] = sent_again(Fallback::Handled);
    assert_eq!([second, third], ["duplicate", "duplicate"]);
}
