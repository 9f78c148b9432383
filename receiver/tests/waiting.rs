//! Duplicates that wait for the first attempt hold no body, so that they take no memory beyond the limit.

#[allow(dead_code, reason = "a part of the vendor is enough")]
#[path = "it/acme.rs"]
mod acme;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use allocation_counter::{AllocationInfo, measure};
use tokio::sync::{Semaphore, SemaphorePermit};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::testing::{block_on, request, secret, sign};
use webhook_receiver::{Receiver, StandardWebhooks, Verifier};

use acme::{Acme, Ping};

/// What copies of one delivery allocate while its handler hangs. Each is received in full before the next one.
fn copies(count: usize, bytes: usize, body_memory: usize) -> AllocationInfo {
    let (gate, runs) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let parts = (Arc::clone(&gate), Arc::clone(&runs));
    // The clock does not go on, since the test may take longer than a timestamp is accepted.
    let now = SystemTime::now();
    let verifier = Verifier::builder(StandardWebhooks::DEFAULT).secret(secret()).clock(move || now);
    let service = Receiver::<Acme>::new(verifier.build().unwrap())
        .body_memory(body_memory)
        .on(move |_: Ping| {
            let (gate, runs): (Arc<Semaphore>, Arc<AtomicUsize>) = parts.clone();
            async move {
                runs.fetch_add(1, Ordering::Relaxed);
                gate.acquire().await.map(SemaphorePermit::forget)
            }
        })
        .into_service();
    let body = Bytes::from(format!(r#"{{"eventType": "ping", "x": "{}"}}"#, "x".repeat(bytes - 32)));
    let headers = sign(&secret(), "a", now, &body);
    measure(|| {
        block_on(async {
            let send = || {
                let (service, request) = (service.clone(), request(headers.clone(), body.clone()));
                tokio::spawn(async move { service.respond(request).await.status().as_u16() })
            };
            let mut answers = Vec::new();
            for _ in 0..count {
                answers.push(send());
                tokio::task::yield_now().await;
            }
            assert!(answers.iter().all(|answer| !answer.is_finished()), "a copy was answered before the first");
            gate.add_permits(1);
            for answer in answers {
                assert_eq!(answer.await.unwrap(), 200);
            }
            assert_eq!(runs.load(Ordering::Relaxed), 1);
        });
    })
}

#[test]
fn a_duplicate_waits_without_its_body() {
    let limit = 1 << 20;
    let allocated = copies(100, 64 << 10, limit);
    // A buffer can be twice as large as its content.
    assert!(allocated.bytes_max <= 2 * limit as u64, "{allocated:?}");
}

#[test]
#[ignore = "takes a while without optimization: docs/receiver.md has the command and its result"]
fn many_large_duplicates_wait_without_their_bodies() {
    let allocated = copies(500, (2 << 20) - 1, 64 << 20);
    println!("{} bytes at most", allocated.bytes_max);
    assert!(allocated.bytes_max <= 64 << 20, "{allocated:?}");
}
