//! Claims deliveries and handles them, keeps their leases, and removes what is old.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, sleep};
use webhook_receiver::{LeaseState, Webhooks};

use crate::attempt::{self, Permits};
use crate::metrics;
use crate::shared::{Call, Phase, Shared};
use crate::store::{Claim, ClaimRequest, EventTypes, Store, StoreError};

/// Claims are at most this many at once.
const LARGEST_CLAIM: usize = 64;
const PURGE_INTERVAL: Duration = Duration::from_mins(1);
/// Other users of the store wait for this at most.
const PURGE_CHUNK: usize = 500;
const SAMPLE_INTERVAL: Duration = Duration::from_secs(15);

/// Claims and handles deliveries until the inbox is drained.
pub(crate) async fn claim<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    while shared.phase() == Phase::Running {
        select! {
            () = shared.until(Phase::Draining) => return,
            first = Arc::clone(&shared.slots.all).acquire_owned() => {
                // A semaphore that is never closed.
                let Ok(first) = first else { return };
                let claimed = round(&shared, vec![first]).await;
                if claimed > 0 {
                    continue;
                }
            }
        }
        select! {
            () = shared.until(Phase::Draining) => return,
            () = shared.wake.notified() => {}
            () = sleep(shared.settings.poll) => {}
        }
    }
}

/// Claims as many deliveries as there are places, and begins to handle them. Returns how many there were.
async fn round<S: Store, W: Webhooks>(shared: &Arc<Shared<S, W>>, mut places: Permits) -> usize {
    while places.len() < LARGEST_CLAIM
        && let Ok(place) = Arc::clone(&shared.slots.all).try_acquire_owned()
    {
        places.push(place);
    }
    let mut count = 0;
    for (event_type, semaphore) in &shared.slots.limited {
        let only = EventTypes::Only(vec![(*event_type).to_owned()]);
        count += part(shared, only, Some(semaphore), &mut places).await;
    }
    let except = shared.slots.limited.iter().map(|(event_type, _)| (*event_type).to_owned()).collect();
    count + part(shared, EventTypes::Except(except), None, &mut places).await
}

/// Claims deliveries of these event types, each for a place and, if they are limited, a place of their event type.
async fn part<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    event_types: EventTypes,
    limited: Option<&Arc<Semaphore>>,
    places: &mut Permits,
) -> usize {
    let mut permits: Vec<Permits> = Vec::new();
    while let Some(place) = places.pop() {
        let Some(semaphore) = limited else {
            permits.push(vec![place]);
            continue;
        };
        match Arc::clone(semaphore).try_acquire_owned() {
            Ok(special) => permits.push(vec![place, special]),
            Err(_) => {
                places.push(place);
                break;
            }
        }
    }
    let claims = if permits.is_empty() { Vec::new() } else { claims(shared, event_types, permits.len()).await };
    let count = claims.len();
    for claim in claims {
        // A store returns at most as many as it was asked for. Others lapse.
        let Some(permits) = permits.pop() else { break };
        attempt::start(shared, claim, permits);
    }
    places.extend(permits.into_iter().filter_map(|permits| permits.into_iter().next()));
    count
}

async fn claims<S: Store, W: Webhooks>(shared: &Shared<S, W>, event_types: EventTypes, limit: usize) -> Vec<Claim> {
    let settings = &shared.settings;
    let endpoint = settings.endpoint.clone();
    let request = ClaimRequest { endpoint, event_types, limit, lease: settings.lease };
    match shared.observe(Call::Work, shared.store.claim(&request).await) {
        Ok(claims) => {
            if claims.len() < limit {
                shared.progressed();
            }
            claims
        }
        Err(error) => {
            failed(&error, "no webhooks can be claimed");
            Vec::new()
        }
    }
}

/// Finds out when the last handler of an inbox that is draining has ended.
pub(crate) async fn drain<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    shared.until(Phase::Draining).await;
    let all = u32::try_from(shared.settings.concurrency).unwrap_or(u32::MAX);
    // A semaphore that is never closed.
    let _ = shared.slots.all.acquire_many(all).await;
    shared.enter(Phase::Drained);
}

/// Extends the leases of what is handled here, until nothing is handled any more.
pub(crate) async fn keep<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    let lease = shared.settings.lease;
    loop {
        select! {
            () = shared.until(Phase::Drained) => return,
            () = sleep(lease / 3) => {}
        }
        let claims = shared.held.claims();
        if claims.is_empty() {
            continue;
        }
        match shared.observe(Call::Work, shared.store.extend(&claims, lease).await) {
            Ok(states) => {
                for (claim, state) in claims.iter().zip(states) {
                    // Another worker handles it now.
                    if state == LeaseState::Expired && shared.held.expire(claim) {
                        let (endpoint, id) = (&claim.key.endpoint, &claim.key.id);
                        tracing::warn!(endpoint, id, "the lease of a webhook has expired while its handler ran");
                        metrics::expired(endpoint);
                    }
                }
            }
            Err(error) => failed(&error, "the leases of webhooks cannot be extended"),
        }
    }
}

/// Removes what is older than its retention, in chunks.
pub(crate) async fn purge<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    let mut ticks = interval(PURGE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = shared.until(Phase::Draining) => return,
            _ = ticks.tick() => {}
        }
        loop {
            match shared.store.purge(&shared.settings.retention, PURGE_CHUNK).await {
                Ok(count) if count >= PURGE_CHUNK as u64 && shared.phase() == Phase::Running => {
                    // Between two chunks, others are served.
                    sleep(Duration::from_millis(5)).await;
                }
                Ok(_) => break,
                Err(error) => {
                    failed(&error, "old webhooks cannot be purged");
                    break;
                }
            }
        }
    }
}

/// Reports the numbers of entries as metrics.
pub(crate) async fn sample<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    let mut ticks = interval(SAMPLE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = shared.until(Phase::Draining) => return,
            _ = ticks.tick() => {}
        }
        if let Ok(stats) = shared.store.stats(&shared.settings.endpoint).await {
            metrics::sampled(&shared.settings.endpoint, &stats);
        }
    }
}

fn failed(error: &StoreError, what: &str) {
    tracing::error!(kind = error.kind().name(), "{what}: {error}");
}
