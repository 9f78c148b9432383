use std::time::Duration;

use tokio::time::timeout;
use webhook_receiver::Webhooks;

use crate::shared::{Call, Shared};
use crate::store::{PROBE_ENDPOINT, Stats, Store, StoreError, StoreErrorKind};

const TIMEOUT: Duration = Duration::from_secs(5);

/// How an inbox is doing, see [`Inbox::health`](crate::Inbox::health).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Its state.
    pub state: HealthState,
    /// The numbers of entries; `None` if the store does not answer.
    pub stats: Option<Stats>,
}

/// The state of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HealthState {
    /// Deliveries are stored and handled.
    Healthy,
    /// Deliveries are stored. They are handled after the endpoint is resumed.
    Paused,
    /// Deliveries are stored, but for a long time none has been handled although some could be.
    Stalled,
    /// The last call of the store has failed, for example because its disk is full. New deliveries are answered with 503. If the
    /// call stored a delivery, each question for the health writes to the store as well, to see whether that is possible again.
    Failing(StoreErrorKind),
}

/// Writes to a store, and leaves nothing behind, unless the process is killed in between.
async fn probe<S: Store>(store: &S) -> Result<(), StoreError> {
    store.set_paused(PROBE_ENDPOINT, true).await?;
    store.set_paused(PROBE_ENDPOINT, false).await
}

pub(crate) async fn health<S: Store, W: Webhooks>(shared: &Shared<S, W>) -> Health {
    let stats = match timeout(TIMEOUT, shared.store.stats(&shared.settings.endpoint)).await {
        Ok(Ok(stats)) => stats,
        Ok(Err(error)) => return Health { state: HealthState::Failing(error.kind()), stats: None },
        Err(_) => return Health { state: HealthState::Failing(StoreErrorKind::Busy), stats: None },
    };
    if shared.status().is_insert_failing() {
        // Without new deliveries, nothing else would show that the store has recovered.
        let written = timeout(TIMEOUT, probe(&*shared.store)).await;
        let written =
            written.unwrap_or_else(|_| Err(StoreError::new(StoreErrorKind::Busy, "the store did not answer in time")));
        let _ = shared.observe(Call::Insert, written);
    }
    let workers = shared.status();
    let is_stalled = shared.settings.has_workers
        && stats.oldest.is_some_and(|oldest| oldest >= shared.settings.stall)
        && workers.progress.elapsed() >= shared.settings.stall;
    let now = match workers.failing() {
        Some(kind) => HealthState::Failing(kind),
        None if stats.is_paused || stats.is_moving => HealthState::Paused,
        None if is_stalled => HealthState::Stalled,
        None => HealthState::Healthy,
    };
    Health { state: now, stats: Some(stats) }
}
