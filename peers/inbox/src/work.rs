//! Claiming, and handling with effects.

use std::time::{Duration, Instant};

use tenovos_webhooks::AssetCreated;
use tokio::runtime::Runtime;
use tokio::time::sleep;
use webhook_inbox::store::{ClaimRequest, EventTypes};
use webhook_inbox::{Effects, Inbox, Store};

use crate::counting::Counting;
use crate::deliveries::{ENDPOINT, deliveries, receiver, rows};
use crate::engine::{Engine, Floor};
use crate::round::{deliveries_of, medians, rate};
use crate::tables::{self, Tables, rounded, size};
use crate::{Failure, Plan};

const CLAIM_COLUMNS: &[&str] = &["store, claims of", "loop, a second", "claims", "ratio"];
/// The loop has batches of the mean sizes that were reached, and does not decode.
const HANDLE_COLUMNS: &[&str] =
    &["store, handled at once", "mean claim", "mean end", "loop, a second", "handling", "ratio"];

pub(crate) fn measure_claims<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    for &limit in &plan.concurrent {
        let count = deliveries_of(limit) / 2;
        let mut rounds = Vec::new();
        for _ in 0..plan.rounds {
            let store = filled(runtime, engine, count)?;
            // In a task of its own, as a worker.
            let claiming = runtime.spawn(async move { claim_all(&store, limit, count).await });
            let ours = rate(count, runtime.block_on(claiming)??);
            filled(runtime, engine, count)?;
            let mut floor = engine.floor()?;
            let start = Instant::now();
            let mut claimed = 0;
            while claimed < count {
                claimed += floor.claim(limit)?.len();
            }
            let bare = rate(count, start.elapsed());
            rounds.push([bare, ours, ours / bare]);
        }
        let [bare, ours, ratio] = medians(&rounds);
        let cells = [format!("{}, {limit}", E::NAME), rounded(bare), rounded(ours), tables::ratio(ratio)];
        tables.row("Claiming", CLAIM_COLUMNS, &cells);
    }
    Ok(())
}

async fn claim_all<S: Store>(store: &S, limit: usize, count: usize) -> Result<Duration, Failure> {
    let event_types = EventTypes::Except(Vec::new());
    let (endpoint, lease) = (ENDPOINT.to_owned(), Duration::from_secs(30));
    let request = ClaimRequest { endpoint, event_types, lapsed: false, limit, max_bytes: u64::MAX, lease };
    let start = Instant::now();
    let mut claimed = 0;
    while claimed < count {
        claimed += store.claim(&request).await?.len();
    }
    Ok(start.elapsed())
}

pub(crate) fn measure_handling<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    for &concurrent in &plan.concurrent {
        let count = deliveries_of(concurrent) / 2;
        let mut rounds = Vec::new();
        for _ in 0..plan.rounds {
            let store = Counting::new(filled(runtime, engine, count)?);
            let counts = store.counts.clone();
            let ours = rate(count, runtime.block_on(handle_all::<E>(store, concurrent, count))?);
            let (claim, finish) = (counts.claimed.mean(), counts.finished.mean());
            filled(runtime, engine, count)?;
            let bare = rate(count, handle_bare(&mut engine.floor()?, count, claim, finish)?);
            rounds.push([claim, finish, bare, ours, ours / bare]);
        }
        let [claim, finish, bare, ours, ratio] = medians(&rounds);
        let cells = [
            format!("{}, {concurrent}", E::NAME),
            size(claim),
            size(finish),
            rounded(bare),
            rounded(ours),
            tables::ratio(ratio),
        ];
        tables.row("Handling", HANDLE_COLUMNS, &cells);
    }
    Ok(())
}

async fn handle_all<E: Engine>(
    store: Counting<E::Store>,
    concurrent: usize,
    count: usize,
) -> Result<Duration, Failure> {
    let counts = store.counts.clone();
    let receiver = receiver()?.on(|event: AssetCreated, effects: Effects<<E::Store as Store>::Effect>| async move {
        effects.add(E::effect(event.asset.id.to_string()))
    });
    let start = Instant::now();
    let inbox = Inbox::builder(ENDPOINT, store, receiver.into_service()).concurrency(concurrent).start()?;
    while counts.finished.items() < count as u64 {
        sleep(Duration::from_millis(1)).await;
    }
    let elapsed = start.elapsed();
    inbox.drain(Duration::from_secs(5)).await;
    Ok(elapsed)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
fn handle_bare(floor: &mut impl Floor, count: usize, claim: f64, finish: f64) -> Result<Duration, Failure> {
    let start = Instant::now();
    let (mut claimed, mut claims, mut finished, mut ends) = (Vec::new(), 0_usize, 0, 0_usize);
    while finished < count {
        ends += 1;
        let end = ((ends as f64 * finish).round() as usize).min(count);
        while finished + claimed.len() < end {
            claims += 1;
            let limit = (claims as f64 * claim).round() as usize - ((claims - 1) as f64 * claim).round() as usize;
            claimed.extend(floor.claim(limit)?);
        }
        let batch: Vec<_> = claimed.drain(..end - finished).collect();
        floor.finish(&batch)?;
        finished = end;
    }
    Ok(start.elapsed())
}

/// A store with so many pending deliveries.
fn filled<E: Engine>(runtime: &Runtime, engine: &mut E, count: usize) -> Result<E::Store, Failure> {
    let store = engine.empty(runtime)?;
    for batch in rows(&deliveries(count)?).chunks(1000) {
        runtime.block_on(store.insert(batch.to_vec()))?;
    }
    Ok(store)
}
