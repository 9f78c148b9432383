//! The handlers, and their shared state.
//!
//! The inbox runs a handler again if the process was killed before it could store that the handler has finished. So each handler
//! writes under a key that stays the same, and running twice does no harm.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tenovos_webhooks::{Asset, AssetCreated, Delivery, Event, HandlerState};

use crate::shown::Shown;

/// The data of the handlers.
#[derive(Debug)]
pub(crate) struct App {
    work: Duration,
    /// By asset id.
    assets: Mutex<BTreeMap<String, Asset>>,
    /// By delivery id.
    agreements: Mutex<BTreeMap<String, AgreementChange>>,
}

/// An event of an agreement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AgreementChange {
    event_type: Option<String>,
    time: Option<String>,
    user: Option<String>,
}

impl App {
    /// The initial state. `work` simulates the time of real work.
    pub(crate) fn new(work: Duration) -> Self {
        Self { work, assets: Mutex::default(), agreements: Mutex::default() }
    }

    /// The known assets, by id.
    pub(crate) fn assets(&self) -> BTreeMap<String, Asset> {
        lock(&self.assets).clone()
    }

    /// The events of agreements, by delivery id.
    pub(crate) fn agreements(&self) -> BTreeMap<String, AgreementChange> {
        lock(&self.agreements).clone()
    }
}

/// Handles `asset.created`, because of the type of the first argument.
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

/// The id of a delivery. Tenovos signs one with every delivery; without it, none is verified.
fn key(delivery: &Delivery) -> String {
    delivery.id().unwrap_or_default().to_owned()
}

/// A handler that panicked leaves no partial writes: each writes with a single call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
