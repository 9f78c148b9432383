//! Drain at shutdown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use webhook_inbox::Inbox;
use webhook_inbox::store::State;
use webhook_receiver::WebhookService;

use crate::acme::{Created, created, receiver};
use crate::support::{entry, send, state, store, until};
use crate::unreliable::Unreliable;

#[tokio::test(start_paused = true)]
async fn f15_handlers_finish_and_nothing_more_is_claimed() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::from_secs(5)).await }).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).concurrency(100).start().unwrap();
    for number in 0..150 {
        send(&inbox, &number.to_string(), &created("a")).await;
    }
    sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    assert!(inbox.drain(Duration::from_secs(20)).await);
    assert!(start.elapsed() < Duration::from_secs(6));
    let stats = inbox.health().await.stats.unwrap();
    assert_eq!((stats.running, stats.pending), (0, 50));
    // What arrives now is stored, and handled after the next start.
    assert_eq!(send(&inbox, "late", &created("a")).await, "stored");
    sleep(Duration::from_mins(5)).await;
    assert_eq!(state(&store, "late").await, Some(State::Pending));
    let next = Inbox::start("acme", store.clone(), receiver().on(|_: Created| async {}).into_service()).unwrap();
    until(&store, "late", State::Done).await;
    assert_eq!(next.health().await.stats.unwrap().pending, 0);
}

#[tokio::test(start_paused = true)]
async fn f16_a_handler_that_never_returns_is_dropped_at_the_limit() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::MAX).await }).into_service();
    let inbox = Inbox::start("acme", store.clone(), service).unwrap();
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    assert!(!inbox.drain(Duration::from_secs(20)).await);
    assert!(start.elapsed() <= Duration::from_secs(22));
    let left = entry(&store, "1").await.unwrap();
    assert_eq!((left.state, left.attempts), (State::Pending, 0), "the attempt has not failed");
    // Another worker takes it at once.
    let _next = Inbox::start("acme", store.clone(), receiver().on(|_: Created| async {}).into_service()).unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(state(&store, "1").await, Some(State::Done));
}

#[tokio::test(start_paused = true)]
async fn without_drain_a_running_handler_finishes_after_the_last_clone_is_dropped() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::from_mins(2)).await }).into_service();
    let inbox = Inbox::start("acme", store.clone(), service).unwrap();
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(1)).await;
    drop(inbox);
    until(&store, "1", State::Done).await;
    assert_eq!(entry(&store, "1").await.unwrap().reason, None);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_in_the_last_attempt_does_not_make_a_delivery_dead() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::MAX).await }).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).max_attempts(1).start().unwrap();
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(1)).await;
    assert!(!inbox.drain(Duration::from_secs(20)).await);
    let service = receiver().on(|_: Created| async {}).into_service();
    let _next = Inbox::builder("acme", store.clone(), service).max_attempts(1).start().unwrap();
    until(&store, "1", State::Done).await;
}

/// A server calls it within its shutdown timeout, so that nothing has to be waited for twice.
#[tokio::test(start_paused = true)]
async fn a_server_that_stops_waits_for_handlers() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::from_secs(5)).await }).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).concurrency(1).start().unwrap();
    for id in ["1", "2"] {
        send(&inbox, id, &created("a")).await;
    }
    sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    inbox.idle().await;
    assert!(start.elapsed() >= Duration::from_secs(4));
    assert!(inbox.drain(Duration::ZERO).await);
    assert_eq!([state(&store, "1").await, state(&store, "2").await], [Some(State::Done), Some(State::Pending)]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_leaves_what_still_runs_to_the_next_process() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::MAX).await }).into_service();
    let inbox = Inbox::start("acme", store.clone(), service).unwrap();
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(1)).await;
    assert!(timeout(Duration::from_secs(25), inbox.idle()).await.is_err());
    inbox.stop().await;
    let left = entry(&store, "1").await.unwrap();
    assert_eq!((left.state, left.attempts), (State::Pending, 0));
    // Who asks later learns that not all have finished.
    assert!(!inbox.drain(Duration::ZERO).await);
}

/// The store answers after the limit.
#[tokio::test(start_paused = true)]
async fn what_is_claimed_while_the_inbox_stops_does_not_begin() {
    let store = Unreliable::new(store());
    let has_run = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&has_run);
    let handler = move |_: Created| {
        runs.store(true, Ordering::SeqCst);
        async {}
    };
    let inbox = Inbox::start("acme", store.clone(), receiver().on(handler).into_service()).unwrap();
    store.slow(Duration::from_secs(3));
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(1)).await;
    assert!(!inbox.drain(Duration::from_secs(1)).await, "a claim is on its way");
    sleep(Duration::from_mins(1)).await;
    assert!(!has_run.load(Ordering::SeqCst), "the inbox has stopped");
    let left = entry(&store.store, "1").await.unwrap();
    assert_eq!((left.state, left.attempts), (State::Pending, 0));
}
