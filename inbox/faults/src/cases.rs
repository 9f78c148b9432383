//! The cases of `docs/reliability.md` that need neither another process nor a store that fails, with any store.

use std::collections::BTreeMap;
use std::future::pending;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use tokio::join;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use webhook_inbox::store::{Clock, Entry, Page, Selection, State, Store};
use webhook_inbox::{Backoff, Effects, Inbox, InboxBuilder, Retention};
use webhook_receiver::{BoxError, Delivery, Outcome};

use crate::Subject;
use crate::acme::{Acme, Created, Updated, created, receiver, signed, updated};

const DAY: Duration = Duration::from_hours(24);
const SLOW: Duration = Duration::from_millis(400);
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 3;

/// Checks replays and duplicates: rows R01 to R17, and D10.
///
/// # Panics
///
/// If one of them does not hold.
pub fn check_replays<S: Subject>(subject: S, folder: &Path) {
    let (found, expected) = run(subject, folder, async |cases| {
        let inbox = cases.inbox("acme").await;
        let store = inbox.store();
        let body = &created("a");

        // R01, R03: before and after it was handled. R09: when the vendor sends it again days later. R15: while old ones are
        // purged.
        assert_eq!(send(&inbox, "r01", body).await, "stored");
        assert_eq!(send(&inbox, "r01", body).await, "duplicate");
        until(store, "r01", State::Done).await;
        for later in [Duration::ZERO, Duration::from_mins(27 * 60 + 36), Duration::from_mins(75 * 60 + 36), 5 * DAY] {
            cases.advance(later);
            let retention = Retention::default();
            let (purged, outcome) = join!(store.purge(&retention, 500), send(&inbox, "r01", body));
            assert_eq!((purged.expect("the store purges"), outcome), (0, "duplicate"), "{later:?}");
        }
        // R04, R05.
        assert_eq!(send(&inbox, "r01", &created("b")).await, "conflict");
        assert_eq!(send(&inbox, "r05", body).await, "stored");

        // R06, R07: as in three processes.
        let inboxes = [cases.inbox("acme").await, cases.inbox("acme").await, inbox.clone()];
        let mut sent = JoinSet::new();
        for number in 0..60 {
            let inbox = inboxes[number % 3].clone();
            sent.spawn(async move { send(&inbox, "r06", &created("a")).await });
        }
        let mut outcomes = sent.join_all().await;
        outcomes.sort_unstable();
        assert_eq!((outcomes.len(), &outcomes[58..]), (60, &["duplicate", "stored"][..]));

        // R10, R11, D10: what is not authentic is not stored, and blocks nothing.
        let count = count(store).await;
        for number in 0..50 {
            let forged = signed(&format!("r11-{number}"), "another body");
            assert!(inbox.receive(&forged, body.clone()).await.is_err());
        }
        let mut forged = signed("another", body);
        forged.insert("webhook-id", "r10".parse().expect("an id is a header"));
        assert!(inbox.receive(&forged, body.clone()).await.is_err());
        assert_eq!(self::count(store).await, count);
        assert_eq!(send(&inbox, "r10", body).await, "stored");

        // R13: a retry while the handler runs for longer than a lease. R16: the clock steps meanwhile.
        assert_eq!(send(&inbox, "r13", &created("slow")).await, "stored");
        until(store, "r13", State::Running).await;
        assert_eq!(send(&inboxes[0], "r13", &created("slow")).await, "duplicate");
        cases.advance(DAY);
        sleep(SLOW / 4).await;
        cases.set_back(DAY + Duration::from_hours(1));
        assert_eq!(send(&inbox, "r16", body).await, "stored");

        // R14: the latest wins.
        let latest = cases.builder("latest").await.order_by("/asset").latest_by("/time").start();
        let latest = latest.expect("the settings are usable");
        for (id, time) in [("r14-later", "2026-01-01T00:00:09Z"), ("r14-earlier", "2026-01-01T00:00:05Z")] {
            assert_eq!(send(&latest, id, &updated("a", time)).await, "stored");
        }
        until(store, "r14-earlier", State::Done).await;

        // R17: another endpoint.
        let other = cases.inbox("other").await;
        assert_eq!(send(&other, "r05", body).await, "stored");
        settle(store).await;
        [("r01", 1), ("r05", 2), ("r06", 1), ("r10", 1), ("r13", 1), ("r16", 1), ("r14-later", 1)]
            .map(|(id, count)| (id.to_owned(), count))
            .into()
    });
    assert_eq!(found, expected);
}

/// Checks handlers that fail and processes that stop: rows R12, D06, D07, D11, F10, F15, F16, F17, F21.
///
/// # Panics
///
/// If one of them does not hold.
pub fn check_handlers<S: Subject>(subject: S, folder: &Path) {
    let (found, expected) = run(subject, folder, async |cases| {
        let mut expected = BTreeMap::new();
        let inbox = cases.inbox("acme").await;
        let store = inbox.store();

        // R12, D06, D07, F21: tried again, then dead; others are handled.
        for (id, asset) in [("fails", "fails"), ("panics", "panics"), ("hangs", "hangs"), ("r12", "fails once")] {
            assert_eq!(send(&inbox, id, &created(asset)).await, "stored");
        }
        assert_eq!(send(&inbox, "beside", &created("a")).await, "stored");
        for id in ["fails", "panics", "hangs"] {
            until(store, id, State::Dead).await;
            let entry = find(store, id).await.expect("it is listed");
            assert!(entry.attempts == ATTEMPTS && entry.reason.is_some() && entry.size.is_some(), "{entry:?}");
        }
        expected.extend(["r12", "beside"].map(|id| (id.to_owned(), 1)));

        // F10: shuffled, repeated, delayed, to two processes.
        let (mut random, other) = (Rng::with_seed(10), cases.inbox("acme").await);
        let mut ids: Vec<String> = (0..90).map(|number| format!("f10-{:02}", number % 40)).collect();
        random.shuffle(&mut ids);
        for id in ids {
            let to = if random.bool() { &inbox } else { &other };
            assert!(["stored", "duplicate"].contains(&send(to, &id, &created("a")).await));
            sleep(Duration::from_millis(random.u64(..3))).await;
            expected.insert(id, 1);
        }

        // F17: requests that are given up at any moment, then sent again.
        for number in 0..20 {
            let (id, inbox) = (format!("f17-{number:02}"), inbox.clone());
            let request = tokio::spawn({
                let (id, inbox) = (id.clone(), inbox.clone());
                async move { send(&inbox, &id, &created("a")).await }
            });
            sleep(Duration::from_micros(random.u64(..2000))).await;
            request.abort();
            assert!(["stored", "duplicate"].contains(&send(&inbox, &id, &created("a")).await));
            expected.insert(id, 1);
        }
        settle(store).await;
        assert!(other.drain(PATIENCE).await);

        // F15, D11: handlers end, and nothing more is claimed; what arrives waits in the store.
        assert_eq!(send(&inbox, "f15-slow", &created("slow")).await, "stored");
        until(store, "f15-slow", State::Running).await;
        let (is_drained, outcome) = join!(inbox.drain(PATIENCE), async {
            sleep(SLOW / 4).await;
            send(&inbox, "f15-waits", &created("a")).await
        });
        assert_eq!((is_drained, outcome), (true, "stored"));
        let states = [state(store, "f15-slow").await, state(store, "f15-waits").await];
        assert_eq!(states, [Some(State::Done), Some(State::Pending)]);

        // F16: a handler that does not end is dropped at the limit, without losing an attempt, and the next process handles it.
        let stuck = cases.inbox("acme").await;
        assert_eq!(send(&stuck, "f16", &created("hangs once")).await, "stored");
        until(store, "f16", State::Running).await;
        assert!(!stuck.drain(Duration::from_millis(20)).await);
        let next = cases.inbox("acme").await;
        until(next.store(), "f16", State::Done).await;
        settle(next.store()).await;
        expected.extend(["f15-slow", "f15-waits", "f16"].map(|id| (id.to_owned(), 1)));
        expected
    });
    assert_eq!(found, expected);
}

type Counts = BTreeMap<String, u64>;

/// Runs cases, which return the expected effects. Returns those that have happened, and those.
fn run<S: Subject>(subject: S, folder: &Path, cases: impl AsyncFnOnce(&Cases<'_, S>) -> Counts) -> (Counts, Counts) {
    let ahead = Arc::new(AtomicU64::new((10 * DAY).as_secs()));
    let state = Cases { subject: Arc::new(subject), folder, ahead, attempts: Arc::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let expected = runtime.expect("there should be a runtime").block_on(cases(&state));
    (state.subject.effects(folder), expected)
}

struct Cases<'a, S> {
    subject: Arc<S>,
    folder: &'a Path,
    /// How far the clock of the store is ahead, in seconds.
    ahead: Arc<AtomicU64>,
    /// How often each handler has begun.
    attempts: Arc<Mutex<Counts>>,
}

impl<S: Subject> Cases<'_, S> {
    fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    fn set_back(&self, by: Duration) {
        self.ahead.fetch_sub(by.as_secs(), Ordering::SeqCst);
    }

    async fn builder(&self, endpoint: &str) -> InboxBuilder<S::Store, Acme> {
        let ahead = Arc::clone(&self.ahead);
        let clock = Clock::new(move || SystemTime::now() + Duration::from_secs(ahead.load(Ordering::SeqCst)));
        let store = self.subject.open(self.folder, clock).await;
        let (subject, folder) = (Arc::clone(&self.subject), self.folder.to_owned());
        let attempts = Arc::clone(&self.attempts);
        let handle = move |asset: String, delivery: Delivery, effects: Effects<<S::Store as Store>::Effect>| {
            let id = delivery.id().unwrap_or_default().to_owned();
            let effect = subject.effect(&folder, &id);
            let attempts = Arc::clone(&attempts);
            async move {
                let attempt = {
                    let mut attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
                    let attempt = attempts.entry(id).or_default();
                    *attempt += 1;
                    *attempt
                };
                effects.add(effect)?;
                match &*asset {
                    "slow" => sleep(SLOW).await,
                    "fails once" | "hangs once" if attempt > 1 => {}
                    "fails" | "fails once" => return Err("it fails".into()),
                    "panics" => panic!("it panics"),
                    "hangs" | "hangs once" => pending().await,
                    _ => {}
                }
                Ok::<_, BoxError>(())
            }
        };
        let on_updated = handle.clone();
        let service = receiver()
            .on(move |event: Created, delivery: Delivery, effects: Effects<_>| handle(event.asset, delivery, effects))
            .on(move |event: Updated, delivery: Delivery, effects: Effects<_>| {
                on_updated(event.asset, delivery, effects)
            })
            .into_service();
        Inbox::builder(endpoint, store, service)
            .max_attempts(ATTEMPTS)
            .backoff(Backoff::constant(Duration::from_millis(10)))
            .lease(Duration::from_millis(300))
            .attempt_timeout(Duration::from_secs(1))
            .poll_interval(Duration::from_millis(20))
    }

    async fn inbox(&self, endpoint: &str) -> Inbox<S::Store, Acme> {
        self.builder(endpoint).await.start().expect("the settings are usable")
    }
}

/// The outcome of an attempt to deliver this body.
pub(crate) async fn send<S: Store>(inbox: &Inbox<S, Acme>, id: &str, body: &str) -> &'static str {
    inbox.receive(&signed(id, body), body.to_owned()).await.as_ref().map_or("refused", Outcome::name)
}

async fn find<S: Store>(store: &S, id: &str) -> Option<Entry> {
    let selection = Selection { ids: vec![id.to_owned()], ..Selection::default() };
    let page = Page { after: 0, limit: 1, max_bytes: None };
    store.list(&selection, &page).await.expect("the store lists").pop()
}

async fn state<S: Store>(store: &S, id: &str) -> Option<State> {
    find(store, id).await.map(|entry| entry.state)
}

async fn count<S: Store>(store: &S) -> usize {
    let page = Page { after: 0, limit: 1000, max_bytes: None };
    store.list(&Selection::default(), &page).await.expect("the store lists").len()
}

async fn until<S: Store>(store: &S, id: &str, expected: State) {
    let deadline = Instant::now() + PATIENCE;
    while state(store, id).await != Some(expected) {
        assert!(Instant::now() < deadline, "{id} is {:?}, not {expected:?}", find(store, id).await);
        sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until nothing is pending or running.
pub(crate) async fn settle<S: Store>(store: &S) {
    let deadline = Instant::now() + PATIENCE;
    for endpoint in store.endpoints().await.expect("the store lists endpoints") {
        while store.stats(&endpoint).await.expect("the store counts").oldest.is_some() {
            assert!(Instant::now() < deadline, "something of {endpoint} is left");
            sleep(Duration::from_millis(5)).await;
        }
    }
}
