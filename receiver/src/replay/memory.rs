use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{BodyDigest, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};
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
    /// The number of the last token.
    reservations: u64,
}

struct Entry {
    body: BodyDigest,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Running(FencingToken),
    Handled,
}

impl MemoryGuard {
    /// The default capacity: about 13 MB with ids of 32 bytes, 27 MB with the longest.
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
        Box::pin(async { Ok(self.lock().reserve(id, *body)) })
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        Box::pin(async move { Ok(self.lock().state(id, token)) })
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        Box::pin(async move { Ok(self.lock().commit(id, token, self.capacity)) })
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.lock().release(id, token);
            Ok(())
        })
    }

    fn abandon(&self, id: &str, token: FencingToken) {
        self.lock().release(id, token);
    }
}

impl Memory {
    fn reserve(&mut self, id: &str, body: BodyDigest) -> Reservation {
        match self.entries.get(id) {
            Some(Entry { state: State::Handled, body }) => Reservation::Handled(*body),
            Some(Entry { state: State::Running(_), .. }) => Reservation::Running,
            None => {
                self.reservations += 1;
                let token = FencingToken::new(self.reservations);
                self.entries.insert(id.into(), Entry { body, state: State::Running(token) });
                Reservation::Reserved(Lease::new(token))
            }
        }
    }

    fn state(&self, id: &str, token: FencingToken) -> LeaseState {
        match self.entries.get(id) {
            Some(entry) if entry.state == State::Running(token) => LeaseState::Held,
            _ => LeaseState::Expired,
        }
    }

    fn commit(&mut self, id: &str, token: FencingToken, capacity: usize) -> LeaseState {
        let state = self.state(id, token);
        if state == LeaseState::Held
            && let Some((id, mut entry)) = self.entries.remove_entry(id)
        {
            entry.state = State::Handled;
            self.handled.push_back(Arc::clone(&id));
            self.entries.insert(id, entry);
        }
        while self.handled.len() > capacity
            && let Some(oldest) = self.handled.pop_front()
        {
            self.entries.remove(&oldest);
        }
        state
    }

    fn release(&mut self, id: &str, token: FencingToken) {
        if self.state(id, token) == LeaseState::Held {
            self.entries.remove(id);
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
