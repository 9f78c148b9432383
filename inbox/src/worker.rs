//! Claims deliveries and handles them, keeps their leases, and removes what is old.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use webhook_receiver::{LeaseState, Webhooks};

use crate::attempt::{self, Places};
use crate::metrics;
use crate::pace::in_steps;
use crate::shared::{Call, Phase, Shared};
use crate::store::{CALL_BYTES, Claim, ClaimRequest, EventTypes, Store, StoreError};

/// Claims are at most this many at once.
const LARGEST_CLAIM: usize = 64;
const PURGE_INTERVAL: Duration = Duration::from_mins(1);
const SAMPLE_INTERVAL: Duration = Duration::from_secs(15);

/// Claims and handles deliveries until the inbox is drained.
pub(crate) async fn claim<S: Store, W: Webhooks>(shared: Arc<Shared<S, W>>) {
    // At most the poll interval from now on.
    let mut next_lapsed = Instant::now();
    let mut withheld = Vec::new();
    while shared.phase() == Phase::Running {
        if Instant::now() >= next_lapsed {
            // Between two of them, others get their turn.
            let pause = if isolated(&shared).await { Duration::ZERO } else { shared.settings.poll };
            withheld = waited_for(&shared).await;
            next_lapsed = Instant::now() + pause;
        }
        select! {
            biased;
            () = shared.until(Phase::Draining) => return,
            first = free(&shared) => {
                let Some(first) = first else { return };
                // Handlers that were claimed together may end together.
                yield_now().await;
                if !round(&shared, vec![first], &withheld).await.is_empty() {
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

/// A place for a delivery that can be claimed.
struct Free {
    handling: OwnedSemaphorePermit,
    claimed: OwnedSemaphorePermit,
}

/// Waits for a place. `None` never happens: the semaphores are not closed.
async fn free<S: Store, W: Webhooks>(shared: &Shared<S, W>) -> Option<Free> {
    let claimed = Arc::clone(&shared.slots.claimed).acquire_owned().await.ok()?;
    let handling = Arc::clone(&shared.slots.all).acquire_owned().await.ok()?;
    Some(Free { handling, claimed })
}

/// Handles one delivery whose lease has lapsed, and returns whether there was one.
///
/// Nothing says how its last attempt has ended. If it has ended the process, it may do so again, and the attempts of all
/// deliveries beside it would count as well. So it is the only one that is claimed, and nothing else begins until it has ended or
/// its handler has run for the length of a lease.
async fn isolated<S: Store, W: Webhooks>(shared: &Arc<Shared<S, W>>) -> bool {
    let has_place = || {
        let full = shared.slots.limited.iter().filter(|(event_type, places)| is_occupied(shared, event_type, places));
        EventTypes::Except(full.map(|(event_type, _)| (*event_type).to_owned()).collect())
    };
    if !has_lapsed(shared, has_place()).await {
        return false;
    }
    // What is handled here is not meant, even if the clock has stepped forward.
    extend(shared).await;
    if !has_lapsed(shared, has_place()).await {
        return false;
    }
    let place = async {
        alone(shared).await;
        free(shared).await
    };
    let place = select! {
        () = shared.until(Phase::Draining) => return false,
        place = place => place,
    };
    let Some(place) = place else { return false };
    let mut places = vec![place];
    let Some(task) = claim_into(shared, true, &[], &mut places).await.pop() else { return false };
    select! {
        () = shared.until(Phase::Draining) => {}
        _ = timeout(shared.settings.lease, task) => {}
    }
    true
}

/// Whether all places of this event type are occupied by handlers that have run for the length of a lease, which are not waited
/// for.
fn is_occupied<S: Store, W: Webhooks>(shared: &Shared<S, W>, event_type: &str, places: &Semaphore) -> bool {
    let last = || shared.held.last_begin(&EventTypes::Only(vec![event_type.to_owned()]));
    places.available_permits() == 0 && last().is_none_or(|began| began.elapsed() >= shared.settings.lease)
}

/// The event types for whose next place a lapsed delivery waits. Pending ones would take it each time.
async fn waited_for<S: Store, W: Webhooks>(shared: &Shared<S, W>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (event_type, places) in &shared.slots.limited {
        let only = EventTypes::Only(vec![(*event_type).to_owned()]);
        if is_occupied(shared, event_type, places) && has_lapsed(shared, only).await {
            found.push(*event_type);
        }
    }
    found
}

/// Whether the lease of a delivery of these event types has lapsed.
async fn has_lapsed<S: Store, W: Webhooks>(shared: &Shared<S, W>, event_types: EventTypes) -> bool {
    let request = request(shared, event_types, true, 1);
    let found = shared.observe(Call::Work, shared.store.has_claimable(&request).await);
    found.unwrap_or_else(|error| {
        failed(&error, "no webhooks can be claimed");
        false
    })
}

/// Waits until no handler is running except those that have run for the length of a lease. Nothing begins meanwhile.
async fn alone<S: Store, W: Webhooks>(shared: &Shared<S, W>) {
    while let Some(last) = shared.held.last_begin(&EventTypes::Except(Vec::new())) {
        let lease = shared.settings.lease;
        if last.elapsed() >= lease {
            return;
        }
        select! {
            () = shared.held.ended.notified() => {}
            () = sleep_until(last + lease) => return,
        }
    }
}

/// Claims as many deliveries as there are places, and begins to handle them, except those of withheld event types. Returns their
/// tasks.
async fn round<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    mut places: Vec<Free>,
    withheld: &[&str],
) -> Vec<JoinHandle<()>> {
    while places.len() < LARGEST_CLAIM
        && let Ok(claimed) = Arc::clone(&shared.slots.claimed).try_acquire_owned()
        && let Ok(handling) = Arc::clone(&shared.slots.all).try_acquire_owned()
    {
        places.push(Free { handling, claimed });
    }
    claim_into(shared, false, withheld, &mut places).await
}

/// Claims at most as many deliveries as there are places, those that are pending or those whose lease has lapsed.
async fn claim_into<S: Store, W: Webhooks>(
    shared: &Arc<Shared<S, W>>,
    lapsed: bool,
    withheld: &[&str],
    places: &mut Vec<Free>,
) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for (event_type, semaphore) in shared.slots.limited.iter().filter(|(name, _)| !withheld.contains(name)) {
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
    places: &mut Vec<Free>,
) -> Vec<JoinHandle<()>> {
    let mut taken = Vec::new();
    while let Some(place) = places.pop() {
        match limited.map(|semaphore| Arc::clone(semaphore).try_acquire_owned()).transpose() {
            Ok(limited) => taken.push((place, limited)),
            Err(_) => {
                places.push(place);
                break;
            }
        }
    }
    if taken.is_empty() {
        return Vec::new();
    }
    let mut tasks = Vec::new();
    for claim in claims(shared, &request(shared, event_types, lapsed, taken.len())).await {
        // A store returns at most as many as it was asked for. Others lapse.
        let Some((Free { handling, claimed }, limited)) = taken.pop() else { break };
        tasks.extend(attempt::start(shared, claim, Places { handling, limited, claimed }));
    }
    places.extend(taken.into_iter().map(|(place, _)| place));
    tasks
}

fn request<S: Store, W: Webhooks>(
    shared: &Shared<S, W>,
    event_types: EventTypes,
    lapsed: bool,
    limit: usize,
) -> ClaimRequest {
    let settings = &shared.settings;
    let (endpoint, lease) = (settings.endpoint.clone(), settings.lease);
    ClaimRequest { endpoint, event_types, lapsed, limit, max_bytes: CALL_BYTES, lease }
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
    let all = u32::try_from(shared.settings.concurrency.saturating_mul(2)).unwrap_or(u32::MAX);
    // A semaphore that is never closed.
    let _ = shared.slots.claimed.acquire_many(all).await;
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
