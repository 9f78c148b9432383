//! What is done about the webhooks: the handlers, and the state that they share.
//!
//! Tenovos sends a delivery again, under the same id, when it missed the answer. So each handler
//! writes under a key that is the same the next time, and being run twice does no harm.
//!
//! It waits 30 seconds for the answer. Work that may take longer belongs into a queue of your own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tenovos_webhooks::{Asset, AssetCreated, Delivery, Event, HandlerState, Unrouted};

use crate::shown::Shown;

/// How many unrouted deliveries are kept: memory is all that there is to keep them in.
const MAX_UNROUTED: usize = 100;

/// What the handlers have gathered.
#[derive(Debug)]
pub(crate) struct App {
    work: Duration,
    /// By asset id.
    assets: Mutex<BTreeMap<String, Asset>>,
    /// By delivery id.
    agreements: Mutex<BTreeMap<String, AgreementChange>>,
    /// By delivery id.
    unrouted: Mutex<BTreeMap<String, Unrouted>>,
}

/// Something that happened to an agreement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AgreementChange {
    event_type: Option<String>,
    time: Option<String>,
    user: Option<String>,
}

impl App {
    /// The initial state. `work` simulates the time of real work.
    pub(crate) fn new(work: Duration) -> Self {
        Self { work, assets: Mutex::default(), agreements: Mutex::default(), unrouted: Mutex::default() }
    }

    /// The assets that are known, by id.
    pub(crate) fn assets(&self) -> BTreeMap<String, Asset> {
        lock(&self.assets).clone()
    }

    /// What happened to agreements, by delivery id.
    pub(crate) fn agreements(&self) -> BTreeMap<String, AgreementChange> {
        lock(&self.agreements).clone()
    }

    /// The deliveries that were kept for inspection, by id.
    pub(crate) fn unrouted(&self) -> BTreeMap<String, Unrouted> {
        lock(&self.unrouted).clone()
    }
}

/// Handles `asset.created`: the type of the first argument says so.
pub(crate) async fn index_asset(event: AssetCreated, delivery: Delivery, app: HandlerState<Arc<App>>) {
    let asset = event.asset;
    let filename = asset.filename.as_deref().unwrap_or("(none)");
    tracing::info!(delivery = delivery.id(), filename = %Shown(filename), "indexing asset");
    tokio::time::sleep(app.work).await;
    lock(&app.assets).insert(asset.id.to_string(), asset);
    tracing::info!(delivery = delivery.id(), "asset indexed");
}

/// Handles every event of a topic, using the fields common to all events.
pub(crate) async fn record_agreement(event: Event, delivery: Delivery, app: HandlerState<Arc<App>>) {
    let context = event.event();
    let user = context.and_then(|context| context.user.as_ref());
    let change = AgreementChange {
        event_type: event.event_type_name().map(str::to_owned),
        time: context.and_then(|context| context.time.as_deref()).map(str::to_owned),
        user: user.and_then(|user| user.id.as_deref()).map(str::to_owned),
    };
    tracing::info!(
        delivery = delivery.id(),
        event_type = %Shown(change.event_type.as_deref().unwrap_or("(none)")),
        time = %Shown(change.time.as_deref().unwrap_or("(none)")),
        "agreement changed"
    );
    lock(&app.agreements).insert(key(&delivery), change);
}

/// Keeps what no other handler could take: events that Tenovos has added since the types were
/// generated, and bodies that are not what its description promises.
///
/// An error is answered with status 500, and Tenovos sends the delivery again later.
pub(crate) async fn keep_unrouted(unrouted: Unrouted, app: HandlerState<Arc<App>>) -> Result<(), &'static str> {
    let id = key(unrouted.delivery());
    let mut kept = lock(&app.unrouted);
    if kept.len() >= MAX_UNROUTED && !kept.contains_key(&id) {
        return Err("there is no room for another unrouted delivery");
    }
    // The reason is fit for a log line as it is. The body is not: it may hold personal data.
    let (reason, bytes) = (unrouted.reason(), unrouted.raw().len());
    tracing::warn!(delivery = id, %reason, bytes, "kept an unrouted delivery");
    kept.insert(id, unrouted);
    Ok(())
}

/// What a delivery is known by. Tenovos signs an id with every delivery, and none is verified without it.
fn key(delivery: &Delivery) -> String {
    delivery.id().unwrap_or_default().to_owned()
}

/// A handler that panicked leaves nothing half done: each writes with a single call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
