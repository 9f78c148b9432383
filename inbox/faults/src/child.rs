//! The process that is killed.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full};
use rustix::process::{Signal, getpid, kill_process};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::{Instant, sleep};
use webhook_inbox::store::{Clock, Store, crash_point};
use webhook_inbox::testing::at_crash_points;
use webhook_inbox::{Backoff, Effects, Inbox, Retention};
use webhook_receiver::bytes::Bytes;
use webhook_receiver::http::{Method, Request};
use webhook_receiver::{BoxError, Delivery, ReceiverService};

use crate::Subject;
use crate::acme::{Acme, Created, created, receiver, signed};

/// It is an error if a child whose input has ended makes no progress for this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The names of environment variables.
pub(crate) mod variable {
    pub(crate) const FOLDER: &str = "FAULTS_FOLDER";
    pub(crate) const POINT: &str = "FAULTS_POINT";
    pub(crate) const HIT: &str = "FAULTS_HIT";
    pub(crate) const PAUSE: &str = "FAULTS_PAUSE";
    pub(crate) const HOURS: &str = "FAULTS_HOURS";
    pub(crate) const MAX_ATTEMPTS: &str = "FAULTS_MAX_ATTEMPTS";
    pub(crate) const LEASE: &str = "FAULTS_LEASE";
}

/// Whether this process was started as a [`Child`](crate::Child).
pub fn is_child() -> bool {
    env::var_os(variable::FOLDER).is_some()
}

/// Receives and handles deliveries until the input ends and nothing is left.
///
/// # Panics
///
/// If this process is not a child, or if something is left for a long time.
pub fn run_child<S: Subject>(subject: S) {
    let folder = PathBuf::from(env::var_os(variable::FOLDER).expect("this process is a child"));
    if let Ok(point) = env::var(variable::POINT) {
        let (hit, count) = (number(variable::HIT, 1), AtomicU64::new(0));
        let pause = Duration::from_micros(number(variable::PAUSE, 0));
        at_crash_points(move |name| {
            if name == point && count.fetch_add(1, Ordering::SeqCst) + 1 == hit {
                // Another thread goes on with what this one has begun, such as a statement that is on its way.
                block_in_place(|| thread::sleep(pause));
                kill();
            }
        });
    }
    let ahead = Duration::from_hours(number(variable::HOURS, 0));
    let clock = Clock::new(move || SystemTime::now() + ahead);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("there should be a runtime").block_on(async {
        let subject = Arc::new(subject);
        let store = subject.open(&folder, clock).await;
        let inbox = Inbox::builder("acme", store, service(&folder, Arc::clone(&subject)))
            .max_attempts(number(variable::MAX_ATTEMPTS, 1_000_000).try_into().expect("attempts fit into 32 bits"))
            .backoff(Backoff::constant(Duration::from_millis(10)))
            .lease(Duration::from_millis(number(variable::LEASE, 90)))
            .poll_interval(Duration::from_millis(20))
            .retention(Retention::default().unrouted(Duration::ZERO))
            .start()
            .expect("the settings are usable");
        receive(&inbox).await;
        finish(&inbox).await;
    });
}

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().expect("the variable is a number"))
}

/// Nothing of this process runs after this, not even a destructor.
fn kill() -> ! {
    kill_process(getpid(), Signal::KILL).expect("a process can kill itself");
    loop {
        thread::park();
    }
}

/// The handler writes the id to a file, which survives the process, and has an effect.
fn service<S: Subject>(folder: &Path, subject: Arc<S>) -> ReceiverService<Acme> {
    let ledger = OpenOptions::new().create(true).append(true).open(folder.join("ledger"));
    let (ledger, folder) = (Arc::new(ledger.expect("the ledger can be written")), folder.to_owned());
    let handler = move |event: Created, delivery: Delivery, effects: Effects<<S::Store as Store>::Effect>| {
        let (ledger, subject, folder) = (Arc::clone(&ledger), Arc::clone(&subject), folder.clone());
        async move {
            let id = delivery.id().unwrap_or_default().to_owned();
            (&*ledger).write_all(format!("{id}\n").as_bytes())?;
            match &*event.asset {
                "kills" => kill(),
                "slow" => sleep(Duration::from_millis(70)).await,
                _ => {}
            }
            crash_point("handler");
            effects.add(subject.effect(&folder, &id))?;
            Ok::<_, BoxError>(())
        }
    };
    receiver().on(handler).into_service()
}

/// Answers each line `id kind` with `status id`.
async fn receive<S: Store>(inbox: &Inbox<S, Acme>) {
    let (sender, mut lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let read = io::stdin().lock().lines().map_while(Result::ok);
        read.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
    });
    let mut tasks = JoinSet::new();
    while let Some(line) = lines.recv().await {
        let inbox = inbox.clone();
        tasks.spawn(async move {
            let (id, kind) = line.split_once(' ').expect("a line has an id and a kind");
            let status = inbox.respond(request(id, kind)).await.status().as_u16();
            // One call, so that lines stay whole.
            io::stdout().write_all(format!("@{status} {id}\n").as_bytes()).expect("the parent reads");
            io::stdout().flush().expect("the parent reads");
            crash_point("answered");
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a request is answered");
    }
}

fn request(id: &str, kind: &str) -> Request<impl http_body::Body<Data = Bytes, Error: Into<BoxError>>> {
    let body = if kind == "unrouted" { r#"{"type":"asset.unknown"}"#.to_owned() } else { created(kind) };
    let mut headers = signed(id, &body);
    if kind == "forged" {
        headers.insert("webhook-id", id.replace("forged", "other").parse().expect("an id is a header"));
    }
    let body = Full::new(Bytes::from(body)).map_frame(|frame| {
        crash_point("request: before the body");
        frame
    });
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.headers_mut() = headers;
    request.headers_mut().insert("content-type", "application/json".parse().expect("a media type is a header"));
    request
}

/// Waits until nothing is pending.
async fn finish<S: Store>(inbox: &Inbox<S, Acme>) {
    let (mut left, mut deadline) = (u64::MAX, Instant::now() + PATIENCE);
    loop {
        let stats = inbox.health().await.stats.expect("the store answers");
        let open = stats.pending + stats.running;
        if open == 0 {
            break;
        }
        if open < left {
            (left, deadline) = (open, Instant::now() + PATIENCE);
        }
        assert!(Instant::now() < deadline, "{stats:?} is left");
        sleep(Duration::from_millis(10)).await;
    }
    inbox.drain(PATIENCE).await;
}
