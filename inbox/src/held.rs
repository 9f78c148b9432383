//! The claims that this process holds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::store::{ClaimId, ClaimToken, Key};

/// The claims whose handlers run, and those that are ending.
#[derive(Default)]
pub(crate) struct Held(Mutex<Claims>);

#[derive(Default)]
struct Claims {
    running: HashMap<Key, Running>,
    /// Their ends are on the way to the store.
    ending: HashMap<ClaimId, Option<AbortHandle>>,
}

struct Running {
    token: ClaimToken,
    task: Option<AbortHandle>,
}

impl Held {
    /// Begins to hold a claim. Returns `false` if a handler of its entry runs here already: that one goes on, under
    /// this claim. So if the clock of the store steps forward and all leases seem to have lapsed, nothing is handled
    /// twice.
    pub(crate) fn begin(&self, claim: &ClaimId) -> bool {
        match self.lock().running.entry(claim.key.clone()) {
            Entry::Occupied(mut running) => {
                running.get_mut().token = claim.token;
                false
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Running { token: claim.token, task: None });
                true
            }
        }
    }

    /// Sets the task that handles an entry, unless it is ending already.
    pub(crate) fn set_task(&self, key: &Key, task: AbortHandle) {
        if let Some(running) = self.lock().running.get_mut(key) {
            running.task = Some(task);
        }
    }

    /// The handler of an entry has finished. Returns its claim; `None` if that has expired.
    pub(crate) fn end(&self, key: &Key) -> Option<ClaimId> {
        let claims = &mut *self.lock();
        let Running { token, task } = claims.running.remove(key)?;
        let claim = ClaimId { key: key.clone(), token };
        claims.ending.insert(claim.clone(), task);
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

    /// Drops the handler of a claim that has expired. Returns whether it was running: the store knows of ends earlier
    /// than this.
    pub(crate) fn expire(&self, claim: &ClaimId) -> bool {
        let claims = &mut *self.lock();
        let is_current = claims.running.get(&claim.key).is_some_and(|running| running.token == claim.token);
        let running = if is_current { claims.running.remove(&claim.key) } else { None };
        let was_running = running.is_some();
        if let Some(task) = running.and_then(|running| running.task) {
            task.abort();
        }
        was_running
    }

    /// Drops all tasks, and returns their claims.
    pub(crate) fn abort_all(&self) -> Vec<ClaimId> {
        let all = self.claims();
        let claims = &mut *self.lock();
        let running = claims.running.drain().filter_map(|(_, running)| running.task);
        running.chain(claims.ending.drain().filter_map(|(_, task)| task)).for_each(|task| task.abort());
        all
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
