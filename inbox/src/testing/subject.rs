use std::time::Duration;

use crate::memory::{MemoryEffect, MemoryStore, MemoryTable};
use crate::store::Store;

use super::ManualClock;

/// A store to check, see [`check_store`](super::check_store).
pub trait Subject: Sync {
    /// The type of store.
    type Store: Store;

    /// Opens the store. Each call returns another handle to the same one, as several processes have.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;

    /// Lets time pass for the store: usually, sets its clock forward.
    fn advance(&self, by: Duration) -> impl Future<Output = ()> + Send;

    /// An effect that adds 1 to the count with this name. If it is to fail, it returns an error afterwards.
    fn effect(&self, name: &str, fails: bool) -> <Self::Store as Store>::Effect;

    /// The count with this name, as committed. It is 0 at first.
    fn count(&self, name: &str) -> impl Future<Output = u64> + Send;
}

/// A [`MemoryStore`] to check, and an example of a subject.
#[derive(Clone, Debug)]
pub struct MemorySubject {
    clock: ManualClock,
    store: MemoryStore,
}

impl Default for MemorySubject {
    fn default() -> Self {
        let clock = ManualClock::default();
        Self { store: MemoryStore::with_clock(clock.clock()), clock }
    }
}

impl Subject for MemorySubject {
    type Store = MemoryStore;

    async fn open(&self) -> MemoryStore {
        self.store.clone()
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn effect(&self, name: &str, fails: bool) -> MemoryEffect {
        let name = name.to_owned();
        MemoryEffect::from(move |table: &mut MemoryTable| {
            let count = count(table, &name) + 1;
            table.insert(name, count.to_string());
            if fails { Err("this effect fails".into()) } else { Ok(()) }
        })
    }

    async fn count(&self, name: &str) -> u64 {
        count(&self.store.table(), name)
    }
}

fn count(table: &MemoryTable, name: &str) -> u64 {
    table.get(name).and_then(|count| count.parse().ok()).unwrap_or_default()
}
