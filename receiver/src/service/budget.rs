//! A limit on the use of a resource.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A number of units to share.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Semaphore>);

/// Units that are in use until it is dropped.
#[derive(Debug)]
pub(super) struct Share(OwnedSemaphorePermit);

/// Not enough units are left.
#[derive(Debug)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(units: usize) -> Self {
        Self(Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))))
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.0.available_permits() == 0
    }

    /// Takes units without waiting for them.
    pub(super) fn take(&self, units: usize) -> Result<Share, Exhausted> {
        let units = u32::try_from(units).map_err(|_| Exhausted)?;
        Arc::clone(&self.0).try_acquire_many_owned(units).map(Share).map_err(|_| Exhausted)
    }
}

impl Share {
    /// Adds a share of the same budget.
    pub(super) fn add(&mut self, more: Self) {
        self.0.merge(more.0);
    }
}
