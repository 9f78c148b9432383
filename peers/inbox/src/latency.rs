//! How long accepting takes while old deliveries are purged.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;
use webhook_inbox::operations::purge;
use webhook_inbox::store::{Entry, State};
use webhook_inbox::{Retention, Store};

use crate::accept::accept_all;
use crate::counting::Counting;
use crate::deliveries::{deliveries, rows};
use crate::engine::Engine;
use crate::round::{deliveries_of, medians, percentile, rate};
use crate::tables::{Tables, millis, rounded};
use crate::{Failure, Plan};

const COLUMNS: &[&str] =
    &["store, callers", "p50", "p99", "longest", "purged a second", "meanwhile: p50", "p99", "longest"];

const DAY: Duration = Duration::from_hours(24);
const ROWS: usize = 500_000;

pub(crate) fn measure<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    let size = plan.rows.unwrap_or(ROWS);
    for &concurrent in &plan.concurrent {
        let store = engine.empty(runtime)?;
        runtime.block_on(fill(&store, size))?;
        let mut rounds = [Vec::new(), Vec::new()];
        let mut longest = [0.0_f64; 2];
        for _ in 0..plan.rounds {
            for (purges, (rounds, longest)) in [false, true].into_iter().zip(rounds.iter_mut().zip(&mut longest)) {
                let deliveries = deliveries(deliveries_of(concurrent))?;
                let purging = Counting::new(store.clone());
                let purged = Arc::clone(&purging.counts);
                // Until the deliveries are accepted. As the inbox does.
                let purge = purges.then(|| runtime.spawn(async move { purge(&purging, &Retention::default()).await }));
                let (elapsed, times) = runtime.block_on(accept_all(store.clone(), deliveries, concurrent))?;
                let purged = rate(purged.purged.items().try_into()?, elapsed);
                if let Some(purge) = purge {
                    purge.abort();
                    drop(runtime.block_on(purge));
                }
                *longest = longest.max(percentile(&times, 100));
                rounds.push([purged, percentile(&times, 50), percentile(&times, 99)]);
            }
        }
        let mut cells = vec![format!("{}, {concurrent}", E::NAME)];
        for (rounds, longest) in rounds.iter().zip(longest) {
            let [purged, p50, p99] = medians(rounds);
            cells.extend([rounded(purged), millis(p50), millis(p99), millis(longest)]);
        }
        // Nothing is purged in the first half.
        cells.remove(1);
        tables.row("While purging", COLUMNS, &cells);
    }
    Ok(())
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
