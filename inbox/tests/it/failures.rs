//! Attempts that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{ClaimRequest, EventTypes, Selection, State, Store};
use webhook_inbox::{Backoff, Inbox};
use webhook_receiver::BoxError;

use crate::acme::{Created, EventType, Updated, created, receiver, updated};
use crate::support::{Ledger, entry, send, state, store, until};

#[tokio::test(start_paused = true)]
async fn r12_d07_f21_failed_attempts_are_repeated_then_dead() {
    let (store, ledger) = (store(), Ledger::default());
    let handler = {
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move {
                ledger.write(&event.asset, "attempt");
                match &event.asset[..] {
                    "fails" => return Err(BoxError::from("the index is down")),
                    "panics" => panic!("as expected"),
                    "hangs" => sleep(Duration::MAX).await,
                    "recovers" if ledger.count("recovers") < 3 => return Err("not yet".into()),
                    _ => {}
                }
                Ok(())
            }
        }
    };
    let inbox = Inbox::builder("acme", store.clone(), receiver().on(handler).into_service())
        .max_attempts(4)
        .concurrency(2)
        .attempt_timeout(Duration::from_secs(20))
        .backoff(Backoff::constant(Duration::from_secs(10)))
        .start()
        .unwrap();
    for asset in ["fails", "panics", "hangs", "recovers"] {
        assert_eq!(send(&inbox, asset, &created(asset)).await, "stored");
    }
    for (asset, reason) in [
        ("fails", "the index is down"),
        ("panics", "the handler panicked"),
        ("hangs", "the handler took longer than 20s"),
    ] {
        until(&store, asset, State::Dead).await;
        let entry = entry(&store, asset).await.unwrap();
        assert_eq!(entry.reason.as_deref(), Some(reason));
        assert_eq!((ledger.count(asset), entry.attempts), (4, 4));
        assert!(entry.bytes.is_some());
    }
    // Others proceed, and the places are free again.
    until(&store, "recovers", State::Done).await;
    assert_eq!(ledger.count("recovers"), 3);
    for number in 0..5 {
        let id = format!("other-{number}");
        send(&inbox, &id, &created(&id)).await;
        until(&store, &id, State::Done).await;
    }

    // Replaying counts from the beginning.
    let selection = Selection { ids: vec!["fails".to_owned()], ..Selection::default() };
    assert_eq!(inbox.replay(&selection).await.unwrap(), 1);
    until(&store, "fails", State::Dead).await;
    assert_eq!(ledger.count("fails"), 8);
}

#[tokio::test(start_paused = true)]
async fn delays_grow() {
    let (store, ledger) = (store(), Ledger::default());
    let start = Instant::now();
    let handler = {
        let ledger = ledger.clone();
        move |_: Created| {
            ledger.write("a", &start.elapsed().as_secs().to_string());
            async { Err::<(), _>("it fails") }
        }
    };
    let backoff = Backoff::new(Duration::from_secs(100), 3, Duration::from_secs(500));
    let inbox = Inbox::builder("acme", store.clone(), receiver().on(handler).into_service())
        .max_attempts(5)
        .backoff(backoff)
        .start()
        .unwrap();
    send(&inbox, "1", &created("a")).await;
    until(&store, "1", State::Dead).await;
    let times: Vec<u64> = ledger.of("a").iter().map(|time| time.parse().unwrap()).collect();
    let delays: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (delay, most) in delays.iter().zip([100, 300, 500, 500]) {
        assert!((most / 2..=most + 2).contains(delay), "{delays:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_kills_the_process_is_dead_after_its_last_attempt() {
    let (store, ledger) = (store(), Ledger::default());
    let service = || {
        let ledger = ledger.clone();
        let handler = move |event: Created| {
            let ledger = ledger.clone();
            async move { ledger.write(&event.asset, "handled") }
        };
        receiver().on(handler).into_service()
    };
    let inbox = Inbox::builder("acme", store.clone(), service()).without_workers().start().unwrap();
    send(&inbox, "killer", &created("killer")).await;
    // Three processes claim it and end.
    for attempt in 1..=3 {
        let request = ClaimRequest {
            endpoint: "acme".to_owned(),
            event_types: EventTypes::Except(Vec::new()),
            lapsed: attempt > 1,
            limit: 10,
            max_bytes: u64::MAX,
            lease: Duration::from_secs(30),
        };
        assert_eq!(store.claim(&request).await.unwrap()[0].attempt, attempt);
        sleep(Duration::from_secs(31)).await;
    }
    let worker = Inbox::builder("acme", store.clone(), service()).max_attempts(3).start().unwrap();
    until(&store, "killer", State::Dead).await;
    let entry = entry(&store, "killer").await.unwrap();
    assert_eq!(entry.reason.as_deref(), Some("the process ended in attempt 3"));
    assert_eq!(ledger.count("killer"), 0, "its handler did not run again");
    send(&worker, "other", &created("other")).await;
    until(&store, "other", State::Done).await;
}

#[tokio::test(start_paused = true)]
async fn concurrency_is_limited_in_all_and_by_event_type() {
    #[derive(Default)]
    struct Running {
        now: AtomicUsize,
        most: AtomicUsize,
    }
    impl Running {
        async fn run(&self) {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            sleep(Duration::from_secs(1)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let (all, special) = (Arc::new(Running::default()), Arc::new(Running::default()));
    let service = receiver()
        .on({
            let all = Arc::clone(&all);
            move |_: Created| {
                let all = Arc::clone(&all);
                async move { all.run().await }
            }
        })
        .on({
            let (all, special) = (Arc::clone(&all), Arc::clone(&special));
            move |_: Updated| {
                let (all, special) = (Arc::clone(&all), Arc::clone(&special));
                async move {
                    tokio::join!(all.run(), special.run());
                }
            }
        })
        .into_service();
    let store = store();
    let inbox = Inbox::builder("acme", store.clone(), service)
        .concurrency(5)
        .concurrency_of(EventType::Updated, 2)
        .start()
        .unwrap();
    for number in 0..20 {
        send(&inbox, &format!("u{number}"), &updated("a", "1")).await;
        send(&inbox, &format!("c{number}"), &created("a")).await;
    }
    for number in 0..20 {
        until(&store, &format!("u{number}"), State::Done).await;
        until(&store, &format!("c{number}"), State::Done).await;
    }
    assert_eq!(all.most.load(Ordering::SeqCst), 5);
    assert_eq!(special.most.load(Ordering::SeqCst), 2);
    assert_eq!(state(&store, "u0").await, Some(State::Done));
}

/// A delivery that waits for memory has not failed.
#[tokio::test(start_paused = true)]
async fn attempts_without_memory_do_not_count() {
    const HOUR: Duration = Duration::from_hours(1);

    let (store, ledger) = (store(), Ledger::default());
    let handler = {
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move {
                ledger.write(&event.asset, "attempt");
                if event.asset == "slow" {
                    sleep(HOUR).await;
                }
            }
        }
    };
    // While one is being handled, too little is left to decode another.
    let service = receiver().payload_memory(64 * 1024).on(handler).into_service();
    let inbox =
        Inbox::builder("acme", store.clone(), service).max_attempts(1).attempt_timeout(2 * HOUR).start().unwrap();
    send(&inbox, "slow", &created("slow")).await;
    sleep(Duration::from_secs(1)).await;
    send(&inbox, "quick", &created("quick")).await;
    sleep(HOUR / 2).await;
    assert_eq!((ledger.count("slow"), ledger.count("quick")), (1, 0));
    assert_ne!(state(&store, "quick").await, Some(State::Dead));
    for id in ["slow", "quick"] {
        until(&store, id, State::Done).await;
        assert_eq!(ledger.count(id), 1);
    }
}
