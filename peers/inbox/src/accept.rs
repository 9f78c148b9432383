//! Accepting in process.

use std::time::{Duration, Instant};

use tenovos_webhooks::Tenovos;
use tokio::runtime::Runtime;
use webhook_inbox::{Inbox, Store};
use webhook_receiver::{Delivery, Outcome};

use crate::counting::Counting;
use crate::deliveries::{ENDPOINT, deliveries, receiver, row, rows};
use crate::engine::{Engine, Floor};
use crate::round::{batches, deliveries_of, insert, medians, percentile, rate};
use crate::tables::{self, Tables, millis, rounded, size};
use crate::{Failure, Plan};

/// Each ratio is to a loop with batches of the mean size that was reached, to the same that also hashes and serializes, and to a
/// loop with batches of all callers.
const COLUMNS: &[&str] = &[
    "store, callers",
    "mean batch",
    "loop, rows/s",
    "in process",
    "ratio",
    "with hashing",
    "all",
    "p50",
    "p99",
    "longest",
];

pub(crate) fn measure<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    for &concurrent in &plan.concurrent {
        let mut rounds = Vec::new();
        let mut longest = 0.0_f64;
        for _ in 0..plan.rounds {
            let deliveries = deliveries(deliveries_of(concurrent))?;
            let rows = rows(&deliveries);

            let store = Counting::new(engine.empty(runtime)?);
            let counts = store.counts.clone();
            let (elapsed, times) = runtime.block_on(accept_all(store, deliveries.clone(), concurrent))?;
            let (ours, mean) = (rate(rows.len(), elapsed), counts.inserted.mean());

            engine.empty(runtime)?;
            let bare = insert(&mut engine.floor()?, &rows, mean)?;
            engine.empty(runtime)?;
            let hashing = insert_hashing(&mut engine.floor()?, &deliveries, mean)?;
            engine.empty(runtime)?;
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let all = insert(&mut engine.floor()?, &rows, concurrent as f64)?;
            longest = longest.max(percentile(&times, 100));
            rounds.push([
                mean,
                bare,
                ours,
                ours / bare,
                ours / hashing,
                ours / all,
                percentile(&times, 50),
                percentile(&times, 99),
            ]);
        }
        let [mean, bare, ours, ratio, hashing, all, p50, p99] = medians(&rounds);
        let cells = [
            format!("{}, {concurrent}", E::NAME),
            size(mean),
            rounded(bare),
            rounded(ours),
            tables::ratio(ratio),
            tables::ratio(hashing),
            tables::ratio(all),
            millis(p50),
            millis(p99),
            millis(longest),
        ];
        tables.row("Accepting", COLUMNS, &cells);
    }
    Ok(())
}

/// Passes deliveries to an inbox, from so many tasks. Returns how long that took, and how long each took, the shortest first.
pub(crate) async fn accept_all<S: Store>(
    store: S,
    deliveries: Vec<Delivery>,
    concurrent: usize,
) -> Result<(Duration, Vec<Duration>), Failure> {
    let service = receiver()?.into_service();
    let inbox = Inbox::builder(ENDPOINT, store, service).without_workers().start()?;
    let parts: Vec<Vec<Delivery>> =
        deliveries.chunks(deliveries.len().div_ceil(concurrent)).map(<[Delivery]>::to_vec).collect();
    drop(deliveries);
    let start = Instant::now();
    let tasks: Vec<_> = parts.into_iter().map(|part| tokio::spawn(accept_each(inbox.clone(), part))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let elapsed = start.elapsed();
    times.sort_unstable();
    Ok((elapsed, times))
}

async fn accept_each<S: Store>(inbox: Inbox<S, Tenovos>, deliveries: Vec<Delivery>) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let start = Instant::now();
        let outcome = inbox.accept(delivery).await;
        times.push(start.elapsed());
        if !matches!(outcome, Outcome::Stored) {
            return Err(outcome.to_string().into());
        }
    }
    Ok(times)
}

fn insert_hashing(floor: &mut impl Floor, deliveries: &[Delivery], mean: f64) -> Result<f64, Failure> {
    let start = Instant::now();
    for batch in batches(deliveries, mean) {
        let rows: Vec<_> = batch.iter().map(row).collect();
        floor.insert(&rows)?;
    }
    Ok(rate(deliveries.len(), start.elapsed()))
}
