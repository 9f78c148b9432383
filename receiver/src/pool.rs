//! The connections of a server: how many there may be, and which of them is closed for a new one.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep};

use crate::client::Client;

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
    /// The connections of one client, verified deliveries excepted.
    share: usize,
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
    /// If clients have a share: the connections of each, and where they are. Those of deliveries do not count.
    clients: HashMap<Client, BTreeMap<u64, State>>,
}

struct Waiting {
    evicted: Arc<Notify>,
    since: Instant,
    client: Option<Client>,
}

/// A connection's place in the pool, released when this is dropped.
pub(crate) struct ConnectionGuard {
    place: Arc<Place>,
    _slot: OwnedSemaphorePermit,
}

/// Sets the state of a connection on behalf of a request. It travels with the request, as an extension, and has no effect
/// after it: not while the next one is running, nor after the connection.
#[derive(Clone)]
pub(crate) struct ConnectionHandle {
    place: Arc<Place>,
    request: u64,
}

struct Place {
    pool: Arc<Pool>,
    evicted: Arc<Notify>,
    state: watch::Sender<State>,
    /// `None` after the connection.
    current: Mutex<Option<Current>>,
}

struct Current {
    /// The number of the connection in a queue.
    number: u64,
    /// The number of requests so far.
    request: u64,
    /// Whose connection it is, and whose request, if clients have a share.
    peer: Option<Client>,
    client: Option<Client>,
}

impl Pool {
    /// `share` is how many connections one client may have, those of verified deliveries excepted.
    pub(crate) fn new(max_connections: usize, share: usize) -> Self {
        let size = u32::try_from(max_connections.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { size, share, slots, queues: Mutex::default(), changed: Notify::new() }
    }

    /// Waits for a free place, and closes a connection if there is none.
    pub(crate) async fn enter(self: &Arc<Self>, client: Option<Client>) -> ConnectionGuard {
        let mut evicting = false;
        let slot = loop {
            let changed = self.changed.notified();
            if !evicting && self.slots.available_permits() == 0 {
                evicting = self.evict(client);
            }
            tokio::select! {
                slot = Arc::clone(&self.slots).acquire_owned() => {
                    if let Ok(slot) = slot { break slot }
                }
                () = changed, if !evicting => {}
                () = sleep(Duration::from_secs(1)) => evicting = false,
            }
        };
        let (evicted, state) = (Arc::default(), watch::Sender::default());
        let number = self.queues().push(State::Waiting, &evicted, client, self.share);
        self.changed.notify_waiters();
        let current = Mutex::new(Some(Current { number, request: 0, peer: client, client }));
        ConnectionGuard { place: Arc::new(Place { pool: Arc::clone(self), evicted, state, current }), _slot: slot }
    }

    /// Closes a connection, unless all of them have recent deliveries. Returns whether there was one.
    ///
    /// It is the oldest of the largest group: those that wait for a head, for a body, or for a service. So none of these can
    /// crowd out the others. If the new connection is of a client that has its share, it is the oldest of this client.
    pub(crate) fn evict(&self, client: Option<Client>) -> bool {
        let mut queues = self.queues();
        let own = client.and_then(|client| queues.oldest_of(client, self.share));
        let groups = [State::Answering, State::Receiving, State::Waiting];
        let largest = groups.into_iter().max_by_key(|&state| queues.of(state).len());
        let oldest = largest.and_then(|state| Some((state, *queues.of(state).keys().next()?)));
        let oldest = own.or(oldest).or_else(|| {
            let (&number, delivery) = queues.deliveries.first_key_value()?;
            (delivery.since.elapsed() >= PATIENCE).then_some((State::Delivering, number))
        });
        let removed = oldest.and_then(|(state, number)| queues.remove(state, number));
        removed.inspect(|removed| removed.evicted.notify_one()).is_some()
    }

    /// Waits until no connection is left.
    pub(crate) async fn empty(&self) {
        drop(self.slots.acquire_many(self.size).await);
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        lock(&self.queues)
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

    /// Returns the number of the connection in the queue. If the client has more than its share, its oldest one is closed.
    fn push(&mut self, state: State, evicted: &Arc<Notify>, client: Option<Client>, share: usize) -> u64 {
        let number = self.next;
        self.next += 1;
        self.of(state).insert(number, Waiting { evicted: Arc::clone(evicted), since: Instant::now(), client });
        if let Some(client) = client.filter(|_| state != State::Delivering) {
            self.clients.entry(client).or_default().insert(number, state);
            let oldest = self.oldest_of(client, share.saturating_add(1));
            let removed = oldest.and_then(|(state, number)| self.remove(state, number));
            removed.inspect(|removed| removed.evicted.notify_one());
        }
        number
    }

    /// The oldest connection of a client that has so many.
    fn oldest_of(&self, client: Client, count: usize) -> Option<(State, u64)> {
        let own = self.clients.get(&client).filter(|own| own.len() >= count)?;
        own.first_key_value().map(|(&number, &state)| (state, number))
    }

    fn remove(&mut self, state: State, number: u64) -> Option<Waiting> {
        let removed = self.of(state).remove(&number)?;
        if let Some(client) = removed.client
            && let Entry::Occupied(mut own) = self.clients.entry(client)
        {
            own.get_mut().remove(&number);
            if own.get().is_empty() {
                own.remove();
            }
        }
        Some(removed)
    }
}

impl ConnectionGuard {
    /// A request has begun. It may be that of another client than the connection, if that is of a proxy.
    pub(crate) fn begin_request(&self, client: Option<Client>) -> ConnectionHandle {
        let place = Arc::clone(&self.place);
        let request = lock(&place.current).as_mut().map_or(0, |current| {
            current.request += 1;
            current.client = client;
            current.request
        });
        let handle = ConnectionHandle { place, request };
        handle.set(State::Receiving);
        handle
    }

    /// The state, and its changes.
    pub(crate) fn state(&self) -> watch::Receiver<State> {
        self.place.state.subscribe()
    }

    /// Waits until the connection must be closed.
    pub(crate) async fn evicted(&self) {
        self.place.evicted.notified().await;
    }
}

impl ConnectionHandle {
    /// Changes the state, and with it the connection's place among those that may be closed.
    pub(crate) fn set(&self, state: State) {
        self.set_if(state, |_| true);
    }

    /// The body of the request has arrived, or is not wanted.
    pub(crate) fn received(&self) {
        self.set_if(State::Answering, |previous| previous == State::Receiving);
    }

    fn set_if(&self, state: State, applies: fn(State) -> bool) {
        let Place { pool, evicted, state: shown, current } = &*self.place;
        {
            let mut current = lock(current);
            let previous = *shown.borrow();
            let is_own = |current: &&mut Current| current.request == self.request && applies(previous);
            let Some(current) = current.as_mut().filter(is_own) else { return };
            let mut queues = pool.queues();
            queues.remove(previous, current.number);
            let client = if state == State::Waiting { current.peer } else { current.client };
            current.number = queues.push(state, evicted, client, pool.share);
            shown.send_replace(state);
        }
        pool.changed.notify_waiters();
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let Place { pool, state, current, .. } = &*self.place;
        if let Some(Current { number, .. }) = lock(current).take() {
            pool.queues().remove(*state.borrow(), number);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a connection in each of these states into a full pool. Returns which are closed, in this order, for newcomers
    /// that stay in their first state.
    async fn closed(states: &[State], newcomers: usize) -> Vec<usize> {
        let pool = Arc::new(Pool::new(states.len(), usize::MAX));
        let closed = Arc::new(Mutex::new(Vec::new()));
        for (number, &state) in states.iter().enumerate() {
            let guard = pool.enter(None).await;
            guard.begin_request(None).set(state);
            let closed = Arc::clone(&closed);
            tokio::spawn(async move {
                guard.evicted().await;
                closed.lock().unwrap().push(number);
            });
        }
        tokio::task::yield_now().await;
        for _ in 0..newcomers {
            let guard = pool.enter(None).await;
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

    #[tokio::test(start_paused = true)]
    async fn a_client_with_its_share_makes_room_for_itself() {
        let pool = Arc::new(Pool::new(3, 2));
        let closed = Arc::new(Mutex::new(Vec::new()));
        for (number, last) in [1, 2, 2, 2, 2].into_iter().enumerate() {
            let guard = pool.enter(Some(Client::of([192, 0, 2, last].into()))).await;
            let closed = Arc::clone(&closed);
            tokio::spawn(async move {
                guard.evicted().await;
                closed.lock().unwrap().push(number);
            });
            tokio::task::yield_now().await;
        }
        assert_eq!(*closed.lock().unwrap(), [1, 2]);
    }

    /// A request may be kept by its service, and with it the handle.
    #[tokio::test(start_paused = true)]
    async fn handles_keep_no_place() {
        let pool = Arc::new(Pool::new(1, usize::MAX));
        let guard = pool.enter(None).await;
        let handle = guard.begin_request(None);
        drop(guard);
        pool.empty().await;
        handle.received();
        handle.set(State::Delivering);
        assert!(!pool.evict(None), "there is no connection left");
        assert!(handle.place.state.borrow().eq(&State::Receiving));
    }

    /// What is left of a request, such as its body, may be dropped late.
    #[tokio::test(start_paused = true)]
    async fn a_request_does_not_change_the_state_of_the_next() {
        let pool = Arc::new(Pool::new(1, usize::MAX));
        let guard = pool.enter(None).await;
        let first = guard.begin_request(None);
        first.set(State::Waiting);
        let second = guard.begin_request(None);
        first.received();
        assert!(*guard.state().borrow() == State::Receiving);
        second.received();
        first.set(State::Delivering);
        assert!(*guard.state().borrow() == State::Answering);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_has_a_share_of_the_connections() {
        use State::{Answering, Delivering, Waiting};

        let client = |last| Some(Client::of([192, 0, 2, last].into()));
        let pool = Arc::new(Pool::new(100, 2));
        let closed = Arc::new(Mutex::new(Vec::new()));
        for (number, (last, state)) in [
            (1, Delivering),
            (1, Answering),
            (2, Waiting),
            (1, Waiting),
            (1, Waiting),
            (2, Waiting),
            (1, Delivering),
            (1, Waiting),
        ]
        .into_iter()
        .enumerate()
        {
            let guard = pool.enter(client(last)).await;
            if state != Waiting {
                guard.begin_request(client(last)).set(state);
            }
            let closed = Arc::clone(&closed);
            tokio::spawn(async move {
                guard.evicted().await;
                closed.lock().unwrap().push(number);
            });
            tokio::task::yield_now().await;
        }
        // Those of the same client, the oldest first, but not deliveries.
        assert_eq!(*closed.lock().unwrap(), [1, 3]);
        while pool.evict(None) {}
        assert!(pool.queues().clients.is_empty(), "no client is remembered after its last connection");
    }
}
