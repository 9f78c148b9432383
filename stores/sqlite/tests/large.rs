//! A store with a million deliveries.

use std::time::{Duration, Instant, SystemTime};

use webhook_inbox::store::{Entry, Inserted, Key, NewEntry, State};
use webhook_inbox::{Retention, Store, operations};
use webhook_inbox_sqlite::SqliteStore;
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

const DAY: Duration = Duration::from_hours(24);
const CALLERS: usize = 16;
const BODY: usize = 653;

/// F20: 50 000 deliveries, or as many as `ROWS`, of which half are purged while others are accepted. Prints how long a commit
/// of 16 deliveries takes, with and without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes with `ROWS=1000000`"]
async fn f20_accepting_while_old_deliveries_are_purged() {
    let rows: usize = std::env::var("ROWS").map_or(50_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.sqlite")).unwrap();
    let empty = accept(&store, "empty", || false).await;
    fill(&store, rows).await;
    let full = accept(&store, "full", || false).await;
    let purge = tokio::spawn({
        let store = store.clone();
        // As the inbox does.
        async move { operations::purge(&store, &Retention::default()).await.unwrap() }
    });
    let purging = accept(&store, "purging", || !purge.is_finished()).await;
    assert_eq!(purge.await.unwrap(), rows as u64 / 2);
    for (name, times) in [("empty", &empty), ("full", &full), ("purging", &purging)] {
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{name:8} {:6} commits, p50 {:?}, p99 {:?}, longest {:?}", times.len(), at(50), at(99), at(100));
    }
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

/// Accepts batches, 500 at least and as long as this holds, and returns how long each took, the shortest first.
async fn accept(store: &SqliteStore, name: &str, goes_on: impl Fn() -> bool) -> Vec<Duration> {
    let bytes = Bytes::from(vec![b'x'; BODY]);
    let mut times = Vec::new();
    while times.len() < 500 || goes_on() {
        let entry = |number: usize| NewEntry {
            key: Key::new("acme", format!("{name}-{}-{number}", times.len())),
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
