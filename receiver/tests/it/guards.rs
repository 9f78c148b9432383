//! Replay guards: the suite for those who implement one, and leases that expire.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use webhook_receiver::testing::{block_on, check_replay_guard, request, secret, sign};
use webhook_receiver::{
    BodyDigest, BoxError, BoxFuture, FencingToken, Lease, LeaseState, MemoryGuard, Receiver, ReceiverService,
    ReplayGuard, Reservation, Verifier,
};

use crate::acme::{Acme, Ping};
use crate::log::Log;

const TTL: Duration = Duration::from_secs(30);

/// A small guard whose leases expire by the clock of the runtime. Clones share the rows, as processes share a database.
#[derive(Clone, Default)]
struct Table {
    rows: Arc<Mutex<Rows>>,
    fault: Option<Fault>,
    /// How long it takes to answer what it has applied at the end of a reservation.
    delay: Duration,
    extensions: Arc<AtomicUsize>,
    /// What a service says when a reservation is dropped.
    watched: Arc<OnceLock<ReceiverService<Acme>>>,
    was_idle: Arc<Mutex<Option<bool>>>,
}

#[derive(Default)]
struct Rows {
    last_token: u64,
    by_id: HashMap<String, Row>,
}

#[derive(Clone, Copy)]
struct Row {
    body: BodyDigest,
    token: FencingToken,
    expires: Instant,
    handled: bool,
}

/// A mistake that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ReserveFails,
    ReserveGrantsTwice,
    ReserveGrantsOtherBodies,
    ReserveInTwoSteps,
    ReserveReplacesBodies,
    TakeoverKeepsBody,
    NothingIsShared,
    HandledIsRunning,
    HandledExpires,
    CommitForgets,
    CommitRefuses,
    CommitIgnoresToken,
    CommitMakesRows,
    CommitHidesSuccess,
    CommitInTwoSteps,
    ReleaseDoesNothing,
    ReleaseIgnoresToken,
    ReleaseForgetsHandled,
    AbandonMarksHandled,
    AbandonIgnoresToken,
    AbandonForgetsHandled,
    ExtendDoesNothing,
    ExtendRefuses,
    ExtendIsPermanent,
    ExtendIgnoresToken,
    ExtendReopensHandled,
    LeaseIsPermanent,
    LeaseIsShort,
    TokenCountsPerRow,
    IdsIgnoreCase,
    IdsAreCut,
    IdsArePatterns,
    DigestsAreCut,
}

const FAULTS: [(Fault, &str); 33] = [
    (Fault::ReserveFails, "reserve"),
    (Fault::ReserveGrantsTwice, "exclusive"),
    (Fault::ReserveGrantsOtherBodies, "exclusive"),
    (Fault::ReserveInTwoSteps, "atomic"),
    (Fault::ReserveReplacesBodies, "commit"),
    (Fault::TakeoverKeepsBody, "expiry"),
    (Fault::NothingIsShared, "exclusive"),
    (Fault::HandledIsRunning, "commit"),
    (Fault::HandledExpires, "permanent"),
    (Fault::CommitForgets, "commit"),
    (Fault::CommitRefuses, "commit"),
    (Fault::CommitIgnoresToken, "fenced"),
    (Fault::CommitMakesRows, "fenced"),
    (Fault::CommitHidesSuccess, "truthful"),
    (Fault::CommitInTwoSteps, "atomic"),
    (Fault::ReleaseDoesNothing, "release"),
    (Fault::ReleaseIgnoresToken, "fenced"),
    (Fault::ReleaseForgetsHandled, "permanent"),
    (Fault::AbandonMarksHandled, "abandon"),
    (Fault::AbandonIgnoresToken, "fenced"),
    (Fault::AbandonForgetsHandled, "permanent"),
    (Fault::ExtendDoesNothing, "extend"),
    (Fault::ExtendRefuses, "extend"),
    (Fault::ExtendIsPermanent, "extend"),
    (Fault::ExtendIgnoresToken, "fenced"),
    (Fault::ExtendReopensHandled, "permanent"),
    (Fault::LeaseIsPermanent, "expiry"),
    (Fault::LeaseIsShort, "expiry"),
    (Fault::TokenCountsPerRow, "tokens"),
    (Fault::IdsIgnoreCase, "ids"),
    (Fault::IdsAreCut, "ids"),
    (Fault::IdsArePatterns, "ids"),
    (Fault::DigestsAreCut, "digests"),
];

impl Table {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// As another process opens it.
    fn open(&self) -> Self {
        if self.has(Fault::NothingIsShared) { Self { rows: Arc::default(), ..self.clone() } } else { self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn key(&self, id: &str) -> String {
        match self.fault {
            Some(Fault::IdsIgnoreCase) => id.to_lowercase(),
            Some(Fault::IdsAreCut) => id[..id.len().min(255)].to_owned(),
            Some(Fault::IdsArePatterns) => id.replace('%', "_"),
            _ => id.to_owned(),
        }
    }

    /// The state of an id that cannot be reserved.
    fn taken(&self, id: &str, body: BodyDigest) -> Option<Reservation> {
        let mut rows = self.lock();
        let row = rows.by_id.get_mut(&self.key(id))?;
        let expires = if self.has(Fault::LeaseIsShort) { row.expires - TTL * 2 / 3 } else { row.expires };
        let has_expired = expires <= Instant::now();
        if row.handled {
            let handled = Reservation::Handled(row.body);
            if self.has(Fault::ReserveReplacesBodies) {
                row.body = body;
            }
            return match self.fault {
                Some(Fault::HandledExpires) if has_expired => None,
                Some(Fault::HandledIsRunning) => Some(Reservation::Running),
                _ => Some(handled),
            };
        }
        let is_free = match self.fault {
            Some(Fault::ReserveGrantsTwice) => true,
            Some(Fault::ReserveGrantsOtherBodies) if row.body != body => true,
            Some(Fault::LeaseIsPermanent) => false,
            _ => has_expired,
        };
        (!is_free).then_some(Reservation::Running)
    }

    fn take(&self, id: &str, body: BodyDigest) -> Lease {
        let mut rows = self.lock();
        let old = rows.by_id.get(&self.key(id)).copied();
        rows.last_token += 1;
        let token = match self.fault {
            Some(Fault::TokenCountsPerRow) => old.map_or(1, |row| row.token.get() + 1),
            _ => rows.last_token,
        };
        let token = FencingToken::new(token);
        let mut stored = *body.as_bytes();
        if self.has(Fault::DigestsAreCut) {
            stored[31] = 0;
        }
        let body = match old {
            Some(row) if self.has(Fault::TakeoverKeepsBody) => row.body,
            _ => BodyDigest::from_bytes(stored),
        };
        let row = Row { body, token, expires: Instant::now() + TTL, handled: false };
        rows.by_id.insert(self.key(id), row);
        Lease::with_ttl(token, TTL)
    }

    /// Changes the row of a lease that is held.
    fn change(&self, id: &str, token: Option<FencingToken>, change: impl FnOnce(&mut Row)) -> LeaseState {
        let mut rows = self.lock();
        let row = rows.by_id.get_mut(&self.key(id));
        match row.filter(|row| !row.handled && token.is_none_or(|token| row.token == token)) {
            Some(row) => {
                change(row);
                LeaseState::Held
            }
            None => LeaseState::Expired,
        }
    }

    fn remove(&self, id: &str, token: Option<FencingToken>, even_handled: bool) {
        let (mut rows, key) = (self.lock(), self.key(id));
        let row = rows.by_id.get(&key);
        if row.is_some_and(|row| (!row.handled || even_handled) && token.is_none_or(|token| row.token == token)) {
            rows.by_id.remove(&key);
        }
    }
}

impl ReplayGuard for Table {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async {
            if let Some(taken) = self.taken(id, *body) {
                return Ok(taken);
            }
            match self.fault {
                Some(Fault::ReserveFails) => return Err("expected in this test".into()),
                Some(Fault::ReserveInTwoSteps) => tokio::task::yield_now().await,
                _ => {}
            }
            Ok(Reservation::Reserved(self.take(id, *body)))
        })
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        Box::pin(async move {
            self.extensions.fetch_add(1, Ordering::Relaxed);
            let expires = Instant::now() + TTL;
            Ok(match self.fault {
                Some(Fault::ExtendDoesNothing) => self.change(id, Some(token), |_| {}),
                Some(Fault::ExtendRefuses) => LeaseState::Expired,
                Some(Fault::ExtendIsPermanent) => self.change(id, Some(token), |row| row.expires = expires + 99 * TTL),
                Some(Fault::ExtendIgnoresToken) => self.change(id, None, |row| row.expires = expires),
                Some(Fault::ExtendReopensHandled) => {
                    if let Some(row) = self.lock().by_id.get_mut(id) {
                        row.handled = false;
                    }
                    self.change(id, Some(token), |row| row.expires = expires)
                }
                _ => self.change(id, Some(token), |row| row.expires = expires),
            })
        })
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        Box::pin(async move {
            let mut was_late = false;
            let state = match self.fault {
                Some(Fault::CommitForgets) => self.change(id, Some(token), |_| {}),
                Some(Fault::CommitRefuses) => LeaseState::Expired,
                Some(Fault::CommitIgnoresToken) => self.change(id, None, |row| row.handled = true),
                Some(Fault::CommitMakesRows) => {
                    let row = Row { body: BodyDigest::of(b""), token, expires: Instant::now(), handled: false };
                    self.lock().by_id.entry(id.to_owned()).or_insert(row);
                    self.change(id, Some(token), |row| row.handled = true)
                }
                Some(Fault::CommitInTwoSteps) => {
                    let state = self.change(id, Some(token), |_| {});
                    tokio::task::yield_now().await;
                    if state == LeaseState::Held { self.change(id, None, |row| row.handled = true) } else { state }
                }
                _ => self.change(id, Some(token), |row| {
                    was_late = row.expires <= Instant::now();
                    row.handled = true;
                }),
            };
            sleep(self.delay).await;
            Ok(if was_late && self.has(Fault::CommitHidesSuccess) { LeaseState::Expired } else { state })
        })
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            match self.fault {
                Some(Fault::ReleaseDoesNothing) => {}
                Some(Fault::ReleaseIgnoresToken) => self.remove(id, None, false),
                Some(Fault::ReleaseForgetsHandled) => self.remove(id, Some(token), true),
                _ => self.remove(id, Some(token), false),
            }
            sleep(self.delay).await;
            Ok(())
        })
    }

    fn abandon(&self, id: &str, token: FencingToken) {
        if let Some(service) = self.watched.get() {
            let is_idle = pin!(service.idle()).poll(&mut Context::from_waker(Waker::noop())).is_ready();
            *self.was_idle.lock().unwrap() = Some(is_idle);
        }
        match self.fault {
            Some(Fault::AbandonMarksHandled) => drop(self.change(id, Some(token), |row| row.handled = true)),
            Some(Fault::AbandonIgnoresToken) => self.remove(id, None, false),
            Some(Fault::AbandonForgetsHandled) => self.remove(id, Some(token), true),
            // The lease expires.
            _ => {}
        }
    }
}

async fn broken_rules<G: ReplayGuard>(open: impl AsyncFn() -> G) -> Vec<&'static str> {
    let violations = check_replay_guard(open, sleep).await.err().unwrap_or_default();
    violations.iter().map(|violation| violation.rule).collect()
}

#[tokio::test(start_paused = true)]
async fn sound_guards_keep_all_rules() {
    let memory = Arc::new(MemoryGuard::default());
    assert_eq!(check_replay_guard(async || Arc::clone(&memory), sleep).await, Ok(()));
    let table = Table::default();
    assert_eq!(check_replay_guard(async || table.open(), sleep).await, Ok(()));
    let erased: Arc<dyn ReplayGuard> = Arc::new(Table::default());
    assert_eq!(check_replay_guard(async || Arc::clone(&erased), sleep).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn each_fault_breaks_its_rule() {
    for (fault, rule) in FAULTS {
        let table = Table { fault: Some(fault), ..Table::default() };
        let broken = broken_rules(async || table.open()).await;
        assert!(broken.contains(&rule), "{fault:?} should break `{rule}`, and breaks {broken:?}");
    }
    let rules: BTreeSet<_> = FAULTS.iter().map(|(_, rule)| *rule).collect();
    assert_eq!(rules.len(), 14, "a rule without a fault that breaks it");
}

/// A guard whose leases do not expire, and which ignores that their holder was dropped.
#[derive(Default)]
struct Inattentive(MemoryGuard);

impl ReplayGuard for Inattentive {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        self.0.reserve(id, body)
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        self.0.extend(id, token)
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        self.0.commit(id, token)
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        self.0.release(id, token)
    }
}

#[tokio::test]
async fn a_lease_that_does_not_expire_must_be_released_when_it_is_dropped() {
    let guard = Arc::new(Inattentive::default());
    assert_eq!(broken_rules(async || Arc::clone(&guard)).await, ["abandon"]);
    let violations = check_replay_guard(async || Arc::clone(&guard), sleep).await.unwrap_err();
    let text = violations[0].to_string();
    assert!(text.starts_with("reserve: `reserve` should reserve `reserve-1`, and returned Running"), "{text}");
}

/// A process with a handler that takes this long.
fn process(guard: &Table, time: Duration, runs: &Arc<AtomicUsize>) -> ReceiverService<Acme> {
    let runs = Arc::clone(runs);
    Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .replay_guard(guard.open())
        .on(move |_: Ping| {
            runs.fetch_add(1, Ordering::Relaxed);
            sleep(time)
        })
        .into_service()
}

async fn send(service: ReceiverService<Acme>) -> u16 {
    let body = r#"{"eventType": "ping"}"#;
    let headers = sign(&secret(), "a", SystemTime::now(), body.as_bytes());
    service.respond(request(headers, body)).await.status().as_u16()
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_extended_while_its_handler_runs() {
    let (table, runs) = (Table::default(), Arc::default());
    let [here, there] = [(); 2].map(|()| process(&table, 10 * TTL, &runs));
    let (first, waiting) = (tokio::spawn(send(here.clone())), tokio::spawn(send(here.clone())));
    for _ in 0..9 {
        sleep(TTL).await;
        // Another process does not wait, and the sender tries again.
        assert_eq!(send(there.clone()).await, 503);
    }
    assert_eq!((first.await.unwrap(), waiting.await.unwrap()), (200, 200));
    assert_eq!(send(there).await, 200);
    assert_eq!(runs.load(Ordering::Relaxed), 1);

    // Nothing is extended any more.
    let extensions = table.extensions.load(Ordering::Relaxed);
    assert!((27..=30).contains(&extensions), "{extensions}");
    sleep(10 * TTL).await;
    assert_eq!(table.extensions.load(Ordering::Relaxed), extensions);
}

#[tokio::test(start_paused = true)]
async fn a_holder_whose_lease_has_expired_changes_nothing() {
    // Another attempt begins after the lease has expired, and ends before the first one or after it.
    for time in [TTL / 8, TTL / 2] {
        let table = Table { fault: Some(Fault::ExtendDoesNothing), ..Table::default() };
        let runs = Arc::default();
        let (here, there) = (process(&table, TTL * 3 / 2, &runs), process(&table, time, &runs));
        let first = tokio::spawn(send(here.clone()));
        sleep(TTL * 5 / 4).await;
        let second = tokio::spawn(send(there));
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (503, 200));
        assert_eq!(send(here).await, 200);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }
}

/// The extending task finds that the reservation has ended.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_to_answer_is_not_a_lost_reservation() {
    let log = Log::start();
    for fails in [false, true] {
        let table = Table { delay: 2 * TTL, ..Table::default() };
        let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
            .replay_guard(table.open())
            .replay_guard_timeout(3 * TTL)
            .on(move |_: Ping| async move { if fails { Err("expected in this test") } else { Ok(()) } })
            .into_service();
        assert_eq!(send(service).await, if fails { 500 } else { 200 });
        assert!(table.extensions.load(Ordering::Relaxed) > 0, "it was extended meanwhile");
    }
    assert!(!log.text().contains("has expired"), "{}", log.text());
    drop(log);

    // A reservation that has expired before that is one.
    let log = Log::start();
    let table = Table { fault: Some(Fault::ExtendRefuses), ..Table::default() };
    assert_eq!(send(process(&table, TTL, &Arc::default())).await, 200);
    assert!(log.text().contains("has expired while its handler runs"), "{}", log.text());
}

#[test]
fn a_receiver_is_not_idle_before_its_reservations_are_dropped() {
    let table = Table::default();
    let service = process(&table, TTL, &Arc::default());
    assert!(table.watched.set(service.clone()).is_ok());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        tokio::spawn(send(service.clone()));
        tokio::task::yield_now().await;
    });
    drop(runtime);
    assert_eq!(*table.was_idle.lock().unwrap(), Some(false));
    block_on(service.idle());
}

/// A store whose calls take this long. Only those to the end of a reservation are applied before.
struct Slow {
    table: Table,
    reserve: Duration,
    commit: Duration,
    release: Duration,
}

impl ReplayGuard for Slow {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async {
            sleep(self.reserve).await;
            self.table.reserve(id, body).await
        })
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        self.table.extend(id, token)
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        Box::pin(async move {
            sleep(self.commit).await;
            self.table.commit(id, token).await
        })
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            sleep(self.release).await;
            self.table.release(id, token).await
        })
    }
}

const NEVER: Duration = Duration::from_hours(24);

/// What a delivery is answered, and after how many seconds the service is idle.
async fn slow(table: &Table, [reserve, commit, release]: [Duration; 3], fails: bool) -> (u16, u64, u64) {
    let start = Instant::now();
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .replay_guard(Slow { table: table.open(), reserve, commit, release })
        .on(move |_: Ping| async move { if fails { Err("expected in this test") } else { Ok(()) } })
        .into_service();
    let status = send(service.clone()).await;
    let answered = start.elapsed().as_secs();
    service.idle().await;
    (status, answered, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_does_not_answer_holds_up_nothing() {
    const SOON: Duration = Duration::from_secs(1);
    const LATE: Duration = Duration::from_secs(15);

    for (calls, fails, expected) in [
        ([SOON, SOON, NEVER], false, (200, 2, 2)),
        ([SOON, NEVER, SOON], true, (500, 2, 2)),
        // The call goes on as long again, and then ends.
        ([NEVER, SOON, SOON], false, (503, 10, 20)),
        ([SOON, NEVER, SOON], false, (503, 11, 21)),
        ([SOON, SOON, NEVER], true, (500, 11, 21)),
        // Or it succeeds late. A reservation is released, which may take time as well.
        ([LATE, SOON, SOON], false, (503, 10, 16)),
        ([LATE, SOON, NEVER], false, (503, 10, 35)),
        ([SOON, LATE, SOON], false, (503, 11, 16)),
    ] {
        assert_eq!(slow(&Table::default(), calls, fails).await, expected, "{calls:?} {fails}");
    }

    // What was released late can be handled, and what was committed late was handled.
    for (calls, runs) in [([LATE, SOON, SOON], 1), ([SOON, LATE, SOON], 0)] {
        let (table, count) = (Table::default(), Arc::default());
        assert_eq!(slow(&table, calls, false).await.0, 503);
        assert_eq!(send(process(&table, SOON, &count)).await, 200);
        assert_eq!(count.load(Ordering::Relaxed), runs);
    }
}

/// Each call that is late occupies a place, so that they do not add up.
#[tokio::test(start_paused = true)]
async fn late_calls_are_limited() {
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .replay_guard(Slow { table: Table::default(), reserve: NEVER, commit: NEVER, release: NEVER })
        .replay_guard_timeout(Duration::from_secs(2))
        .max_concurrency(1)
        .on(|_: Ping| async {})
        .into_service();
    let start = Instant::now();
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push((send(service.clone()).await, start.elapsed().as_secs()));
        sleep(Duration::from_millis(1500)).await;
    }
    assert_eq!(answers, [(503, 2), (503, 3), (503, 7), (503, 8)]);
}
