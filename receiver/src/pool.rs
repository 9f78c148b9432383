//! The connections of a server: how many there may be, and which of them is closed for a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep};

/// How long the connection of a verified delivery is never closed. Senders do not wait that long for an answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a connection is doing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Waiting for a request, or for its head to arrive.
    #[default]
    Waiting,
    /// A request has begun: its body arrives, or is being verified.
    Receiving,
    /// A request other than a webhook has arrived, and its service works on the answer.
    Answering,
    /// A verified delivery is being handled.
    Delivering,
}

/// A pool with a maximum number of connections.
pub(crate) struct Pool {
    size: u32,
    slots: Arc<Semaphore>,
    queues: Mutex<Queues>,
    /// Notified when the state of a connection changes.
    changed: Notify,
}

/// The connections, by what they wait for. The one that has waited the longest comes first.
#[derive(Default)]
struct Queues {
    next: u64,
    heads: BTreeMap<u64, Waiting>,
    bodies: BTreeMap<u64, Waiting>,
    services: BTreeMap<u64, Waiting>,
    deliveries: BTreeMap<u64, Waiting>,
}

struct Waiting {
    evicted: Arc<Notify>,
    since: Instant,
}

/// A connection's place in the pool, released when the last clone is dropped. It travels with its requests, as an
/// extension.
#[derive(Clone)]
pub(crate) struct ConnectionGuard(Arc<Place>);

struct Place {
    pool: Arc<Pool>,
    evicted: Arc<Notify>,
    state: watch::Sender<State>,
    /// Its number in a queue.
    number: Mutex<u64>,
    _slot: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(max_connections: usize) -> Self {
        let size = u32::try_from(max_connections.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { size, slots, queues: Mutex::default(), changed: Notify::new() }
    }

    /// Waits for a free place, and closes a connection if there is none.
    pub(crate) async fn enter(self: &Arc<Self>) -> ConnectionGuard {
        let mut evicting = false;
        let slot = loop {
            let changed = self.changed.notified();
            if !evicting && self.slots.available_permits() == 0 {
                evicting = self.evict();
            }
            tokio::select! {
                slot = Arc::clone(&self.slots).acquire_owned() => {
                    if let Ok(slot) = slot { break slot }
                }
                () = changed, if !evicting => {}
                () = sleep(Duration::from_secs(1)) => evicting = false,
            }
        };
        let guard = ConnectionGuard(Arc::new(Place {
            pool: Arc::clone(self),
            evicted: Arc::default(),
            state: watch::Sender::default(),
            number: Mutex::default(),
            _slot: slot,
        }));
        guard.set(State::Waiting);
        guard
    }

    /// Closes a connection, unless all of them have recent deliveries. Returns whether there was one.
    ///
    /// It is the oldest of the largest group: those that wait for a head, for a body, or for a service. So none of these can
    /// crowd out the others.
    pub(crate) fn evict(&self) -> bool {
        let Queues { heads, bodies, services, deliveries, .. } = &mut *self.queues();
        let largest = [services, bodies, heads].into_iter().max_by_key(|group| group.len());
        let oldest = largest.and_then(BTreeMap::pop_first).or_else(|| {
            let oldest = deliveries.first_entry()?;
            (oldest.get().since.elapsed() >= PATIENCE).then(|| oldest.remove_entry())
        });
        oldest.inspect(|(_, oldest)| oldest.evicted.notify_one()).is_some()
    }

    /// Waits until no connection is left.
    pub(crate) async fn empty(&self) {
        drop(self.slots.acquire_many(self.size).await);
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    fn of(&mut self, state: State) -> &mut BTreeMap<u64, Waiting> {
        match state {
            State::Waiting => &mut self.heads,
            State::Receiving => &mut self.bodies,
            State::Answering => &mut self.services,
            State::Delivering => &mut self.deliveries,
        }
    }
}

impl ConnectionGuard {
    /// Changes the state, and with it the connection's place among those that may be closed.
    pub(crate) fn set(&self, state: State) {
        let Place { pool, evicted, state: current, .. } = &*self.0;
        {
            let mut queues = pool.queues();
            let mut number = self.0.number();
            let previous = current.send_replace(state);
            queues.of(previous).remove(&number);
            *number = queues.next;
            queues.next += 1;
            let waiting = Waiting { evicted: Arc::clone(evicted), since: Instant::now() };
            queues.of(state).insert(*number, waiting);
        }
        pool.changed.notify_waiters();
    }

    /// The body of the request has arrived, or is not wanted.
    pub(crate) fn received(&self) {
        if *self.0.state.borrow() == State::Receiving {
            self.set(State::Answering);
        }
    }

    /// The state, and its changes.
    pub(crate) fn state(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// Waits until the connection must be closed.
    pub(crate) async fn evicted(&self) {
        self.0.evicted.notified().await;
    }
}

impl Place {
    fn number(&self) -> MutexGuard<'_, u64> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (number, state) = (*self.number(), *self.state.borrow());
        self.pool.queues().of(state).remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a connection in each of these states into a full pool. Returns which are closed, in this order, for newcomers
    /// that stay in their first state.
    async fn closed(states: &[State], newcomers: usize) -> Vec<usize> {
        let pool = Arc::new(Pool::new(states.len()));
        let closed = Arc::new(Mutex::new(Vec::new()));
        for (number, &state) in states.iter().enumerate() {
            let guard = pool.enter().await;
            guard.set(state);
            let closed = Arc::clone(&closed);
            tokio::spawn(async move {
                guard.evicted().await;
                closed.lock().unwrap().push(number);
            });
        }
        tokio::task::yield_now().await;
        for _ in 0..newcomers {
            let guard = pool.enter().await;
            tokio::spawn(async move { guard.evicted().await });
        }
        closed.lock().unwrap().clone()
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_of_the_largest_group_is_closed() {
        use State::{Answering, Delivering, Receiving, Waiting};

        assert_eq!(closed(&[Waiting, Receiving, Answering, Delivering], 1).await, [0]);
        // Then there are as many newcomers as services.
        assert_eq!(closed(&[Answering, Answering, Answering, Answering], 9).await, [0, 1]);
        assert_eq!(closed(&[Waiting, Waiting, Waiting, Answering], 9).await, [0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn deliveries_are_kept_for_a_minute() {
        let start = Instant::now();
        assert_eq!(closed(&[State::Delivering, State::Delivering], 1).await, [0]);
        assert!(start.elapsed() >= PATIENCE);
    }
}
