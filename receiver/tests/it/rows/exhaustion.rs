//! What must not exhaust the receiver.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full, channel::Channel};
use tokio::sync::Semaphore;
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{HeaderValue, Method, Request};
use webhook_receiver::signature::VerifierBuilder;
use webhook_receiver::testing::{request, secret, sign, signed_now};
use webhook_receiver::{Receiver, Secret, StandardWebhooks, Verifier};

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

#[tokio::test]
async fn d01_bodies_share_their_memory() {
    let service = receiver().body_limit(100).body_memory(250).on(|_: Ping| async {}).into_service();
    let mut open = Vec::new();
    for _ in 0..2 {
        let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(1);
        sender.send_data(Bytes::from_static(&[b'x'; 100])).await.unwrap();
        let (service, request) = (service.clone(), signed(PING).map(|_| body));
        open.push((sender, tokio::spawn(async move { service.respond(request).await.status().as_u16() })));
    }
    tokio::task::yield_now().await;
    let small = service.respond(signed(PING)).await;
    assert_eq!(small.status(), 200);
    let large = service.respond(signed(&format!("{PING:60}"))).await;
    assert_eq!(large.status(), 503);
    assert_eq!(large.headers()["retry-after"], "10");
    assert_eq!(large.into_body().collect().await.unwrap().to_bytes(), "Service Unavailable");

    // What is not authentic gives its memory back.
    for (sender, answer) in open {
        drop(sender);
        assert_eq!(answer.await.unwrap(), 401);
    }
    assert_eq!(service.respond(signed(&format!("{PING:60}"))).await.status(), 200);
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
    assert_eq!(service.respond(signed(PING)).await.status(), 503);
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
