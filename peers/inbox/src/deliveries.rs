//! Deliveries, and what a store keeps of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tenovos_webhooks::Tenovos;
use webhook_inbox::store::{Key, NewEntry};
use webhook_receiver::{BodyDigest, Delivery, Receiver, StoredDelivery, Verifier, testing};
use webhooks_bench::{load, payload};

use crate::Failure;

pub(crate) const ENDPOINT: &str = "tenovos";

/// About 650 bytes.
pub(crate) fn body() -> String {
    payload::long_asset_created(2)
}

/// One that was not used before, as long as those of Svix. They are in no order, so that the order in which they are inserted
/// makes no difference.
pub(crate) fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // Multiplication by an odd number is a bijection.
    format!("msg_{:027}", NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

pub(crate) fn receiver() -> Result<Receiver<Tenovos>, Failure> {
    Ok(Receiver::new(Verifier::standard_webhooks(load::secret()?)))
}

/// Signed and verified.
pub(crate) fn deliveries(count: usize) -> Result<Vec<Delivery>, Failure> {
    let (secret, body) = (load::secret()?, body());
    let verifier = Verifier::standard_webhooks(load::secret()?);
    let delivery = |_| {
        let headers = testing::sign(&secret, &id(), SystemTime::now(), body.as_bytes());
        Ok(verifier.verify(&headers, body.clone().into())?)
    };
    (0..count).map(delivery).collect()
}

/// The row of a delivery: it is hashed and serialized.
pub(crate) fn row(delivery: &Delivery) -> NewEntry {
    NewEntry {
        key: Key::new(ENDPOINT, delivery.signed_id().unwrap_or_default()),
        digest: BodyDigest::of(delivery.raw()),
        event_type: Some("asset.created".to_owned()),
        order: None,
        bytes: StoredDelivery::new(ENDPOINT, delivery).to_bytes().into(),
    }
}

pub(crate) fn rows(deliveries: &[Delivery]) -> Vec<NewEntry> {
    deliveries.iter().map(row).collect()
}
