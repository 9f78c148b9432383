//! Deliveries whose last attempt has not ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{ClaimRequest, EventTypes, State, Store};
use webhook_inbox::{Inbox, MemoryStore};
use webhook_receiver::ReceiverService;

use crate::acme::{Acme, Created, EventType, created, receiver};
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
    let request = ClaimRequest {
        endpoint: "acme".to_owned(),
        event_types: EventTypes::Except(Vec::new()),
        lapsed: false,
        limit: 100,
        lease: 30 * SECOND,
    };
    assert_eq!(store.claim(&request).await.unwrap().len(), assets.len());
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
