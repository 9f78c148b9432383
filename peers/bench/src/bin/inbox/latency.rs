//! How long accepting takes while old deliveries are purged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;
use tokio::time::sleep;
use webhook_inbox::store::{Entry, State, StoreError};
use webhook_inbox::{Retention, Store};

use crate::accept::accept_all;
use crate::deliveries::{deliveries, rows};
use crate::engine::Engine;
use crate::round::{deliveries_of, medians, percentile, rate};
use crate::{Failure, Plan};

const DAY: Duration = Duration::from_hours(24);
const ROWS: usize = 500_000;
/// As the inbox does.
const CHUNK: usize = 500;
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) fn measure<E: Engine>(plan: &Plan, runtime: &Runtime, engine: &mut E) -> Result<(), Failure> {
    let size = plan.rows.unwrap_or(ROWS);
    println!(
        "\nAccepting in process, in a store with {size} deliveries, without and with a purge. Deliveries a second; ms."
    );
    println!("| concurrent | purge | accepted | purged | p50 | p99 | longest |\n|---|---|---|---|---|---|---|");
    for &concurrent in &plan.concurrent {
        let store = engine.empty(runtime)?;
        runtime.block_on(fill(&store, size))?;
        let mut rounds = [Vec::new(), Vec::new()];
        let mut longest = [0.0_f64; 2];
        for _ in 0..plan.rounds {
            for (purges, (rounds, longest)) in [false, true].into_iter().zip(rounds.iter_mut().zip(&mut longest)) {
                let deliveries = deliveries(deliveries_of(concurrent))?;
                let count = deliveries.len();
                let purge = purges.then(|| Purge::start(runtime, store.clone()));
                let (elapsed, times) = runtime.block_on(accept_all(store.clone(), deliveries, concurrent))?;
                let purged = purge.map_or(Ok(0), |purge| runtime.block_on(purge.stop()))?;
                *longest = longest.max(percentile(&times, 100));
                let purged = rate(purged.try_into()?, elapsed);
                rounds.push([rate(count, elapsed), purged, percentile(&times, 50), percentile(&times, 99)]);
            }
        }
        for (name, (rounds, longest)) in ["–", "yes"].into_iter().zip(rounds.iter().zip(longest)) {
            let [accepted, purged, p50, p99] = medians(rounds);
            println!("| {concurrent} | {name} | {accepted:.0} | {purged:.0} | {p50:.2} | {p99:.2} | {longest:.1} |");
        }
    }
    Ok(())
}

/// Purges in chunks until it is stopped.
struct Purge {
    is_stopped: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Result<u64, StoreError>>,
}

impl Purge {
    fn start<S: Store>(runtime: &Runtime, store: S) -> Self {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let task = runtime.spawn({
            let is_stopped = Arc::clone(&is_stopped);
            async move {
                let mut removed = 0;
                while !is_stopped.load(Ordering::Relaxed) {
                    removed += store.purge(&Retention::default(), CHUNK).await?;
                    sleep(PAUSE).await;
                }
                Ok(removed)
            }
        });
        Self { is_stopped, task }
    }

    async fn stop(self) -> Result<u64, Failure> {
        self.is_stopped.store(true, Ordering::Relaxed);
        Ok(self.task.await??)
    }
}

/// Half of them were accepted long ago and are done; the others are dead.
async fn fill<S: Store>(store: &S, size: usize) -> Result<(), Failure> {
    let (old, now) = (SystemTime::now() - 20 * DAY, SystemTime::now());
    let sample = rows(&deliveries(1)?);
    for start in (0..size).step_by(5000) {
        let entry = |number: usize| {
            let is_old = number.is_multiple_of(2);
            let mut key = sample[0].key.clone();
            key.id = format!("row_{number:027}");
            Entry {
                sequence: 0,
                key,
                state: if is_old { State::Done } else { State::Dead },
                digest: sample[0].digest,
                received: if is_old { old } else { now },
                at: None,
                event_type: None,
                order: None,
                attempts: 0,
                reason: None,
                size: None,
                bytes: (!is_old).then(|| sample[0].bytes.clone()),
            }
        };
        store.import((start..size.min(start + 5000)).map(entry).collect()).await?;
    }
    Ok(())
}
