//! A limit on how many handlers run at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A number of units to share.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Semaphore>);

/// A unit that is in use until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Budget {
    pub(super) fn new(units: usize) -> Self {
        Self(Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))))
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.0.available_permits() == 0
    }

    /// Takes a unit without waiting for it. `None` if none is left.
    pub(super) fn take(&self) -> Option<Slot> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(|permit| Slot { _permit: permit })
    }
}
