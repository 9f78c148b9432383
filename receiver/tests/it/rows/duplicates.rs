//! Deliveries that come more than once.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use webhook_receiver::http::{Request, Response};
use webhook_receiver::testing::{request, secret, sign, sign_as, text_secret};
use webhook_receiver::{
    BodyDigest, BoxError, BoxFuture, Fallback, FencingToken, HmacScheme, Lease, LeaseState, MemoryGuard, Receiver,
    ReceiverService, ReplayGuard, Reservation, StandardWebhooks, Unrouted, Verifier,
};

use http_body_util::Full;
use webhook_receiver::bytes::Bytes;

use super::{assert_complete, assert_named, read};
use crate::acme::{Acme, Ping};
use crate::log::Log;
use crate::patience::PATIENCE;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    row: String,
    what: String,
    by: Option<String>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    id: String,
    #[serde(default)]
    at: u64,
    clock: Option<u64>,
    #[serde(default)]
    endpoint: usize,
    #[serde(default = "one")]
    count: u32,
    #[serde(default)]
    forged: bool,
    #[serde(default)]
    fails: bool,
    status: u16,
    runs: usize,
    outcome: Option<String>,
}

fn one() -> u32 {
    1
}

/// The input and output of the handlers.
#[derive(Default)]
struct Stage {
    clock: AtomicU64,
    fails: AtomicBool,
    runs: AtomicUsize,
    outcomes: Mutex<Vec<&'static str>>,
}

const EPOCH: Duration = Duration::from_secs(1_700_000_000);

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + EPOCH + Duration::from_secs(seconds)
}

fn endpoint(stage: &Arc<Stage>) -> ReceiverService<Acme> {
    let (clock, handling, observing) = (Arc::clone(stage), Arc::clone(stage), Arc::clone(stage));
    let verifier = Verifier::builder(StandardWebhooks::DEFAULT)
        .secret(secret())
        .clock(move || time(clock.clock.load(Ordering::Relaxed)))
        .build()
        .unwrap();
    Receiver::<Acme>::new(verifier)
        .on(move |_: Ping| {
            handling.runs.fetch_add(1, Ordering::Relaxed);
            std::future::ready(if handling.fails.load(Ordering::Relaxed) {
                Err("expected in this test")
            } else {
                Ok(())
            })
        })
        .on_outcome(move |observed| observing.outcomes.lock().unwrap().push(observed.outcome.name()))
        .into_service()
}

fn cases() -> Vec<Case> {
    read(include_str!("../../cases/duplicates.toml"))
}

#[test]
fn every_row_has_a_case() {
    let cases = cases();
    let rows = ["01", "02", "03", "04", "05", "06", "10", "11", "12", "13", "16", "17"];
    assert_complete(cases.iter().map(|case| &*case.row), rows.map(|number| format!("R{number}")));
    cases.iter().filter_map(|case| case.by.as_deref()).for_each(assert_named);
}

#[tokio::test]
async fn step_by_step() {
    for Case { row, what, steps, .. } in cases() {
        let stage = Arc::new(Stage::default());
        let endpoints = [endpoint(&stage), endpoint(&stage)];
        for (number, step) in steps.iter().enumerate() {
            stage.clock.store(step.clock.unwrap_or(step.at), Ordering::Relaxed);
            stage.fails.store(step.fails, Ordering::Relaxed);
            let body = format!(r#"{{"eventType": "ping", "count": {}}}"#, step.count);
            let signed = if step.forged { "something else" } else { &*body };
            let headers = sign(&secret(), &step.id, time(step.at), signed.as_bytes());
            let status = endpoints[step.endpoint].respond(request(headers, body)).await.status();
            let runs = stage.runs.load(Ordering::Relaxed);
            assert_eq!((status.as_u16(), runs), (step.status, step.runs), "{row} {what}, step {number}");
            let outcome = stage.outcomes.lock().unwrap().last().copied();
            assert!(
                step.outcome.is_none() || step.outcome.as_deref() == outcome,
                "{row} {what}, step {number}: {outcome:?}"
            );
        }
    }
}

/// A receiver whose handlers wait for a permit each, and fail if they must or when the gate is closed.
struct Gated {
    service: ReceiverService<Acme>,
    guard: Arc<MemoryGuard>,
    gate: Arc<Semaphore>,
    begun: Arc<Notify>,
    runs: Arc<AtomicUsize>,
    fail: Arc<AtomicBool>,
    outcomes: Arc<Mutex<Vec<&'static str>>>,
}

impl Gated {
    fn new() -> Self {
        let (guard, gate, begun, runs) = (Arc::default(), Arc::new(Semaphore::new(0)), Arc::default(), Arc::default());
        let (fail, outcomes) = (Arc::default(), Arc::<Mutex<Vec<_>>>::default());
        let parts = (Arc::clone(&gate), Arc::clone(&begun), Arc::clone(&runs), Arc::clone(&fail));
        let observed = Arc::clone(&outcomes);
        let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
            .replay_guard(Arc::clone(&guard))
            .on(move |_: Ping| {
                let (gate, begun, runs, fail): (Arc<Semaphore>, Arc<Notify>, Arc<AtomicUsize>, Arc<AtomicBool>) =
                    parts.clone();
                async move {
                    runs.fetch_add(1, Ordering::SeqCst);
                    begun.notify_one();
                    gate.acquire().await?.forget();
                    if fail.load(Ordering::SeqCst) {
                        Err("expected in this test".into())
                    } else {
                        Ok::<_, BoxError>(())
                    }
                }
            })
            .on_outcome(move |seen| observed.lock().unwrap().push(seen.outcome.name()))
            .into_service();
        Self { service, guard, gate, begun, runs, fail, outcomes }
    }

    fn send(&self, id: &'static str) -> JoinHandle<u16> {
        let service = self.service.clone();
        tokio::spawn(async move { service.respond(ping(id)).await.status().as_u16() })
    }

    /// Sends the same delivery again, rendered anew.
    async fn send_other_bytes(&self, id: &str) -> Response<Full<Bytes>> {
        let body = r#"{"eventType":"ping"}"#;
        self.service.respond(request(sign(&secret(), id, SystemTime::now(), body.as_bytes()), body)).await
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

fn ping(id: &str) -> Request<Full<Bytes>> {
    let body = r#"{"eventType": "ping"}"#;
    request(sign(&secret(), id, SystemTime::now(), body.as_bytes()), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r06_many_at_once() {
    let gated = Gated::new();
    let answers: Vec<_> = (0..50).map(|_| gated.send("a")).collect();
    gated.begun.notified().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(answers.iter().all(|answer| !answer.is_finished()), "an answer came before the commit");
    gated.gate.add_permits(1);
    for answer in answers {
        assert_eq!(answer.await.unwrap(), 200);
    }
    assert_eq!((gated.runs(), gated.guard.len()), (1, 1));
}

/// Requests without a right signature, each with an id of its own.
async fn unsigned(count: u32) {
    let gated = Gated::new();
    gated.gate.add_permits(1);
    assert_eq!(gated.send("a").await.unwrap(), 200);
    let mut forged = ping("x");
    for number in 0..count {
        forged.headers_mut().insert("webhook-id", number.into());
        assert_eq!(gated.service.respond(forged.clone()).await.status(), 401);
    }
    // Nothing came in, and nothing was pushed out.
    assert_eq!((gated.guard.len(), gated.runs()), (1, 1));
    assert_eq!(gated.send("a").await.unwrap(), 200);
    assert_eq!(gated.runs(), 1);
}

#[tokio::test]
async fn r11_unsigned_requests_leave_no_trace() {
    unsigned(10_000).await;
}

#[tokio::test]
#[ignore = "takes a while without optimization: docs/receiver.md has the command and its result"]
async fn r11_a_million_unsigned_requests_leave_no_trace() {
    unsigned(1_000_000).await;
}

#[tokio::test]
async fn r13_a_retry_waits_for_the_first() {
    let gated = Gated::new();
    // The sender of the first gives up, and its handler goes on.
    let first = gated.send("a");
    gated.begun.notified().await;
    first.abort();
    let second = gated.send("a");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!second.is_finished());
    gated.gate.add_permits(1);
    assert_eq!(second.await.unwrap(), 200);
    assert_eq!(gated.runs(), 1);

    // What waits for a failure has failed.
    let first = gated.send("b");
    gated.begun.notified().await;
    let second = gated.send("b");
    tokio::time::sleep(Duration::from_millis(50)).await;
    gated.gate.close();
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (500, 500));
    assert_eq!((gated.runs(), gated.guard.len()), (2, 1));
}

/// A failure is logged once, however many copies wait for it, and each of them has its text.
#[tokio::test]
async fn copies_of_a_failure_are_not_logged_as_failures() {
    let log = Log::start();
    let (gate, errors) = (Arc::new(Semaphore::new(0)), Arc::<Mutex<Vec<String>>>::default());
    let (entry, seen) = (Arc::clone(&gate), Arc::clone(&errors));
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .on(move |_: Ping| {
            let entry = Arc::clone(&entry);
            async move { entry.acquire().await.map(|_| ()) }
        })
        .on_error(move |_, error| seen.lock().unwrap().push(error.to_string()))
        .into_service();
    let answers = [(); 10].map(|()| {
        let service = service.clone();
        tokio::spawn(async move { service.respond(ping("a")).await.status().as_u16() })
    });
    tokio::task::yield_now().await;
    gate.close();
    for answer in answers {
        assert_eq!(answer.await.unwrap(), 500);
    }
    assert_eq!(*errors.lock().unwrap(), ["semaphore closed"; 10]);
    let text = log.text();
    let lines =
        |level: &str| text.lines().filter(|line| line.contains(level) && line.contains(" failed: semaphore")).count();
    assert_eq!((lines(" ERROR "), lines(" DEBUG ")), (1, 9), "{text}");
}

#[tokio::test]
async fn r04_other_bytes_while_the_first_runs() {
    // The first succeeds.
    let gated = Gated::new();
    let first = gated.send("a");
    gated.begun.notified().await;
    let second = gated.send_other_bytes("a").await;
    assert_eq!(second.status(), 503);
    assert_eq!(second.headers()["retry-after"], "10");
    gated.gate.add_permits(1);
    assert_eq!(first.await.unwrap(), 200);
    assert_eq!(gated.send_other_bytes("a").await.status(), 200);
    assert_eq!(gated.runs(), 1);

    // The first fails: the retry is handled.
    let first = gated.send("b");
    gated.begun.notified().await;
    assert_eq!(gated.send_other_bytes("b").await.status(), 503);
    gated.fail.store(true, Ordering::SeqCst);
    gated.gate.add_permits(1);
    assert_eq!(first.await.unwrap(), 500);
    gated.fail.store(false, Ordering::SeqCst);
    gated.gate.add_permits(1);
    assert_eq!(gated.send_other_bytes("b").await.status(), 200);
    assert_eq!(gated.runs(), 3);
    let outcomes = ["in_progress", "handled", "conflict", "in_progress", "failed", "handled"];
    assert_eq!(*gated.outcomes.lock().unwrap(), outcomes);
}

/// What the fallback has kept is not handled: a duplicate that waited has the same outcome, and a later one is handled.
#[tokio::test]
async fn a_duplicate_waits_for_the_fallback() {
    let (gate, runs, outcomes) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)), Arc::default());
    let (entry, counter, observed) = (Arc::clone(&gate), Arc::clone(&runs), Arc::<Mutex<Vec<_>>>::clone(&outcomes));
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .fallback(move |_: Unrouted| {
            counter.fetch_add(1, Ordering::Relaxed);
            let entry = Arc::clone(&entry);
            async move { entry.acquire().await.map(|_| Fallback::Kept) }
        })
        .on_outcome(move |seen| observed.lock().unwrap().push(seen.outcome.to_string()))
        .into_service();
    let send = || {
        let service = service.clone();
        tokio::spawn(async move { service.respond(ping("a")).await.status().as_u16() })
    };
    let answers = [send(), send()];
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.add_permits(1);
    for answer in answers {
        assert_eq!(answer.await.unwrap(), 200);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(send().await.unwrap(), 200);
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(*outcomes.lock().unwrap(), ["unhandled (kept by the fallback)"; 3]);
}

/// A runtime is shut down while a handler runs, and another one goes on with the same service.
#[test]
fn a_dropped_task_holds_no_reservation() {
    let gated = Gated::new();
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let (first, waiting) = (runtime(), runtime());
    first.block_on(async {
        gated.send("a");
        gated.begun.notified().await;
    });
    waiting.block_on(async {
        let duplicate = gated.send("a");
        let idle = tokio::time::timeout(Duration::from_millis(20), gated.service.idle());
        assert!(idle.await.is_err());
        assert_eq!(gated.guard.len(), 1);
        first.shutdown_background();
        let patience = |what| tokio::time::timeout(PATIENCE, what);
        assert_eq!(patience(duplicate).await.unwrap().unwrap(), 500);
        gated.service.idle().await;
        assert!(gated.guard.is_empty());
        gated.gate.add_permits(1);
        assert_eq!(patience(gated.send("a")).await.unwrap().unwrap(), 200);
    });
    assert_eq!(gated.runs(), 2);
}

/// Whoever has recorded a delivery can put any id on it that is not signed, even that of a genuine one to come.
#[tokio::test]
async fn an_unsigned_id_suppresses_nothing() {
    use webhook_receiver::signature::{Encoding, Hash, Piece};

    const GITHUB: HmacScheme = HmacScheme::new("x-hub-signature-256", Hash::Sha256, Encoding::Hex, &[Piece::Body])
        .prefix("sha256=")
        .unsigned_id("x-github-delivery");
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let service = Receiver::<Acme>::new(Verifier::new(GITHUB, text_secret()))
        .on(move |_: Ping| {
            counter.fetch_add(1, Ordering::Relaxed);
            async {}
        })
        .into_service();
    for body in [r#"{"eventType": "ping", "count": 1}"#, r#"{"eventType": "ping", "count": 2}"#] {
        let headers = sign_as(&GITHUB, &text_secret(), "same", SystemTime::now(), body.as_bytes());
        assert_eq!(service.respond(request(headers, body)).await.status(), 200);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

/// FIPS 180-2, appendix B.1.
#[test]
fn a_digest_is_that_of_sha_256() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let digest: String = BodyDigest::of(b"abc").as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, expected);
}

#[tokio::test]
async fn a_guard_shows_what_it_holds_and_no_ids() {
    let (guard, body) = (MemoryGuard::with_capacity(2), BodyDigest::of(b"x"));
    assert!(guard.is_empty());
    assert!(matches!(guard.reserve("secret", &body).await, Ok(Reservation::Reserved(_))));
    assert!(!guard.is_empty());
    assert_eq!(format!("{guard:?}"), "MemoryGuard { capacity: 2, len: 1, .. }");
}

async fn token(guard: &MemoryGuard, id: &str) -> FencingToken {
    match guard.reserve(id, &BodyDigest::of(b"x")).await.unwrap() {
        Reservation::Reserved(lease) => lease.token(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn memory_is_bounded() {
    let guard = MemoryGuard::with_capacity(2);
    let body = BodyDigest::of(b"x");
    for id in ["a", "b", "c"] {
        let token = token(&guard, id).await;
        assert_eq!(guard.commit(id, token).await.unwrap(), LeaseState::Held);
        assert_eq!(guard.commit(id, token).await.unwrap(), LeaseState::Expired);
    }
    assert_eq!(guard.len(), 2);
    // The oldest was forgotten. What is running does not count.
    token(&guard, "a").await;
    for id in ["b", "c"] {
        assert_eq!(guard.reserve(id, &body).await.unwrap(), Reservation::Handled(body));
    }
}

/// A store that is down, wholly or for what follows a reservation.
struct Broken {
    reserves: bool,
}

fn down<T>() -> BoxFuture<'static, Result<T, BoxError>> {
    Box::pin(async { Err("no connection".into()) })
}

impl ReplayGuard for Broken {
    fn reserve<'a>(&'a self, _: &'a str, _: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        if self.reserves {
            let lease = Lease::new(FencingToken::new(1));
            return Box::pin(std::future::ready(Ok(Reservation::Reserved(lease))));
        }
        down()
    }

    fn extend<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        down()
    }

    fn commit<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        down()
    }

    fn release<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        down()
    }
}

#[tokio::test]
async fn a_broken_guard_lets_nothing_pass_as_handled() {
    for (reserves, runs_expected) in [(false, 0), (true, 1)] {
        let runs = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&runs);
        let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
            .replay_guard(Broken { reserves })
            .on(move |_: Ping| {
                counter.fetch_add(1, Ordering::Relaxed);
                async {}
            })
            .into_service();
        let response = service.respond(ping("a")).await;
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(runs.load(Ordering::Relaxed), runs_expected);
    }
}

/// A store with a bug, which shows at once or later.
struct Panicking {
    waits: bool,
}

impl ReplayGuard for Panicking {
    fn reserve<'a>(&'a self, _: &'a str, _: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async {
            if self.waits {
                tokio::task::yield_now().await;
            }
            panic!("expected in this test")
        })
    }

    fn extend<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        unreachable!("nothing was reserved")
    }

    fn commit<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        unreachable!("nothing was reserved")
    }

    fn release<'a>(&'a self, _: &'a str, _: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        unreachable!("nothing was reserved")
    }
}

#[tokio::test]
async fn a_guard_that_panics_fails_its_delivery_alone() {
    for waits in [false, true] {
        let (sender, outcomes) = std::sync::mpsc::channel();
        let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
            .replay_guard(Panicking { waits })
            .on(|_: Ping| async {})
            .on_outcome(move |observed| sender.send(observed.outcome.to_string()).unwrap())
            .into_service();
        for id in ["a", "b"] {
            assert_eq!(service.respond(ping(id)).await.status(), 500, "{waits}");
            assert_eq!(outcomes.try_recv().as_deref(), Ok("failed: the receiver panicked"), "{waits}");
        }
        service.idle().await;
    }
}

#[tokio::test]
async fn without_a_guard_everything_is_handled() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let service = Receiver::<Acme>::new(Verifier::standard_webhooks(secret()))
        .without_replay_guard()
        .on(move |_: Ping| {
            counter.fetch_add(1, Ordering::Relaxed);
            async {}
        })
        .into_service();
    for _ in 0..2 {
        assert_eq!(service.respond(ping("a")).await.status(), 200);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}
