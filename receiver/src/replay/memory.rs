use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::ready;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{BodyDigest, ReplayGuard, Reservation};
use crate::{BoxError, BoxFuture};

/// A [`ReplayGuard`] in memory: it keeps the ids that were handled last.
///
/// It is limited by number, not by time, so a wrong clock cannot make it forget. Its limits:
///
/// - After a restart everything is forgotten. A delivery that was handled before can be handled again.
/// - Several processes do not share it. A delivery handled by one can be handled again by another.
/// - Beyond the [capacity](Self::with_capacity) the oldest ids are forgotten, while a sender may retry for days.
///
/// If handling twice would do harm, write the id in the handler's own transaction, or use a guard with a store.
pub struct MemoryGuard {
    capacity: usize,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    entries: HashMap<Arc<str>, Entry>,
    /// The handled ids, the oldest first.
    handled: VecDeque<Arc<str>>,
}

struct Entry {
    id: Arc<str>,
    body: BodyDigest,
    state: State,
}

enum State {
    /// Waiters listen here, if any: `true` is success, and a dropped sender is not.
    Running(Option<watch::Sender<bool>>),
    Handled,
}

impl MemoryGuard {
    /// The default capacity: about 14 MB with ids of 32 bytes, 30 MB with the longest.
    pub const CAPACITY: usize = 65_536;

    /// Creates a guard that keeps this many handled ids. Memory is allocated as they arrive.
    pub fn with_capacity(ids: usize) -> Self {
        Self { capacity: ids, memory: Mutex::default() }
    }

    /// The number of known ids, handled or running.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether no id is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nothing panics while it is held.
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryGuard {
    fn default() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }
}

impl ReplayGuard for MemoryGuard {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(ready(Ok(self.lock().reserve(id, *body))))
    }

    fn commit<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        self.lock().commit(id, self.capacity);
        Box::pin(ready(Ok(())))
    }

    fn release<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        self.lock().entries.remove(id);
        Box::pin(ready(Ok(())))
    }
}

impl Memory {
    fn reserve(&mut self, id: &str, body: BodyDigest) -> Reservation {
        match self.entries.get_mut(id) {
            None => {
                let id: Arc<str> = id.into();
                self.entries.insert(Arc::clone(&id), Entry { id, body, state: State::Running(None) });
                Reservation::Reserved
            }
            Some(entry) if entry.body != body => Reservation::Conflict,
            Some(Entry { state: State::Handled, .. }) => Reservation::Handled,
            Some(Entry { state: State::Running(waiting), .. }) => {
                let mut end = waiting.get_or_insert_with(|| watch::Sender::new(false)).subscribe();
                Reservation::Running(Box::pin(async move { end.wait_for(|handled| *handled).await.is_ok() }))
            }
        }
    }

    fn commit(&mut self, id: &str, capacity: usize) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        if let State::Running(waiting) = mem::replace(&mut entry.state, State::Handled) {
            if let Some(waiting) = waiting {
                waiting.send_replace(true);
            }
            self.handled.push_back(Arc::clone(&entry.id));
        }
        while self.handled.len() > capacity
            && let Some(oldest) = self.handled.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}

impl fmt::Debug for MemoryGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryGuard")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
