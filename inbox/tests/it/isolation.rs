//! Deliveries whose last attempt has not ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{ClaimRequest, EventTypes, State, Store};
use webhook_inbox::{Inbox, MemoryStore};
use webhook_receiver::ReceiverService;

use crate::acme::{Acme, Created, EventType, Updated, created, receiver, updated};
use crate::support::{entry, send, state, store, until};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// When handlers ran, by asset, in seconds.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(String, u64, u64)>>>);

impl Log {
    /// A handler takes as long as the asset says: a name that begins with `long` takes an hour, others a second.
    fn service(&self) -> ReceiverService<Acme> {
        let (log, start) = (self.clone(), Instant::now());
        let handler = move |event: Created| {
            let log = log.clone();
            async move {
                let began = start.elapsed().as_secs();
                sleep(if event.asset.starts_with("long") { HOUR } else { SECOND }).await;
                log.0.lock().unwrap().push((event.asset.clone(), began, start.elapsed().as_secs()));
            }
        };
        receiver().on(handler).into_service()
    }

    fn of(&self, asset: &str) -> (u64, u64) {
        let log = self.0.lock().unwrap();
        let (_, began, ended) = log.iter().find(|(name, ..)| name == asset).unwrap();
        (*began, *ended)
    }

    /// The handlers that ran at the same time as this one.
    fn beside(&self, asset: &str) -> Vec<String> {
        let (began, ended) = self.of(asset);
        let log = self.0.lock().unwrap();
        let others = log.iter().filter(|(name, other, until)| name != asset && *other < ended && *until > began);
        others.map(|(name, ..)| name.clone()).collect()
    }
}

/// Stores these, as another process that claims them and ends.
async fn lapsed(store: &MemoryStore, log: &Log, assets: &[&str]) {
    let inbox = Inbox::builder("acme", store.clone(), log.service()).without_workers().start().unwrap();
    for asset in assets {
        assert_eq!(send(&inbox, asset, &created(asset)).await, "stored");
    }
    lapse(store, assets.len()).await;
}

/// Claims this number of pending deliveries, and lets their leases lapse.
async fn lapse(store: &MemoryStore, count: usize) {
    let request = ClaimRequest {
        endpoint: "acme".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed: false,
        limit: 100,
        max_bytes: u64::MAX,
        lease: 30 * SECOND,
    };
    assert_eq!(store.claim(&request).await.unwrap().len(), count);
    sleep(31 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn d07_what_may_have_ended_a_process_is_handled_alone() {
    let (store, log) = (store(), Log::default());
    let others: Vec<String> = (0..40).map(|number| format!("other-{number}")).collect();
    lapsed(&store, &log, &["a", "b", "c", "d"]).await;
    let inbox =
        Inbox::builder("acme", store.clone(), log.service()).concurrency_of(EventType::Created, 8).start().unwrap();
    for id in &others {
        send(&inbox, id, &created(id)).await;
    }
    for id in ["a", "b", "c", "d"] {
        until(&store, id, State::Done).await;
        assert_eq!(log.beside(id), Vec::<String>::new(), "beside {id}");
    }
    // Others get their turn in between, as many at once as before.
    assert!(log.of("d").0 > log.of("other-0").1);
    for id in &others {
        until(&store, id, State::Done).await;
    }
    assert_eq!(log.beside("other-0").len(), 7);
}

/// Else deliveries would wait for each other for as long as handlers may take.
#[tokio::test(start_paused = true)]
async fn a_handler_that_has_run_for_a_lease_is_not_waited_for() {
    let (store, log) = (store(), Log::default());
    let running =
        Inbox::builder("acme", store.clone(), log.service()).concurrency(4).attempt_timeout(2 * HOUR).start().unwrap();
    send(&running, "long", &created("long")).await;
    until(&store, "long", State::Running).await;
    lapsed(&store, &log, &["a", "long-too", "b"]).await;
    send(&running, "other", &created("other")).await;
    for id in ["a", "b", "other"] {
        until(&store, id, State::Done).await;
        assert!(log.of(id).1 < 300, "{id}: {:?}", log.of(id));
    }
    assert_eq!(state(&store, "long-too").await, Some(State::Running));
    for id in ["long", "long-too"] {
        until(&store, id, State::Done).await;
    }
    assert_eq!(entry(&store, "long-too").await.unwrap().reason, None);
}

#[tokio::test(start_paused = true)]
async fn nothing_lapsed_is_claimed_once_the_inbox_drains() {
    let (store, log) = (store(), Log::default());
    lapsed(&store, &log, &["long", "a"]).await;
    let inbox = Inbox::builder("acme", store.clone(), log.service()).attempt_timeout(2 * HOUR).start().unwrap();
    sleep(SECOND).await;
    assert!(inbox.drain(2 * HOUR).await, "the handler has ended");
    assert_eq!(state(&store, "long").await, Some(State::Done));
    assert_eq!(entry(&store, "a").await.unwrap().attempts, 1);
}

/// Else each isolated delivery would wait for it as long again, while its places are free.
#[tokio::test(start_paused = true)]
async fn a_handler_that_has_run_for_a_lease_delays_others_once() {
    let (store, log) = (store(), Log::default());
    let running = Inbox::builder("acme", store.clone(), log.service()).attempt_timeout(2 * HOUR).start().unwrap();
    send(&running, "long", &created("long")).await;
    until(&store, "long", State::Running).await;
    let many: Vec<String> = (0..20).map(|number| format!("lapsed-{number}")).collect();
    running.pause().await.unwrap();
    let only_stores = Inbox::builder("acme", store.clone(), log.service()).without_workers().start().unwrap();
    for id in &many {
        send(&only_stores, id, &created(id)).await;
    }
    store.set_paused("acme", false).await.unwrap();
    lapse(&store, many.len()).await;
    let begin = Instant::now();
    for number in 0..300 {
        let id = format!("other-{number}");
        send(&running, &id, &created(&id)).await;
    }
    until(&store, "other-299", State::Done).await;
    for id in &many {
        until(&store, id, State::Done).await;
        // The long one is not in the log yet.
        assert_eq!(log.beside(id), Vec::<String>::new(), "beside {id}");
    }
    // Each isolated one and each round of 15 others takes a second.
    assert!(begin.elapsed() < Duration::from_mins(1), "{:?}", begin.elapsed());
    assert_eq!(state(&store, "long").await, Some(State::Running));
}

/// A lapsed delivery of an event type with one place, and a backlog of others. Returns when it is handled, and when `count` of
/// another event type are, in seconds.
async fn limited(handler: Duration, count: usize) -> (u64, u64) {
    let store = store();
    let service = || {
        let limited = move |_: Created| sleep(handler);
        let other = |_: Updated| sleep(SECOND);
        receiver().on(limited).on(other).into_service()
    };
    let only_stores = Inbox::builder("acme", store.clone(), service()).without_workers().start().unwrap();
    send(&only_stores, "lapsed", &created("a")).await;
    let request = ClaimRequest {
        endpoint: "acme".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed: false,
        limit: 1,
        max_bytes: u64::MAX,
        lease: 10 * SECOND,
    };
    assert_eq!(store.claim(&request).await.unwrap().len(), 1);
    for number in 0..60 {
        send(&only_stores, &format!("limited-{number}"), &created("a")).await;
    }
    for number in 0..count {
        send(&only_stores, &format!("other-{number}"), &updated("a", "2026-01-01T00:00:00Z")).await;
    }
    let begin = Instant::now();
    let _inbox = Inbox::builder("acme", store.clone(), service())
        .concurrency(4)
        .concurrency_of(EventType::Created, 1)
        .start()
        .unwrap();
    let last = format!("other-{}", count - 1);
    let when = async |id| {
        until(&store, id, State::Done).await;
        begin.elapsed().as_secs()
    };
    tokio::join!(when("lapsed"), when(&last))
}

#[tokio::test(start_paused = true)]
async fn a_lapsed_delivery_of_an_event_type_whose_places_are_occupied_is_next() {
    // It can be claimed after 10 s.
    let (lapsed, _) = limited(SECOND, 200).await;
    assert!((10..=14).contains(&lapsed), "{lapsed} s");
}

#[tokio::test(start_paused = true)]
async fn that_is_so_if_each_handler_takes_longer_than_a_lease() {
    // The first one runs until 100 s. Others wait for it once, from 10 s to 30 s, and for the lapsed one for a lease.
    let (lapsed, others) = limited(Duration::from_secs(100), 200).await;
    assert!((200..=201).contains(&lapsed), "{lapsed} s");
    assert!(others < 100, "{others} s");
}
