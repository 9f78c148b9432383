//! A store with a million deliveries.

use std::time::{Duration, Instant, SystemTime};

use webhook_inbox::store::{Entry, Inserted, Key, NewEntry, Page, Selection, State};
use webhook_inbox::{Retention, Store, operations};
use webhook_inbox_sqlite::SqliteStore;
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

const DAY: Duration = Duration::from_hours(24);
const CALLERS: usize = 16;
const BODY: usize = 653;

/// The commits of a part of a round.
const COMMITS: usize = 100;
const ROUNDS: usize = 30;

/// F20: 50 000 deliveries, or as many as `ROWS`, of which half are purged while others are accepted. Prints how long a commit
/// of 16 deliveries takes, in an empty store, in this one, and in this one during the purge. These take turns, and their ratios
/// are those of each round: so other work of the machine hardly counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes with `ROWS=1000000`"]
async fn f20_accepting_while_old_deliveries_are_purged() {
    let rows: usize = std::env::var("ROWS").map_or(50_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let [empty, full] = ["empty", "full"].map(|name| SqliteStore::open(folder.path().join(name)).unwrap());
    fill(&full, rows).await;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let of_empty = accept(&empty, &format!("empty-{round}")).await;
        let of_full = accept(&full, &format!("full-{round}")).await;
        // As the inbox does.
        let store = full.clone();
        let purge = tokio::spawn(async move { operations::purge(&store, &Retention::default()).await.unwrap() });
        let purging = accept(&full, &format!("purging-{round}")).await;
        if purge.is_finished() {
            break;
        }
        purge.abort();
        rounds.push([of_empty, of_full, purging]);
    }
    operations::purge(&full, &Retention::default()).await.unwrap();
    assert_eq!(count(&full).await, (rows / 2, 0));
    assert!(!rounds.is_empty(), "there is too little to purge");

    let median = |mut numbers: Vec<f64>| {
        numbers.sort_unstable_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    };
    println!("{} rounds of {COMMITS} commits; medians of the rounds", rounds.len());
    for (part, name) in ["empty", "full", "purging"].into_iter().enumerate() {
        let numbers = [50, 99, 100].map(|percent| {
            let millis = median(rounds.iter().map(|round| at(&round[part], percent)).collect());
            let ratio = median(rounds.iter().map(|round| at(&round[part], percent) / at(&round[0], percent)).collect());
            format!("{millis:.2} ms ({ratio:.1})")
        });
        println!("{name:8} p50 {}, p99 {}, longest {}", numbers[0], numbers[1], numbers[2]);
    }
}

/// In milliseconds.
fn at(times: &[Duration], percent: usize) -> f64 {
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0
}

/// How many are dead, and how many of the old ones are left.
async fn count(store: &SqliteStore) -> (usize, usize) {
    let dead = store.stats("acme").await.unwrap().dead;
    let (until, page) = (Some(SystemTime::now() - DAY), Page { after: 0, limit: 10, max_bytes: None });
    let old = store.list(&Selection { until, ..Selection::default() }, &page).await.unwrap();
    (dead.try_into().unwrap(), old.len())
}

/// Half of them were accepted long ago and are done; the others are dead.
async fn fill(store: &SqliteStore, rows: usize) {
    let (old, now) = (SystemTime::now() - 20 * DAY, SystemTime::now());
    let bytes = Bytes::from(vec![b'x'; BODY]);
    for start in (0..rows).step_by(5000) {
        let entry = |number: usize| {
            let is_old = number.is_multiple_of(2);
            Entry {
                sequence: 0,
                key: Key::new("acme", format!("row-{number}")),
                state: if is_old { State::Done } else { State::Dead },
                digest: BodyDigest::of(&bytes),
                received: if is_old { old } else { now },
                at: None,
                event_type: None,
                order: None,
                attempts: 0,
                reason: None,
                size: None,
                bytes: (!is_old).then(|| bytes.clone()),
            }
        };
        store.import((start..rows.min(start + 5000)).map(entry).collect()).await.unwrap();
    }
}

/// Accepts batches, and returns how long each took, the shortest first.
async fn accept(store: &SqliteStore, name: &str) -> Vec<Duration> {
    let bytes = Bytes::from(vec![b'x'; BODY]);
    let mut times = Vec::with_capacity(COMMITS);
    for commit in 0..COMMITS {
        let entry = |number: usize| NewEntry {
            key: Key::new("acme", format!("{name}-{commit}-{number}")),
            digest: BodyDigest::of(&bytes),
            event_type: None,
            order: None,
            bytes: bytes.clone(),
        };
        let batch: Vec<_> = (0..CALLERS).map(entry).collect();
        let start = Instant::now();
        let inserted = store.insert(batch).await.unwrap();
        times.push(start.elapsed());
        assert_eq!(inserted, [Inserted::New; CALLERS]);
    }
    times.sort_unstable();
    times
}
