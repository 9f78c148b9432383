//! Claims deliveries and handles them, keeps their leases, and removes what is old.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use webhook_receiver::{LeaseState, Webhooks};

use crate::attempt::{self, Permits};
use crate::metrics;
use crate::pace::in_steps;
use crate::shared::{Call, Phase, Shared};
use crate::store::{Claim, ClaimRequest, EventTypes, Store, StoreError};

/// Claims are at most this many at once.
const LARGEST_CLAIM: usize = 64;
const PURGE_INTERVAL: Duration = Duration::from_mins(1);
const SAMPLE_INTERVAL: Duration = Duration::from_secs(15);

/// Claims and handles deliveries until the inbox is drained.
pub(crate) async fn claim<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    // At most the poll interval from now on.
    let mut next_lapsed = Instant::now();
    while shared.phase() == Phase::Running {
        if Instant::now() >= next_lapsed {
            // Between two of them, others get their turn.
            let pause = if isolated(&shared).await { Duration::ZERO } else { shared.settings.poll };
            next_lapsed = Instant::now() + pause;
        }
        select! {
            biased;
            () = shared.until(Phase::Draining) => return,
            first = Arc::clone(&shared.slots.all).acquire_owned() => {
                // A semaphore that is never closed.
                let Ok(first) = first else { return };
                // Ends that shared a commit free their places together.
                yield_now().await;
                if !round(&shared, vec![first]).await.is_empty() {
                    continue;
                }
            }
        }
        select! {
            () = shared.until(Phase::Draining) => return,
            () = shared.wake.notified() => {}
            () = sleep_until(next_lapsed) => {}
        }
    }
}

/// Handles one delivery whose lease has lapsed, and returns whether there was one.
///
/// Nothing says how its last attempt has ended. If it has ended the process, it may do so again, and the attempts of all
/// deliveries beside it would count as well. So it is the only one that is claimed, and nothing else begins until it has ended or
/// its handler has run for the length of a lease.
async fn isolated<S: Store, W: Webhooks>(shared: &Arc<Shared<S, W>>) -> bool {
    if !has_lapsed(shared).await {
        return false;
    }
    // What is handled here is not meant, even if the clock has stepped forward.
    extend(shared).await;
    if !has_lapsed(shared).await {
        return false;
    }
    let mut rest = select! {
        () = shared.until(Phase::Draining) => return false,
        places = all_places(shared) => places,
    };
    let Some(place) = rest.as_mut().and_then(|places| places.split(1)) else { return false };
    let mut places = vec![place];
    let Some(task) = claim_into(shared, true, &mut places).await.pop() else { return false };
    select! {
        () = shared.until(Phase::Draining) => {}
        _ = timeout(shared.settings.lease, task) => {}
    }
    true
}

/// Whether the lease of a delivery has lapsed for which there can be a place.
async fn has_lapsed<S: Store, W: Webhooks>(shared: &Shared<S, W>) -> bool {
    let full = shared.slots.limited.iter().filter(|(_, semaphore)| semaphore.available_permits() == 0);
    let others = EventTypes::Except(full.map(|(event_type, _)| (*event_type).to_owned()).collect());
    let request = request(shared, others, true, 1);
    let found = shared.observe(Call::Work, shared.store.has_claimable(&request).await);
    found.unwrap_or_else(|error| {
        failed(&error, "no webhooks can be claimed");
        false
    })
}

/// Waits until no handler is running, or those that are have run for the length of a lease. Then takes all places that are free, at
/// least one.
async fn all_places<S: Store, W: Webhooks>(shared: &Shared<S, W>) -> Option<OwnedSemaphorePermit> {
    let (all, count) = (&shared.slots.all, u32::try_from(shared.settings.concurrency).ok()?);
    // A semaphore that is never closed.
    if let Ok(places) = timeout(shared.settings.lease, Arc::clone(all).acquire_many_owned(count)).await {
        return places.ok();
    }
    let mut places = Arc::clone(all).acquire_owned().await.ok()?;
    while let Ok(place) = Arc::clone(all).try_acquire_owned() {
        places.merge(place);
    }
    Some(places)
}

/// Claims as many deliveries as there are places, and begins to handle them. Returns their tasks.
async fn round<S: Store, W: Webhooks>(shared: &Arc<Shared<S, W>>, mut places: Permits) -> Vec<JoinHandle<()>> {
    while places.len() < LARGEST_CLAIM
        && let Ok(place) = Arc::clone(&shared.slots.all).try_acquire_owned()
    {
        places.push(place);
    }
    claim_into(shared, false, &mut places).await
}

/// Claims at most as many deliveries as there are places, those that are pending or those whose lease has lapsed.
async fn claim_into<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    lapsed: bool,
    places: &mut Permits,
) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for (event_type, semaphore) in &shared.slots.limited {
        let only = EventTypes::Only(vec![(*event_type).to_owned()]);
        tasks.extend(part(shared, only, lapsed, Some(semaphore), places).await);
    }
    let except = shared.slots.limited.iter().map(|(event_type, _)| (*event_type).to_owned()).collect();
    tasks.extend(part(shared, EventTypes::Except(except), lapsed, None, places).await);
    tasks
}

/// Claims deliveries of these event types, each for a place and, if they are limited, a place of their event type.
async fn part<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    event_types: EventTypes,
    lapsed: bool,
    limited: Option<&Arc<Semaphore>>,
    places: &mut Permits,
) -> Vec<JoinHandle<()>> {
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
    if permits.is_empty() {
        return Vec::new();
    }
    let mut tasks = Vec::new();
    for claim in claims(shared, &request(shared, event_types, lapsed, permits.len())).await {
        // A store returns at most as many as it was asked for. Others lapse.
        let Some(permits) = permits.pop() else { break };
        tasks.extend(attempt::start(shared, claim, permits));
    }
    places.extend(permits.into_iter().filter_map(|permits| permits.into_iter().next()));
    tasks
}

fn request<S: Store, W: Webhooks>(
    shared: &Shared<S, W>,
    event_types: EventTypes,
    lapsed: bool,
    limit: usize,
) -> ClaimRequest {
    let settings = &shared.settings;
    ClaimRequest { endpoint: settings.endpoint.clone(), event_types, lapsed, limit, lease: settings.lease }
}

async fn claims<S: Store, W: Webhooks>(shared: &Shared<S, W>, request: &ClaimRequest) -> Vec<Claim> {
    match shared.observe(Call::Work, shared.store.claim(request).await) {
        Ok(claims) => {
            if claims.len() < request.limit && !request.lapsed {
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
    loop {
        select! {
            () = shared.until(Phase::Drained) => return,
            () = sleep(shared.settings.lease / 3) => extend(&shared).await,
        }
    }
}

async fn extend<S: Store, W: Webhooks>(shared: &Shared<S, W>) {
    let claims = shared.held.claims();
    if claims.is_empty() {
        return;
    }
    match shared.observe(Call::Work, shared.store.extend(&claims, shared.settings.lease).await) {
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

/// Removes what is older than its retention, in steps.
pub(crate) async fn purge<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    let mut ticks = interval(PURGE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = shared.until(Phase::Draining) => return,
            _ = ticks.tick() => {}
        }
        let purge = |limit| shared.store.purge(&shared.settings.retention, limit);
        if let Err(error) = in_steps(purge, || shared.phase() == Phase::Running).await {
            failed(&error, "old webhooks cannot be purged");
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
