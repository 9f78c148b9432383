//! Processes that are replaced one after another, while deliveries arrive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};

use crate::ASSET_CREATED;
use crate::support::http::Request;
use crate::support::process::{PATIENCE, Server};

const SENDERS: usize = 4;
const PROCESSES: usize = 3;

/// One replacement for each process, or as many as `ROLLS`.
#[test]
fn f15_processes_that_are_replaced_under_load_lose_and_double_nothing() {
    let folder = tempfile::tempdir().expect("there should be a temporary folder");
    roll("INBOX", &folder.path().join("webhooks.sqlite").display().to_string());
}

#[cfg(feature = "postgres")]
#[test]
fn f15_processes_that_are_replaced_on_postgresql_lose_and_double_nothing() {
    let Some(server) = temporary_postgres::PostgresServer::start() else { return };
    roll("DATABASE_URL", &server.url(temporary_postgres::ADMINISTRATOR, "postgres"));
}

/// The sender does not know which process is about to stop: what it refuses or does not answer, is sent to another.
fn roll(variable: &str, value: &str) {
    let rolls = env::var("ROLLS").map_or(PROCESSES, |rolls| rolls.parse().expect("`ROLLS` is a number"));
    let start = || {
        Server::start_with(|command| {
            command.env(variable, value).env("WORK_MS", "50");
        })
    };
    let mut servers: VecDeque<Server> = (0..PROCESSES).map(|_| start()).collect();
    let sender = Sender::new(servers.iter().map(|server| server.address).collect());
    let mut stopped = Vec::new();
    thread::scope(|scope| {
        for number in 0..SENDERS {
            let sender = &sender;
            scope.spawn(move || sender.run(number));
        }
        for _ in 0..rolls {
            let new = start();
            sender.targets().push(new.address);
            servers.push_back(new);
            let mut old = servers.pop_front().expect("there are several");
            old.process.log.wait_for("indexing asset");
            old.process.signal("TERM");
            old.process.stdout.wait_for("stopped: every handler has finished");
            assert_eq!(old.process.exit().code(), Some(0));
            sender.targets().retain(|address| *address != old.address);
            stopped.push(old);
        }
        sender.is_over.store(true, Ordering::SeqCst);
    });
    let (acknowledged, again) = sender.end();
    // What waits in the store is left to the last ones.
    stopped.extend(servers);
    let deadline = Instant::now() + PATIENCE;
    while handled(&mut stopped).len() < acknowledged.len() {
        assert!(Instant::now() < deadline, "acknowledged {acknowledged:?}, handled {:?}", handled(&mut stopped));
        thread::sleep(Duration::from_millis(10));
    }
    for server in stopped.iter_mut().skip(rolls) {
        server.process.signal("TERM");
        server.process.stdout.wait_for("stopped: every handler has finished");
    }
    let handled = handled(&mut stopped);
    println!("{rolls} replaced, {} acknowledged, {again} attempts refused or not answered", acknowledged.len());
    assert!(acknowledged.len() > rolls, "{} acknowledged", acknowledged.len());
    assert_eq!(handled.keys().cloned().collect::<BTreeSet<_>>(), acknowledged);
    assert!(handled.values().all(|count| *count == 1), "{handled:?}");
}

/// How often each delivery was handled, as the logs say.
pub(crate) fn handled(servers: &mut [Server]) -> BTreeMap<String, u32> {
    let mut handled = BTreeMap::new();
    for line in servers.iter_mut().flat_map(|server| server.process.log.so_far()) {
        if let Some((_, id)) = line.split_once("asset indexed delivery=\"") {
            *handled.entry(id.trim_end_matches('"').to_owned()).or_default() += 1;
        }
    }
    handled
}

struct Sender {
    targets: Mutex<Vec<SocketAddr>>,
    is_over: AtomicBool,
    acknowledged: Mutex<BTreeSet<String>>,
    again: Mutex<u64>,
}

impl Sender {
    fn new(targets: Vec<SocketAddr>) -> Self {
        let targets = Mutex::new(targets);
        Self { targets, is_over: AtomicBool::new(false), acknowledged: Mutex::default(), again: Mutex::default() }
    }

    fn targets(&self) -> impl std::ops::DerefMut<Target = Vec<SocketAddr>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends deliveries, each until it is acknowledged.
    fn run(&self, number: usize) {
        for delivery in 0.. {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let id = format!("msg_{number}_{delivery}");
            for attempt in delivery.. {
                let target = {
                    let targets = self.targets();
                    targets[attempt % targets.len()]
                };
                match Request::delivery(&id, ASSET_CREATED).try_answer(target) {
                    Ok(response) if response.status == 200 => break,
                    Ok(response) => assert_eq!(response.status, 503),
                    // It has stopped listening.
                    Err(_) => {}
                }
                *self.again.lock().expect("no sender has panicked") += 1;
                thread::sleep(Duration::from_millis(1));
            }
            self.acknowledged.lock().expect("no sender has panicked").insert(id);
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(self) -> (BTreeSet<String>, u64) {
        let message = "no sender has panicked";
        (self.acknowledged.into_inner().expect(message), self.again.into_inner().expect(message))
    }
}
