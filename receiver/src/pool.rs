//! The connections of a server: how many there may be, and which of them may be closed for new ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// A pool with a maximum number of connections.
pub(crate) struct Pool {
    size: u32,
    slots: Arc<Semaphore>,
    evictable: Mutex<Evictable>,
    /// Notified when a connection becomes evictable.
    became_evictable: Notify,
}

/// The connections that may be closed, the longest evictable first.
#[derive(Default)]
struct Evictable {
    next: u64,
    connections: BTreeMap<u64, Arc<Notify>>,
}

/// A connection's place in the pool, released when the last clone is dropped. It travels with its requests, as an
/// extension.
#[derive(Clone)]
pub(crate) struct ConnectionGuard(Arc<Place>);

struct Place {
    pool: Arc<Pool>,
    evicted: Arc<Notify>,
    /// Its number among the evictable ones.
    number: Mutex<Option<u64>>,
    _slot: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(max_connections: usize) -> Self {
        let size = u32::try_from(max_connections.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { size, slots, evictable: Mutex::default(), became_evictable: Notify::new() }
    }

    /// Waits for a free place, and closes a connection if there is none.
    pub(crate) async fn enter(self: &Arc<Self>) -> ConnectionGuard {
        let slot = loop {
            let became_evictable = self.became_evictable.notified();
            if self.slots.available_permits() == 0 {
                self.evict();
            }
            tokio::select! {
                slot = Arc::clone(&self.slots).acquire_owned() => {
                    if let Ok(slot) = slot { break slot }
                }
                () = became_evictable => {}
            }
        };
        let place = Place { pool: Arc::clone(self), evicted: Arc::default(), number: Mutex::default(), _slot: slot };
        let guard = ConnectionGuard(Arc::new(place));
        guard.set_evictable();
        guard
    }

    /// Closes the oldest of the connections that may be closed.
    pub(crate) fn evict(&self) {
        if let Some((_, oldest)) = self.evictable().connections.pop_first() {
            oldest.notify_one();
        }
    }

    /// Waits until no connection is left.
    pub(crate) async fn empty(&self) {
        drop(self.slots.acquire_many(self.size).await);
    }

    fn evictable(&self) -> MutexGuard<'_, Evictable> {
        self.evictable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionGuard {
    /// Marks the connection as busy with a request that must be answered.
    pub(crate) fn keep(&self) {
        self.0.keep();
    }

    /// Marks the connection as one that may be closed.
    pub(crate) fn set_evictable(&self) {
        let Place { pool, evicted, .. } = &*self.0;
        self.0.keep();
        let mut evictable = pool.evictable();
        let number = evictable.next;
        evictable.next += 1;
        evictable.connections.insert(number, Arc::clone(evicted));
        drop(evictable);
        *self.0.number() = Some(number);
        pool.became_evictable.notify_waiters();
    }

    /// Waits until the connection must be closed.
    pub(crate) async fn evicted(&self) {
        self.0.evicted.notified().await;
    }
}

impl Place {
    fn keep(&self) {
        if let Some(number) = self.number().take() {
            self.pool.evictable().connections.remove(&number);
        }
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keep();
    }
}
