//! What is seen from outside: logs, metrics, observers.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderValue, Method, Request};
use webhook_receiver::testing::{block_on, request, secret, sign, signed_now};
use webhook_receiver::{Fallback, Receiver, ReceiverService, StandardWebhooks, Unrouted, Verifier, VerifyError};

use http_body_util::Full;

use crate::acme::{Acme, AssetCreated, Event, Ping, Topic};
use crate::log::Log;

/// Stands in every body and must not be logged.
const CANARY: &str = "ca9a7y";
/// The secret of the tests, as text and as the key that it encodes.
const SECRET: [&str; 2] = ["dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM", "this is a secret for tests"];

fn bodies() -> Vec<String> {
    let ping = |count: &str| format!(r#"{{"eventType": "ping", "count": {count}, "x": "{CANARY}"}}"#);
    vec![
        ping("1"),
        ping(&format!(r#""{CANARY}""#)),
        format!(r#"{{"eventType": "{CANARY}\n"}}"#),
        format!(r#"{{"eventType": {{"a": "{CANARY}"}}}}"#),
        format!(r#"{{"eventType": "asset.created", "asset": "{CANARY}"}}"#),
        format!(r#"{{"eventType": "asset.metadata.updated", "{CANARY}": "{CANARY}"}}"#),
        format!(r#"{{"eventType": "ping", "x": "{CANARY}", }}"#),
        format!("{CANARY}"),
    ]
}

fn receiver() -> Receiver<Acme> {
    Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .body_limit(1024)
        .on(|_: Ping| async {})
        .on(|_: AssetCreated| async {})
        .on_topic(Topic::Asset, |_: Event| async { Err::<(), _>("expected\nin this test") })
}

fn signed(body: &str) -> Request<Full<Bytes>> {
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
    request(headers, body.to_owned())
}

/// Each body signed, twice, and in every way that is refused; the signatures that were sent.
async fn send_everything(service: &ReceiverService<Acme>) -> Vec<String> {
    let mut signatures = Vec::new();
    for body in bodies() {
        let good = signed(&body);
        signatures.push(good.headers()["webhook-signature"].to_str().unwrap().replace("v1,", ""));
        let changed = |name: &'static str, value: &str| {
            let mut request = good.clone();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
            request
        };
        let other = r#"{"eventType": "ping"}"#;
        let mut conflict = signed(other);
        conflict.headers_mut().extend(sign(
            &secret(),
            good.headers()["webhook-id"].to_str().unwrap(),
            SystemTime::now(),
            other.as_bytes(),
        ));
        for request in [
            good.clone(),
            good.clone(),
            changed("webhook-id", "other"),
            changed("webhook-id", &format!("{CANARY}\t.")),
            changed("webhook-timestamp", "1"),
            changed("webhook-timestamp", CANARY),
            changed("webhook-signature", &format!("v1,{CANARY}")),
            changed("content-type", CANARY),
            changed("content-encoding", CANARY),
            changed("authorization", &format!("Bearer {CANARY}")),
            good.clone().map(|_| Full::from(CANARY.repeat(1000))),
            conflict,
        ] {
            service.respond(request).await;
        }
    }
    signatures
}

/// L05, L09.
#[test]
fn nothing_secret_is_logged() {
    let log = Log::start();
    let services =
        [receiver().into_service(), receiver().fallback(|_: Unrouted| async { Fallback::Handled }).into_service()];
    let mut signatures = Vec::new();
    for service in &services {
        signatures.extend(block_on(send_everything(service)));
        tracing::info!(?service, "debug form");
    }
    let text = log.text();
    for word in
        ["handled", "undecodable: Mismatch at `/count`", "unknown", "duplicate", "conflict", "failed", "rejected"]
    {
        assert!(text.contains(word), "no {word} in {text}");
    }
    assert!(text.contains(r"failed: expected\u{a}in this test"), "{text}");
    // A name of a member is the one thing of a body that may be seen; no error is about that one here.
    for hidden in SECRET.into_iter().chain([CANARY]).chain(signatures.iter().map(|signature| &**signature)) {
        assert!(!text.contains(hidden), "{hidden} is logged: {text}");
    }
    assert!(text.lines().all(|line| line.starts_with("20")), "a line was forged: {text}");
}

/// L10.
#[test]
fn metrics_have_labels_of_a_bounded_set() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || block_on(send_everything(&receiver().into_service())));
    let mut lines = Vec::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let value = match value {
            DebugValue::Counter(count) => count.to_string(),
            DebugValue::Histogram(_) => "histogram".to_owned(),
            DebugValue::Gauge(_) => "gauge".to_owned(),
        };
        lines.push(format!("{} {} {value}", key.key().name(), labels.join(" ")));
    }
    lines.sort();
    for expected in [
        "webhook_deliveries_total event_type=ping outcome=handled 8",
        "webhook_deliveries_total event_type=asset.metadata.updated outcome=failed 3",
        "webhook_deliveries_total event_type=ping outcome=duplicate 2",
        "webhook_deliveries_total event_type=ping outcome=conflict 1",
        "webhook_rejections_total reason=no_matching_signature 16",
        "webhook_delivery_seconds event_type=ping histogram",
    ] {
        assert!(lines.iter().any(|line| line == expected), "no {expected} in {lines:#?}");
    }
    assert!(!format!("{lines:?}").contains(CANARY), "{lines:#?}");
    assert!(lines.len() < 40, "{lines:#?}");
}

/// An observer sees everything and changes nothing.
#[test]
fn observers() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let note = |prefix: &'static str| {
        let seen = Arc::clone(&seen);
        move |text: &str| seen.lock().unwrap().push(format!("{prefix} {text}"))
    };
    let (observed, failed, rejected) = (note("observed"), note("failed"), note("rejected"));
    let service = receiver()
        .on_outcome(|_| panic!("expected in this test"))
        .on_outcome(move |event| observed(&format!("{:?} {}", event.event_type, event.outcome.name())))
        .on_error(move |delivery, error| failed(&format!("{} {error}", delivery.raw().len())))
        .on_rejected(|_| panic!("expected in this test"))
        .on_rejected(move |message| {
            let (rejection, method) = (message.rejection, message.head.map_or("no", |head| head.method.as_str()));
            rejected(&format!("{method} {} {rejection}", rejection.status()));
        })
        .into_service();
    let run = |body: &str, change: fn(&mut Request<Full<Bytes>>)| {
        let mut request = signed(body);
        change(&mut request);
        let status = block_on(service.respond(request)).status().as_u16();
        (status, std::mem::take(&mut *seen.lock().unwrap()))
    };
    let ping = r#"{"eventType": "ping"}"#;
    assert_eq!(run(ping, |_| {}), (200, vec![r#"observed Some("ping") handled"#.to_owned()]));
    assert_eq!(run("{}", |_| {}), (200, vec!["observed None unknown".to_owned()]));
    assert_eq!(run("{", |_| {}), (400, vec!["observed None undecodable".to_owned()]));
    let updated = r#"{"eventType": "asset.metadata.updated"}"#;
    let expected = [r#"observed Some("asset.metadata.updated") failed"#, "failed 39 expected\nin this test"];
    assert_eq!(run(updated, |_| {}), (500, expected.map(str::to_owned).to_vec()));
    let get = run(ping, |request| *request.method_mut() = Method::GET);
    assert_eq!(get, (405, vec!["rejected GET 405 Method Not Allowed the method is not POST".to_owned()]));
}

/// What `receive` refuses is seen as well.
#[test]
fn refusals_without_http() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&seen);
    let service = receiver()
        .on_rejected(move |message| {
            assert!(message.head.is_none());
            let id = message.headers["webhook-id"].to_str().unwrap();
            noted.lock().unwrap().push(format!("{id}: {}", message.rejection));
        })
        .into_service();
    let (log, recorder) = (Log::start(), DebuggingRecorder::new());
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let headers = sign(&secret(), "msg_1", SystemTime::now(), b"{}");
        let result = block_on(service.receive(&headers, "{ }"));
        assert!(matches!(result, Err(VerifyError::NoMatchingSignature)), "{result:?}");
    });
    assert_eq!(*seen.lock().unwrap(), ["msg_1: no signature matches"]);
    assert!(log.text().contains("webhook rejected: no signature matches"), "{}", log.text());
    let [(key, _, _, DebugValue::Counter(1))] = &snapshotter.snapshot().into_vec()[..] else { panic!() };
    assert_eq!(key.key().name(), "webhook_rejections_total");
}
