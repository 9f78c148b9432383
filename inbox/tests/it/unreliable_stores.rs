//! Stores that are down, slow, or lose answers.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{State, StoreErrorKind};
use webhook_inbox::{Backoff, Effects, HealthState, Inbox, MemoryEffect, MemoryTable};
use webhook_receiver::ReceiverService;

use crate::acme::{Acme, Created, created, receiver};
use crate::support::{Ledger, send, state, store, until};
use crate::unreliable::{Trouble, Unreliable};

fn service(ledger: &Ledger) -> ReceiverService<Acme> {
    let ledger = ledger.clone();
    let handler = move |event: Created, effects: Effects<MemoryEffect>| {
        ledger.write(&event.asset, "attempt");
        async move {
            if event.asset == "plain" {
                return Ok(());
            }
            effects.add(move |table: &mut MemoryTable| {
                let count = table.get(&event.asset).map_or(0, |count| count.parse().unwrap()) + 1;
                table.insert(event.asset, count.to_string());
                Ok(())
            })
        }
    };
    receiver().on(handler).into_service()
}

#[tokio::test(start_paused = true)]
async fn f11_f13_d08_a_store_that_is_down_is_answered_with_503_until_it_recovers() {
    let (store, ledger) = (Unreliable::new(store()), Ledger::default());
    let inbox = Inbox::start("acme", store.clone(), service(&ledger)).unwrap();
    send(&inbox, "1", &created("a")).await;
    until(&store, "1", State::Done).await;
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
    for kind in [StoreErrorKind::Unavailable, StoreErrorKind::Full, StoreErrorKind::ReadOnly, StoreErrorKind::Corrupt] {
        store.all(Trouble::Fails(kind));
        assert_eq!(send(&inbox, "2", &created("b")).await, "unavailable");
        sleep(Duration::from_mins(10)).await;
        assert_eq!(inbox.health().await.state, HealthState::Failing(kind));
    }
    // Only inserts fail, as if a disk is full: claims without a change do not hide it.
    store.all(Trouble::Calm);
    store.inserts(Trouble::Fails(StoreErrorKind::Full));
    assert_eq!(send(&inbox, "2", &created("b")).await, "unavailable");
    sleep(Duration::from_mins(1)).await;
    assert_eq!(inbox.health().await.state, HealthState::Failing(StoreErrorKind::Full));

    store.all(Trouble::Calm);
    assert_eq!(send(&inbox, "2", &created("b")).await, "stored");
    until(&store, "2", State::Done).await;
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
    assert_eq!(ledger.count("b"), 1);
}

#[tokio::test(start_paused = true)]
async fn f12_a_slow_store_is_answered_with_503_by_the_deadline() {
    let (store, ledger) = (Unreliable::new(store()), Ledger::default());
    let inbox = Inbox::builder("acme", store.clone(), service(&ledger))
        .accept_timeout(Duration::from_secs(2))
        .without_workers()
        .start()
        .unwrap();
    store.slow(Duration::from_secs(5));
    let start = Instant::now();
    assert_eq!(send(&inbox, "1", &created("a")).await, "unavailable");
    assert_eq!(start.elapsed().as_secs(), 2);
    // Those that have been given up do not pile up: at most the batch that is being written is stored.
    for number in 0..20 {
        assert_eq!(send(&inbox, &format!("late-{number}"), &created("a")).await, "unavailable");
    }
    assert_eq!(inbox.health().await.state, HealthState::Failing(StoreErrorKind::Busy));
    store.slow(Duration::ZERO);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(send(&inbox, "2", &created("a")).await, "stored");
    assert_eq!(send(&inbox, "1", &created("a")).await, "duplicate");
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_between_commit_and_answer() {
    let (store, ledger) = (Unreliable::new(store()), Ledger::default());
    let inbox = Inbox::builder("acme", store.clone(), service(&ledger))
        .backoff(Backoff::constant(Duration::from_secs(1)))
        .start()
        .unwrap();
    // The answer to the insert: the sender tries again.
    store.inserts(Trouble::LosesAnswers);
    assert_eq!(send(&inbox, "1", &created("a")).await, "unavailable");
    store.inserts(Trouble::Calm);
    assert_eq!(send(&inbox, "1", &created("a")).await, "duplicate");
    until(&store, "1", State::Done).await;
    assert_eq!((ledger.count("a"), &store.store.table()["a"][..]), (1, "1"));

    // The answer to the done mark: the effect happens once, and the handler does not run again.
    store.finishes(Trouble::LosesAnswers);
    for (id, asset) in [("2", "b"), ("3", "plain")] {
        send(&inbox, id, &created(asset)).await;
        until(&store, id, State::Done).await;
    }
    sleep(Duration::from_mins(5)).await;
    store.finishes(Trouble::Calm);
    sleep(Duration::from_mins(5)).await;
    assert!(store.lost.load(Ordering::SeqCst) >= 2);
    assert_eq!((ledger.count("b"), &store.store.table()["b"][..]), (1, "1"));
    assert_eq!(ledger.count("plain"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_stored_is_stored_later() {
    let (store, ledger) = (Unreliable::new(store()), Ledger::default());
    let inbox = Inbox::builder("acme", store.clone(), service(&ledger))
        .backoff(Backoff::constant(Duration::from_secs(1)))
        .start()
        .unwrap();
    store.finishes(Trouble::Fails(StoreErrorKind::Full));
    send(&inbox, "1", &created("plain")).await;
    send(&inbox, "2", &created("a")).await;
    // Its lease is extended meanwhile, so nothing else claims it.
    sleep(Duration::from_mins(10)).await;
    assert_eq!(state(&store, "1").await, Some(State::Running));
    store.finishes(Trouble::Calm);
    until(&store, "1", State::Done).await;
    until(&store, "2", State::Done).await;
    assert_eq!(ledger.count("plain"), 1, "without effects, it has succeeded once and for all");
    assert_eq!((ledger.count("a"), &store.store.table()["a"][..]), (2, "1"), "with effects, it is tried again");
}

#[tokio::test(start_paused = true)]
async fn the_health_recovers_without_new_deliveries() {
    let (store, ledger) = (Unreliable::new(store()), Ledger::default());
    let inbox = Inbox::start("acme", store.clone(), service(&ledger)).unwrap();
    store.inserts(Trouble::Fails(StoreErrorKind::Full));
    assert_eq!(send(&inbox, "1", &created("a")).await, "unavailable");
    for _ in 0..2 {
        assert_eq!(inbox.health().await.state, HealthState::Failing(StoreErrorKind::Full));
    }
    store.inserts(Trouble::Calm);
    assert_eq!(inbox.health().await.state, HealthState::Healthy);
}
