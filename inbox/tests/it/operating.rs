//! Pause, health and metrics.

use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::time::sleep;
use webhook_inbox::store::State;
use webhook_inbox::{HealthState, Inbox};

use crate::acme::{Created, created, receiver};
use crate::support::{send, state, store, until};

#[tokio::test(start_paused = true)]
async fn a_paused_endpoint_stores_and_does_not_handle() {
    let store = store();
    let service = || receiver().on(|_: Created| async {}).into_service();
    let inbox = Inbox::start("acme", store.clone(), service()).unwrap();
    inbox.pause().await.unwrap();
    assert_eq!(send(&inbox, "1", &created("a")).await, "stored");
    sleep(Duration::from_mins(10)).await;
    assert_eq!(state(&store, "1").await, Some(State::Pending));
    let health = inbox.health().await;
    assert_eq!(health.state, HealthState::Paused);
    assert_eq!(health.stats.unwrap().pending, 1);
    // It is for all processes, also those that start later.
    let other = Inbox::start("acme", store.clone(), service()).unwrap();
    sleep(Duration::from_mins(1)).await;
    assert_eq!(state(&store, "1").await, Some(State::Pending));
    other.resume().await.unwrap();
    until(&store, "1", State::Done).await;
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
}

#[tokio::test(start_paused = true)]
async fn workers_that_are_all_busy_for_long_are_stalled() {
    let store = store();
    let service = receiver().on(|_: Created| async { sleep(Duration::from_hours(1)).await }).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service)
        .concurrency(2)
        .attempt_timeout(Duration::from_hours(2))
        .start()
        .unwrap();
    for id in ["1", "2", "3"] {
        send(&inbox, id, &created("a")).await;
    }
    sleep(Duration::from_mins(1)).await;
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
    sleep(Duration::from_mins(10)).await;
    assert_eq!(inbox.health().await.state, HealthState::Stalled);
    sleep(Duration::from_hours(3)).await;
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
}

#[test]
fn metrics_count() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let store = store();
            let handler = |event: Created| async move { if event.asset == "b" { Err("it fails") } else { Ok(()) } };
            let service = receiver().on(handler).into_service();
            let inbox = Inbox::builder("acme", store.clone(), service).max_attempts(2).start().unwrap();
            send(&inbox, "1", &created("a")).await;
            send(&inbox, "1", &created("a")).await;
            send(&inbox, "1", &created("c")).await;
            send(&inbox, "2", &created("b")).await;
            until(&store, "1", State::Done).await;
            until(&store, "2", State::Dead).await;
            sleep(Duration::from_secs(20)).await;
        });
    });
    let mut found = std::collections::BTreeMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        let labels: Vec<_> =
            key.labels().filter(|label| label.key() != "endpoint").map(metrics::Label::value).collect();
        let value = match value {
            DebugValue::Counter(count) => count.to_string(),
            DebugValue::Gauge(value) => value.to_string(),
            DebugValue::Histogram(values) => format!("{} values", values.len()),
        };
        found.insert(format!("{} {}", key.name(), labels.join(" ")).trim_end().to_owned(), value);
    }
    for (name, value) in [
        ("webhook_inbox_accepted_total stored", "2"),
        ("webhook_inbox_accepted_total duplicate", "1"),
        ("webhook_inbox_accepted_total conflict", "1"),
        ("webhook_inbox_attempts_total done", "1"),
        ("webhook_inbox_attempts_total retry", "1"),
        ("webhook_inbox_attempts_total dead", "1"),
        ("webhook_inbox_commit_seconds", "4 values"),
        ("webhook_inbox_handled_seconds", "1 values"),
        ("webhook_inbox_entries dead", "1"),
        ("webhook_inbox_entries pending", "0"),
        ("webhook_inbox_oldest_seconds", "0"),
    ] {
        assert_eq!(found.get(name).map(String::as_str), Some(value), "{name} in {found:#?}");
    }
}
