//! Rows R of the cases: replays and duplicates.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_join::join_all;
use tokio::time::sleep;
use webhook_inbox::store::{State, Store};
use webhook_inbox::testing::ManualClock;
use webhook_inbox::{Effects, Inbox, MemoryEffect, MemoryStore, MemoryTable, Retention};
use webhook_receiver::ReceiverService;

use crate::acme::{Acme, Created, created, receiver};
use crate::support::{DAY, Ledger, send, state, store, until};
use crate::unreliable::Unreliable;

/// Waits for all at once.
mod futures_join {
    use tokio::task::JoinSet;

    pub(super) async fn join_all<T: Send + 'static>(
        futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        futures.into_iter().collect::<JoinSet<T>>().join_all().await
    }
}

fn counting(ledger: &Ledger) -> ReceiverService<Acme> {
    let ledger = ledger.clone();
    let handler = move |event: Created| {
        let ledger = ledger.clone();
        async move { ledger.write(&event.asset, "created") }
    };
    receiver().on(handler).into_service()
}

#[tokio::test(start_paused = true)]
async fn r01_r03_r04_r05_r09() {
    let (clock, ledger) = (ManualClock::default(), Ledger::default());
    let store = MemoryStore::with_clock(clock.clock());
    let inbox = Inbox::start("acme", store.clone(), counting(&ledger)).unwrap();
    assert_eq!(send(&inbox, "1", &created("a")).await, "stored");
    // Before and after it was handled, and when the vendor sends it again days later.
    assert_eq!(send(&inbox, "1", &created("a")).await, "duplicate");
    until(&store, "1", State::Done).await;
    for later in [Duration::ZERO, Duration::from_mins(27 * 60 + 36), Duration::from_mins(75 * 60 + 36), 5 * DAY] {
        clock.advance(later);
        // There is a purge each minute.
        sleep(Duration::from_mins(2)).await;
        assert_eq!(send(&inbox, "1", &created("a")).await, "duplicate", "{later:?}");
    }
    // R04 and R05.
    assert_eq!(send(&inbox, "1", &created("b")).await, "conflict");
    assert_eq!(send(&inbox, "2", &created("a")).await, "stored");
    until(&store, "2", State::Done).await;
    assert_eq!((ledger.count("a"), ledger.count("b")), (2, 0));
    // After its retention, it is unknown.
    clock.advance(14 * DAY);
    sleep(Duration::from_mins(2)).await;
    assert_eq!(state(&store, "1").await, None);
    assert_eq!(send(&inbox, "1", &created("a")).await, "stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r06_r07_f09_identical_deliveries_at_once() {
    let (store, ledger) = (MemoryStore::new(), Ledger::default());
    // As in three processes.
    let inboxes: Vec<_> = (0..3).map(|_| Inbox::start("acme", store.clone(), counting(&ledger)).unwrap()).collect();
    let sent = (0..150).map(|number| {
        let inbox = inboxes[number % 3].clone();
        async move { send(&inbox, "1", &created("a")).await }
    });
    let outcomes = join_all(sent).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "stored").count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "duplicate").count(), 149);
    until(&store, "1", State::Done).await;
    assert_eq!(ledger.count("a"), 1);
}

/// The store has two batches at the same time, each of which takes some time before and after its commit.
#[tokio::test(start_paused = true)]
async fn identical_deliveries_in_two_batches_at_once() {
    let (store, ledger) = (store(), Ledger::default());
    let slow = Unreliable::with_jitter(store.clone(), 1);
    let inbox = Inbox::start("acme", slow.clone(), counting(&ledger)).unwrap();
    for round in 0..20 {
        let sent = (0..100).map(|number| {
            let (inbox, id) = (inbox.clone(), format!("{round}-{}", number % 7));
            async move {
                sleep(Duration::from_millis(number / 2)).await;
                (send(&inbox, &id, &created(&id)).await, id)
            }
        });
        let mut outcomes = join_all(sent).await;
        outcomes.retain(|(outcome, _)| *outcome != "duplicate");
        outcomes.sort();
        let expected: Vec<_> = (0..7).map(|number| ("stored", format!("{round}-{number}"))).collect();
        assert_eq!(outcomes, expected);
        for (_, id) in expected {
            until(&store, &id, State::Done).await;
            assert_eq!(ledger.count(&id), 1);
        }
    }
    assert_eq!(slow.most_inserts.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn r13_a_retry_while_a_slow_handler_runs() {
    let (store, ledger) = (store(), Ledger::default());
    let slow = {
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move {
                ledger.write(&event.asset, "created");
                sleep(Duration::from_mins(5)).await;
            }
        }
    };
    // Two processes: the lease of 30 s is extended, so the other one does not take it.
    let here = Inbox::start("acme", store.clone(), receiver().on(slow).into_service()).unwrap();
    let there = Inbox::start("acme", store.clone(), counting(&ledger)).unwrap();
    there.drain(Duration::ZERO).await;
    assert_eq!(send(&here, "1", &created("a")).await, "stored");
    let other = Inbox::start("acme", store.clone(), counting(&ledger)).unwrap();
    sleep(Duration::from_secs(35)).await;
    assert_eq!(send(&other, "1", &created("a")).await, "duplicate");
    until(&store, "1", State::Done).await;
    assert_eq!(ledger.count("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn r16_f18_the_clock_steps_while_a_handler_runs() {
    let (clock, ledger) = (ManualClock::default(), Ledger::default());
    let store = MemoryStore::with_clock(clock.clock());
    let slow = {
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move {
                ledger.write(&event.asset, "created");
                sleep(Duration::from_mins(5)).await;
            }
        }
    };
    let inbox = Inbox::start("acme", store.clone(), receiver().on(slow).into_service()).unwrap();
    send(&inbox, "1", &created("a")).await;
    sleep(Duration::from_secs(5)).await;
    // All leases seem to have lapsed; then the clock is set back.
    clock.advance(DAY);
    sleep(Duration::from_secs(20)).await;
    send(&inbox, "2", &created("b")).await;
    sleep(Duration::from_secs(5)).await;
    clock.set(clock.now() - DAY - Duration::from_hours(1));
    send(&inbox, "3", &created("c")).await;
    for (id, asset) in [("1", "a"), ("2", "b"), ("3", "c")] {
        sleep(Duration::from_mins(6)).await;
        assert_eq!(state(&store, id).await, Some(State::Done));
        assert_eq!(ledger.count(asset), 1, "{asset}");
        assert_eq!(send(&inbox, id, &created(asset)).await, "duplicate");
    }
}

#[tokio::test(start_paused = true)]
async fn r15_a_purge_while_a_duplicate_arrives() {
    let (clock, ledger) = (ManualClock::default(), Ledger::default());
    let store = MemoryStore::with_clock(clock.clock());
    let inbox = Inbox::start("acme", store.clone(), counting(&ledger)).unwrap();
    send(&inbox, "1", &created("a")).await;
    until(&store, "1", State::Done).await;
    clock.advance(13 * DAY);
    let purge = async { store.purge(&Retention::default(), 500).await.unwrap() };
    let body = created("a");
    let (_, outcome) = tokio::join!(purge, send(&inbox, "1", &body));
    assert_eq!(outcome, "duplicate");
    assert_eq!(ledger.count("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn r17_two_endpoints_with_the_same_id() {
    let (store, a, b) = (store(), Ledger::default(), Ledger::default());
    let first = Inbox::start("first", store.clone(), counting(&a)).unwrap();
    let second = Inbox::start("second", store.clone(), counting(&b)).unwrap();
    assert_eq!(send(&first, "1", &created("a")).await, "stored");
    assert_eq!(send(&second, "1", &created("a")).await, "stored");
    sleep(Duration::from_secs(1)).await;
    assert_eq!((a.count("a"), b.count("a")), (1, 1));
}

#[test]
fn r18_a_retention_below_four_days() {
    assert!(Retention::default().seen(4 * DAY).is_ok());
    let error = Retention::default().seen((4 * DAY).saturating_sub(Duration::from_secs(1))).unwrap_err();
    assert!(error.to_string().contains("seen_shorter_than_the_sender_retries"), "{error}");
    let short = Retention::default().seen_shorter_than_the_sender_retries(DAY);
    assert_eq!(short.of_seen(), DAY);
}

/// `docs/inbox.md` says both.
#[tokio::test(start_paused = true)]
async fn what_a_clock_that_is_set_can_do_with_two_processes() {
    let (clock, began) = (ManualClock::default(), Ledger::default());
    let store = MemoryStore::with_clock(clock.clock());
    let start = || {
        let began = began.clone();
        let handler = move |event: Created, effects: Effects<MemoryEffect>| {
            let began = began.clone();
            async move {
                began.write(&event.asset, "began");
                sleep(Duration::from_mins(5)).await;
                effects.add(move |table: &mut MemoryTable| {
                    let count = table.get(&event.asset).map_or(0, |count| count.parse().unwrap_or(0));
                    table.insert(event.asset, (count + 1).to_string());
                    Ok(())
                })
            }
        };
        Inbox::start("acme", store.clone(), receiver().on(handler).into_service()).unwrap()
    };
    let inbox = start();
    send(&inbox, "1", &created("a")).await;
    // So that the other one looks first after the step.
    sleep(Duration::from_millis(300)).await;
    let _other = start();
    sleep(Duration::from_millis(12_900)).await;
    clock.advance(Duration::from_mins(1));
    until(&store, "1", State::Done).await;
    assert_eq!(began.count("a"), 2, "another process can handle what runs");
    assert_eq!(store.table().get("a").map(String::as_str), Some("1"), "effects happen once");

    inbox.pause().await.unwrap();
    send(&inbox, "2", &created("b")).await;
    clock.set(clock.now() - Duration::from_hours(1));
    inbox.resume().await.unwrap();
    sleep(Duration::from_mins(10)).await;
    assert_eq!(state(&store, "2").await, Some(State::Pending), "it waits for as long as the clock was set back");
    clock.advance(Duration::from_hours(1));
    until(&store, "2", State::Done).await;
}
