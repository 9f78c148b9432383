//! The claims that this process holds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::store::{Claim, ClaimId, ClaimToken, EventTypes, Key};

/// The claims whose handlers run, and those that are ending.
#[derive(Default)]
pub(crate) struct Held {
    claims: Mutex<Claims>,
    /// Wakes what waits for the end of handlers.
    pub(crate) ended: Notify,
}

#[derive(Default)]
struct Claims {
    running: HashMap<Key, Running>,
    /// Their ends are on the way to the store.
    ending: HashMap<ClaimId, Handler>,
}

struct Running {
    token: ClaimToken,
    handler: Handler,
}

struct Handler {
    began: Instant,
    event_type: Option<String>,
    task: Option<AbortHandle>,
}

impl Held {
    /// Begins to hold a claim. Returns `false` if a handler of its entry runs here already: that one goes on, under
    /// this claim. So if the clock of the store steps forward and all leases seem to have lapsed, nothing is handled
    /// twice.
    pub(crate) fn begin(&self, claim: &Claim) -> bool {
        let ClaimId { key, token } = &claim.id;
        match self.lock().running.entry(key.clone()) {
            Entry::Occupied(mut running) => {
                running.get_mut().token = *token;
                false
            }
            Entry::Vacant(vacant) => {
                let handler = Handler { began: Instant::now(), event_type: claim.event_type.clone(), task: None };
                vacant.insert(Running { token: *token, handler });
                true
            }
        }
    }

    /// Sets the task that handles an entry. Drops it if its claim has expired, or all were dropped, since the task was spawned.
    pub(crate) fn set_task(&self, key: &Key, task: AbortHandle) {
        let claims = &mut *self.lock();
        let running = claims.running.get_mut(key).map(|running| &mut running.handler);
        let mut ending = claims.ending.iter_mut().filter(|(claim, _)| claim.key == *key).map(|(_, handler)| handler);
        match running.or_else(|| ending.next()) {
            Some(handler) => handler.task = Some(task),
            // If the end is stored, the task has nothing left to wait for.
            None => task.abort(),
        }
    }

    /// The handler of an entry has finished. Returns its claim; `None` if that has expired.
    pub(crate) fn end(&self, key: &Key) -> Option<ClaimId> {
        let claims = &mut *self.lock();
        let Running { token, handler } = claims.running.remove(key)?;
        let claim = ClaimId { key: key.clone(), token };
        claims.ending.insert(claim.clone(), handler);
        Some(claim)
    }

    /// The end of a claim is stored.
    pub(crate) fn remove(&self, claim: &ClaimId) {
        self.lock().ending.remove(claim);
    }

    /// All claims.
    pub(crate) fn claims(&self) -> Vec<ClaimId> {
        let claims = self.lock();
        let running = claims.running.iter();
        let running = running.map(|(key, running)| ClaimId { key: key.clone(), token: running.token });
        running.chain(claims.ending.keys().cloned()).collect()
    }

    /// When the last handler of these event types began that has not ended.
    pub(crate) fn last_begin(&self, event_types: &EventTypes) -> Option<Instant> {
        let claims = self.lock();
        let handlers = claims.running.values().map(|running| &running.handler).chain(claims.ending.values());
        let meant = handlers.filter(|handler| event_types.contains(handler.event_type.as_deref()));
        meant.map(|handler| handler.began).max()
    }

    /// Drops the handler of a claim that has expired. Returns whether it was running: the store knows of ends earlier
    /// than this.
    pub(crate) fn expire(&self, claim: &ClaimId) -> bool {
        let claims = &mut *self.lock();
        let is_current = claims.running.get(&claim.key).is_some_and(|running| running.token == claim.token);
        let running = if is_current { claims.running.remove(&claim.key) } else { None };
        let was_running = running.is_some();
        if let Some(task) = running.and_then(|running| running.handler.task) {
            task.abort();
        }
        self.ended.notify_one();
        was_running
    }

    /// Drops all tasks, and returns their claims.
    pub(crate) fn abort_all(&self) -> Vec<ClaimId> {
        let all = self.claims();
        let claims = &mut *self.lock();
        let running = claims.running.drain().filter_map(|(_, running)| running.handler.task);
        running.chain(claims.ending.drain().filter_map(|(_, handler)| handler.task)).for_each(|task| task.abort());
        all
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::slice;
    use std::time::Duration;

    use bytes::Bytes;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn a_task_that_is_dropped_before_it_is_set_does_not_run() {
        let held = Held::default();
        let id = ClaimId { key: Key::new("acme", "1"), token: ClaimToken::new(1) };
        let (age, bytes) = (Duration::ZERO, Bytes::new());
        let claim = Claim { id: id.clone(), attempt: 1, event_type: None, age, superseded: false, bytes };
        assert!(held.begin(&claim));
        let task = tokio::spawn(pending::<()>());
        assert_eq!(held.abort_all(), slice::from_ref(&id));
        held.set_task(&id.key, task.abort_handle());
        assert!(task.await.unwrap_err().is_cancelled());

        // One whose end is on the way is not dropped until all are.
        assert!(held.begin(&claim));
        let task = tokio::spawn(pending::<()>());
        assert_eq!(held.end(&id.key), Some(id.clone()));
        held.set_task(&id.key, task.abort_handle());
        yield_now().await;
        assert!(!task.is_finished());
        held.abort_all();
        assert!(task.await.unwrap_err().is_cancelled());
    }
}
