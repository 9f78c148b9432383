//! Stores deliveries.

use std::fmt::Write;
use std::iter::repeat_with;
use std::sync::Arc;

use tokio::time::{Instant, timeout};
use webhook_receiver::{BodyDigest, Delivery, Outcome, Received, StoredDelivery, Webhooks};

use crate::batch::NotWritten;
use crate::metrics;
use crate::offload::offload;
use crate::shared::{Call, Shared};
use crate::store::{Inserted, Key, NewEntry, Store, StoreError, StoreErrorKind, crash_point};

const MAX_EVENT_TYPE_BYTES: usize = 128;

/// Stores a delivery. The outcome is reported when it is durable.
pub(crate) async fn accept<S: Store, W: Webhooks>(shared: &Arc<Shared<S, W>>, received: Received) -> Outcome {
    let this = Arc::clone(shared);
    let entry = offload(received.delivery.raw().len(), move || entry(&this, &received)).await;
    let Some(entry) = entry else { return Outcome::Unavailable("the runtime is shutting down".into()) };
    crash_point("accept: before the insert");
    let start = Instant::now();
    let late = |_| Err(NotWritten::Failed(StoreError::new(StoreErrorKind::Busy, "the store did not answer in time")));
    let written = timeout(shared.settings.accept_timeout, shared.inserts.write(entry)).await.unwrap_or_else(late);
    metrics::commit(&shared.settings.endpoint, start.elapsed());
    let outcome = match written {
        Ok(inserted) => {
            let _ = shared.observe(Call::Insert, Ok(()));
            match inserted {
                Inserted::New => Outcome::Stored,
                Inserted::Duplicate => Outcome::Duplicate,
                Inserted::Conflict => Outcome::Conflict,
            }
        }
        Err(NotWritten::Failed(error)) => {
            let _ = shared.observe(Call::Insert, Err::<(), _>(error.clone()));
            Outcome::Unavailable(error.into())
        }
        Err(NotWritten::Full) => Outcome::Overloaded,
    };
    if matches!(outcome, Outcome::Stored) {
        crash_point("accept: committed, before the answer");
        shared.wake.notify_one();
    }
    metrics::accepted(&shared.settings.endpoint, outcome.name());
    outcome
}

fn entry<S: Store, W: Webhooks>(shared: &Shared<S, W>, received: &Received) -> NewEntry {
    let Received { delivery, event_type, .. } = received;
    let endpoint = &shared.settings.endpoint;
    let digest = BodyDigest::of(delivery.raw());
    let is_name = |name: &&str| {
        (1..=MAX_EVENT_TYPE_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    NewEntry {
        key: Key::new(endpoint.clone(), id(delivery, &digest)),
        digest,
        event_type: event_type.as_deref().filter(is_name).map(str::to_owned),
        order: shared.settings.order.as_ref().and_then(|order| order.of(delivery)),
        bytes: StoredDelivery::new(endpoint.clone(), delivery).to_bytes().into(),
    }
}

/// What makes two deliveries the same.
///
/// A signed id does. An id that the signature does not cover can be put on another body, which must not block the genuine
/// delivery: so the body is part of it. Without an id, nothing does, so each delivery is one of its own.
fn id(delivery: &Delivery, digest: &BodyDigest) -> String {
    if let Some(id) = delivery.signed_id() {
        return id.to_owned();
    }
    match delivery.id() {
        Some(id) => format!("{id}#{}", hex(digest.as_bytes())),
        None => format!("#{}", hex(&repeat_with(|| fastrand::u8(..)).take(16).collect::<Vec<_>>())),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
