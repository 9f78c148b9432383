//! The memory of the process while many deliveries are accepted and handled.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tenovos_webhooks::{AssetCreated, Tenovos};
use tokio::runtime::Runtime;
use tokio::time::sleep;
use webhook_inbox::{Inbox, Retention, Store};
use webhook_receiver::Outcome;

use crate::counting::Counting;
use crate::deliveries::{ENDPOINT, deliveries, receiver};
use crate::engine::Engine;
use crate::tables::Tables;
use crate::{Failure, Plan};

const COLUMNS: &[&str] = &["store, accepted", "handled", "resident", "seconds"];

const ROWS: usize = 1_000_000;
const STEPS: usize = 10;
const CALLERS: usize = 64;
/// Deliveries are made in chunks, so that few are in memory before they are accepted.
const CHUNK: usize = 100;
/// Shorter than any vendor allows, so that rows are also purged. The inbox purges each minute.
const REMEMBERED: Duration = Duration::from_secs(30);

pub(crate) fn measure<E: Engine>(
    plan: &Plan,
    runtime: &Runtime,
    engine: &mut E,
    tables: &mut Tables,
) -> Result<(), Failure> {
    let size = plan.rows.unwrap_or(ROWS);
    let store = Counting::new(engine.empty(runtime)?);
    let counts = store.counts.clone();
    let retention = Retention::default().seen_shorter_than_the_sender_retries(REMEMBERED);
    let service = receiver()?.on(|_: AssetCreated| async {}).into_service();
    let entered = runtime.enter();
    let inbox = Inbox::builder(ENDPOINT, store, service).retention(retention).concurrency(CALLERS).start()?;
    drop(entered);
    let start = Instant::now();
    for step in 1..=STEPS {
        runtime.block_on(accept(&inbox, size / STEPS))?;
        // What waits is in the store.
        let (handled, seconds) = (counts.finished.items(), start.elapsed().as_secs());
        let name = format!("{}, {}", E::NAME, step * (size / STEPS));
        let cells = [name, handled.to_string(), format!("{:.1} MB", resident()?), seconds.to_string()];
        tables.row("Memory", COLUMNS, &cells);
    }
    runtime.block_on(async {
        while counts.finished.items() < counts.inserted.items() {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let (handled, seconds) = (counts.finished.items(), start.elapsed().as_secs());
    let cells =
        [format!("{}, all", E::NAME), handled.to_string(), format!("{:.1} MB", resident()?), seconds.to_string()];
    tables.row("Memory", COLUMNS, &cells);
    Ok(())
}

async fn accept<S: Store>(inbox: &Inbox<S, Tenovos>, count: usize) -> Result<(), Failure> {
    let left = Arc::new(AtomicUsize::new(count / CHUNK));
    let each = || {
        let (inbox, left) = (inbox.clone(), Arc::clone(&left));
        tokio::spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                for delivery in deliveries(CHUNK)? {
                    let outcome = inbox.accept(delivery).await;
                    if !matches!(outcome, Outcome::Stored) {
                        return Err(Failure::from(outcome.to_string()));
                    }
                }
            }
            Ok(())
        })
    };
    let tasks: Vec<_> = (0..CALLERS).map(|_| each()).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// In MB.
#[expect(clippy::cast_precision_loss, reason = "a number of pages")]
fn resident() -> Result<f64, Failure> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split(' ').nth(1).ok_or("no resident pages")?.parse()?;
    Ok((pages * 4096) as f64 / 1e6)
}
