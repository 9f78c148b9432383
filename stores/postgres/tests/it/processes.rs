//! Several processes on one database, some of which are killed.

use std::collections::HashSet;
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use webhook_inbox::Store;
use webhook_inbox_postgres::PostgresStore;

use crate::support::{PATIENCE, Place, claim, done, entry, handled, number};

/// What a child inserts under. The test does nothing without it.
const NAME: &str = "WEBHOOK_TEST_PROCESS";
const LEASE: Duration = Duration::from_millis(300);

/// A process that inserts and handles, and prints the ids whose inserts were acknowledged.
struct Process {
    child: Child,
    acknowledged: JoinHandle<Vec<String>>,
}

impl Process {
    fn start(name: &str) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "processes::a_process", "--nocapture", "--include-ignored"])
            .env(NAME, name)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let acknowledged =
            thread::spawn(move || lines.filter_map(|line| Some(line.strip_prefix("stored ")?.to_owned())).collect());
        Self { child, acknowledged }
    }

    /// With `kill -9`.
    fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.acknowledged.join().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "one of the processes that the other tests start"]
async fn a_process() {
    let Ok(name) = env::var(NAME) else { return };
    let (url, name) = name.split_once(' ').unwrap();
    let store = webhook_inbox_postgres::PostgresOptions::new(url).unwrap().schema("killed").connect().await.unwrap();
    let (inserting, name) = (store.clone(), name.to_owned());
    tokio::spawn(async move {
        for number in 0.. {
            let ids = [0, 1, 2].map(|index| format!("{name}-{number}-{index}"));
            inserting.insert(ids.iter().map(|id| entry(id, 100)).collect()).await.unwrap();
            for id in ids {
                println!("stored {id}");
            }
            sleep(Duration::from_millis(10)).await;
        }
    });
    loop {
        if handle(&store).await == 0 {
            sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Handles what there is. Returns how many there were.
async fn handle(store: &PostgresStore) -> usize {
    let claims = claim(store, 8, LEASE).await;
    let ends = claims.iter().map(|claim| done(claim, vec![handled("killed", &claim.id.key.id)])).collect();
    // Some are fenced, if this process was slow.
    assert_eq!(store.finish(ends).await.unwrap().len(), claims.len());
    claims.len()
}

/// Three processes, one of which is killed and started again in each round.
async fn rounds(rounds: usize, seed: u64) {
    let Some(place) = Place::new("killed") else { return };
    let store = place.store().await;
    let client = place.client().await;
    client.batch_execute("CREATE TABLE handled (id text)").await.unwrap();
    let mut random = fastrand::Rng::with_seed(seed);
    let start = |round: usize| Process::start(&format!("{} {round}", place.url()));
    let mut processes: Vec<Process> = (0..3).map(start).collect();
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        sleep(Duration::from_millis(random.u64(50..250))).await;
        let killed = processes.swap_remove(random.usize(0..3));
        processes.push(start(3 + round));
        acknowledged.extend(killed.kill());
    }
    sleep(Duration::from_millis(200)).await;
    for process in processes {
        acknowledged.extend(process.kill());
    }
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        if handle(&store).await > 0 {
            deadline = Instant::now() + PATIENCE;
        } else if store.stats("acme").await.unwrap().oldest.is_none() {
            break;
        }
        assert!(Instant::now() < deadline, "deliveries are not handled");
        sleep(Duration::from_millis(1)).await;
    }
    let rows = client.query("SELECT id FROM handled", &[]).await.unwrap();
    let ids: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(ids.len(), rows.len(), "effects that happened twice");
    let lost: Vec<_> = acknowledged.iter().filter(|id| !ids.contains(*id)).collect();
    assert!(lost.is_empty(), "acknowledged and not handled: {lost:?}");
    assert!(acknowledged.len() > 5 * rounds, "{} were acknowledged", acknowledged.len());
    let again = number(&client, "SELECT count(*) FROM webhook_seen").await;
    println!("{rounds} kills: {} acknowledged, {} stored, {} effects", acknowledged.len(), again, rows.len());
    assert!(claim(&store, 1, LEASE).await.is_empty());
}

#[tokio::test]
async fn f09_processes_that_are_killed_lose_and_double_nothing() {
    rounds(4, 1).await;
}

/// `cargo test -p webhook-inbox-postgres --test it -- --ignored --exact processes::many_kills --nocapture`
#[tokio::test]
#[ignore = "takes a minute; `ROUNDS` and `SEED` change it"]
async fn many_kills() {
    let variable = |name, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, seed) = (variable("ROUNDS", 200), variable("SEED", 1));
    rounds(usize::try_from(count).unwrap(), seed).await;
}
