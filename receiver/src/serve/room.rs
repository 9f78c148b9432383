use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// A pool with a maximum number of connections.
pub(super) struct Room {
    size: u32,
    slots: Arc<Semaphore>,
    spare: Mutex<Spare>,
    /// Notified when a connection becomes evictable.
    spared: Notify,
}

/// The connections that may be closed, the longest evictable first.
#[derive(Default)]
struct Spare {
    next: u64,
    evict: BTreeMap<u64, Arc<Notify>>,
}

/// A connection's place in the pool, released when the last clone is dropped. It travels with its requests, as an
/// extension.
#[derive(Clone)]
pub(crate) struct Ticket(Arc<Place>);

struct Place {
    room: Arc<Room>,
    evicted: Arc<Notify>,
    /// Its number among the evictable ones.
    spare: Mutex<Option<u64>>,
    _slot: OwnedSemaphorePermit,
}

impl Room {
    pub(super) fn new(connections: usize) -> Self {
        let size = u32::try_from(connections.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { size, slots, spare: Mutex::default(), spared: Notify::new() }
    }

    /// Waits for a free place, and closes a connection if there is none.
    pub(super) async fn enter(self: &Arc<Self>) -> Ticket {
        let slot = loop {
            let spared = self.spared.notified();
            if self.slots.available_permits() == 0 {
                self.evict();
            }
            tokio::select! {
                slot = Arc::clone(&self.slots).acquire_owned() => {
                    if let Ok(slot) = slot { break slot }
                }
                () = spared => {}
            }
        };
        let place = Place { room: Arc::clone(self), evicted: Arc::default(), spare: Mutex::default(), _slot: slot };
        let ticket = Ticket(Arc::new(place));
        ticket.spare();
        ticket
    }

    /// Closes the oldest of the connections that may be closed.
    pub(super) fn evict(&self) {
        if let Some((_, oldest)) = self.spare().evict.pop_first() {
            oldest.notify_one();
        }
    }

    /// Waits until no connection is left.
    pub(super) async fn empty(&self) {
        drop(self.slots.acquire_many(self.size).await);
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Marks the connection as busy with a request that must be answered.
    pub(crate) fn keep(&self) {
        self.0.keep();
    }

    /// The connection may be closed again.
    pub(super) fn spare(&self) {
        let Place { room, evicted, .. } = &*self.0;
        self.0.keep();
        let mut spare = room.spare();
        let number = spare.next;
        spare.next += 1;
        spare.evict.insert(number, Arc::clone(evicted));
        drop(spare);
        *self.0.number() = Some(number);
        room.spared.notify_waiters();
    }

    /// Waits until the connection must be closed.
    pub(super) async fn evicted(&self) {
        self.0.evicted.notified().await;
    }
}

impl Place {
    fn keep(&self) {
        if let Some(number) = self.number().take() {
            self.room.spare().evict.remove(&number);
        }
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keep();
    }
}
