//! What must not exhaust the receiver.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Full};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderValue, Method, Request};
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::testing::{request, secret, sign, signed_now};
use webhook_receiver::{Receiver, ReceiverService, Secret, StandardWebhooks, Verifier};

use super::{assert_complete, assert_named, read};
use crate::acme::{Acme, Ping};
use crate::http_layer::Unread;
use crate::log::Log;
use crate::patience::patiently;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    row: String,
    what: String,
    by: Option<String>,
    deviation: Option<String>,
}

const PING: &str = r#"{"eventType": "ping"}"#;

#[test]
fn every_row_has_a_case() {
    let cases: Vec<Case> = read(include_str!("../../cases/exhaustion.toml"));
    assert_complete(cases.iter().map(|case| &*case.row), (1..=12).map(|number| format!("D{number:02}")));
    cases.iter().filter_map(|case| case.by.as_deref()).for_each(assert_named);
    for Case { row, what, by, deviation } in cases {
        assert!(by.is_some() || deviation.is_some(), "{row} {what}");
    }
}

fn receiver() -> Receiver<Acme> {
    Receiver::new(Verifier::standard_webhooks(secret()))
}

fn signed(body: &str) -> Request<Full<Bytes>> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    request(signed_now(&StandardWebhooks::DEFAULT, &secret(), &body), body)
}

/// Sends a body in parts, which the test sends when it wants.
fn open(service: &ReceiverService<Acme>) -> (Sender<Bytes, std::io::Error>, JoinHandle<u16>) {
    let (sender, body) = Channel::<Bytes, std::io::Error>::new(1);
    let (service, request) = (service.clone(), signed(PING).map(|_| body));
    (sender, tokio::spawn(async move { service.respond(request).await.status().as_u16() }))
}

/// Lets all other tasks run.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn d01_bodies_share_their_memory() {
    let service = receiver().body_limit(100).body_memory(250).on(|_: Ping| async {}).into_service();
    let (mut first, first_answer) = open(&service);
    let (mut second, second_answer) = open(&service);
    first.send_data(Bytes::from_static(&[b'x'; 99])).await.unwrap();
    second.send_data(Bytes::from_static(&[b'x'; 100])).await.unwrap();
    settle().await;
    assert_eq!(service.respond(signed(PING)).await.status(), 200);
    assert!(!first_answer.is_finished() && !second_answer.is_finished());

    // The larger of those that have not progressed makes room. It is answered later.
    assert_eq!(service.respond(signed(&format!("{PING:60}"))).await.status(), 200);
    drop(first);
    assert_eq!(first_answer.await.unwrap(), 401);
    let start = Instant::now();
    assert_eq!(second_answer.await.unwrap(), 503);
    assert_eq!(start.elapsed().as_secs(), 5);
}

/// Any number of senders, each with all of a body but its last byte.
#[tokio::test(start_paused = true)]
async fn d01_stalled_bodies_make_room() {
    let service = receiver().body_limit(1000).body_memory(4000).on(|_: Ping| async {}).into_service();
    let mut stalled = Vec::new();
    for number in 0..50 {
        let (mut sender, answer) = open(&service);
        sender.send_data(Bytes::from_static(&[b'x'; 999])).await.unwrap();
        settle().await;
        stalled.push((sender, answer));
        assert_eq!(service.respond(signed(&format!("{PING:width$}", width = 30 + 10 * number))).await.status(), 200);
    }
    let mut answers = Vec::new();
    let (senders, waiting): (Vec<_>, Vec<_>) = stalled.into_iter().unzip();
    drop(senders);
    for answer in waiting {
        answers.push(answer.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|&&answer| answer == 503).count(), 47, "{answers:?}");
    assert!(answers.ends_with(&[401; 3]), "{answers:?}");
}

/// What progresses is kept, although it is older and larger than what has stopped.
#[tokio::test(start_paused = true)]
async fn d01_a_body_that_progresses_is_kept() {
    let body = format!("{PING:1000}");
    let service = receiver().body_limit(1000).body_memory(2000).on(|_: Ping| async {}).into_service();
    let (mut vendor, body_of_vendor) = Channel::<Bytes, std::io::Error>::new(1);
    let (same, request) = (service.clone(), signed(&body).map(|_| body_of_vendor));
    let delivered = tokio::spawn(async move { same.respond(request).await.status().as_u16() });
    let mut others = Vec::new();
    for part in body.as_bytes().chunks(100) {
        vendor.send_data(Bytes::copy_from_slice(part)).await.unwrap();
        let (mut stalled, answer) = open(&service);
        stalled.send_data(Bytes::from_static(&[b'x'; 800])).await.unwrap();
        others.push((stalled, answer));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(vendor);
    assert_eq!(delivered.await.unwrap(), 200);
}

/// Slower than the minimum rate, whatever has arrived before.
#[tokio::test(start_paused = true)]
async fn bodies_have_a_minimum_rate() {
    let start = Instant::now();
    let service = receiver().body_timeout(Duration::from_mins(1)).into_service();
    let (mut slow, answer) = open(&service);
    slow.send_data(Bytes::from(vec![b' '; 100_000])).await.unwrap();
    while !answer.is_finished() {
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(slow.send_data(Bytes::from(vec![b' '; 300])).await);
    }
    assert_eq!((answer.await.unwrap(), start.elapsed().as_secs()), (408, 5));

    let service = receiver().min_body_rate(100, Duration::from_secs(2)).into_service();
    let (mut steady, answer) = open(&service);
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        steady.send_data(Bytes::from(vec![b' '; 110])).await.unwrap();
    }
    drop(steady);
    assert_eq!(answer.await.unwrap(), 401);
}

/// A body stays in memory for as long as its handler runs.
#[tokio::test]
async fn d01_running_handlers_keep_their_memory() {
    let gate = Arc::new(Semaphore::new(0));
    let entry = Arc::clone(&gate);
    let service = receiver().body_limit(30).body_memory(30).on(move |_: Ping| {
        let entry = Arc::clone(&entry);
        async move { entry.acquire().await.map(drop) }
    });
    let service = service.into_service();
    let other = service.clone();
    let first = tokio::spawn(async move { other.respond(signed(PING)).await.status().as_u16() });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let refused = service.respond(signed(PING)).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(refused.into_body().collect().await.unwrap().to_bytes(), "Service Unavailable");
    gate.add_permits(1);
    assert_eq!(first.await.unwrap(), 200);
    service.idle().await;
    assert_eq!(service.respond(signed(PING)).await.status(), 200);
}

#[test]
fn d03_long_signature_headers() {
    let mut builder = Verifier::builder(StandardWebhooks::DEFAULT);
    for key in b'a'..=b'e' {
        let key = String::from_utf8(vec![key; 32]).unwrap();
        builder = builder.secret(Secret::new(&format!("whsec_{key}")).unwrap());
    }
    let verifier = builder.build().unwrap();
    let mut headers = sign(&secret(), "a", SystemTime::now(), b"{}");
    let token = format!("v1,{} ", "A".repeat(252));
    headers.insert("webhook-signature", HeaderValue::from_str(&token.repeat(32)).unwrap());
    // Measured: 0.02 ms with optimisation.
    assert!(patiently(|| verifier.verify(&headers, Bytes::from_static(b"{}"))).is_err());
}

#[test]
fn d04_more_than_five_secrets() {
    let with = |count| {
        let secrets = (0..count).map(|_| secret());
        secrets.fold(Verifier::builder(StandardWebhooks::DEFAULT), VerifierBuilder::secret).build()
    };
    assert!(with(5).is_ok());
    assert!(with(6).is_err());
}

#[tokio::test]
async fn d06_a_panic_harms_no_other_request() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let service = receiver()
        .on(move |_: Ping| {
            assert!(counter.fetch_add(1, Ordering::Relaxed) > 0, "expected in this test");
            ready(())
        })
        .into_service();
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), PING.as_bytes());
    assert_eq!(service.respond(request(headers.clone(), PING)).await.status(), 500);
    // It was not marked as done.
    assert_eq!(service.respond(request(headers, PING)).await.status(), 200);
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn d07_a_message_that_always_fails() {
    let service = receiver()
        .on(|ping: Ping| ready(if ping.count.is_some() { Err("expected in this test") } else { Ok(()) }))
        .into_service();
    let body = r#"{"eventType": "ping", "count": 1}"#;
    let headers = signed_now(&StandardWebhooks::DEFAULT, &secret(), body.as_bytes());
    for _ in 0..5 {
        assert_eq!(service.respond(request(headers.clone(), body)).await.status(), 500);
        assert_eq!(service.respond(signed(PING)).await.status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn d09_a_flood_is_one_line_a_second() {
    let log = Log::start();
    let service = receiver().on(|_: Ping| async {}).into_service();
    let mut forged = signed(PING);
    forged.headers_mut().insert("webhook-id", HeaderValue::from_static("other"));
    let mut get = signed(PING);
    *get.method_mut() = Method::GET;
    let lines = |text: &str| log.text().lines().filter(|line| line.contains(text)).count();
    for seconds in 1..=3 {
        for _ in 0..1000 {
            service.respond(forged.clone()).await;
            service.respond(get.clone()).await;
        }
        for reason in ["no signature matches", "the method is not POST"] {
            assert_eq!(lines(reason), seconds, "{reason}");
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert_eq!(lines("suppressed=999"), 4);
}

#[tokio::test]
async fn d11_handlers_are_bounded() {
    let service = receiver().max_concurrency(2).on(|_: Ping| pending::<()>()).into_service();
    let send = || {
        let service = service.clone();
        tokio::spawn(async move { service.respond(signed(PING)).await.status().as_u16() })
    };
    let running = [send(), send()];
    tokio::time::sleep(Duration::from_millis(20)).await;
    // It is refused before its body is read.
    let unread = signed(PING).map(|_| Unread);
    assert_eq!(service.respond(unread).await.status(), 503);
    assert!(running.iter().all(|answer| !answer.is_finished()));
}
