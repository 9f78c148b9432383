//! What a store is compared with.

use std::time::SystemTime;

use tokio::runtime::Runtime;
use webhook_inbox::store::{NewEntry, Store};

use crate::Failure;

/// A store, and a loop over the same tables without it.
pub(crate) trait Engine {
    /// What it is called in tables.
    const NAME: &'static str;
    type Store: Store + Clone;
    type Floor: Floor;

    /// A store with empty tables. Those before are gone.
    fn empty(&mut self, runtime: &Runtime) -> Result<Self::Store, Failure>;

    /// A connection to these tables.
    fn floor(&self) -> Result<Self::Floor, Failure>;

    /// Inserts a row into a table beside those of the store.
    fn effect(asset: String) -> <Self::Store as Store>::Effect;
}

/// The statements of a store, in a single thread. Each call is a transaction.
pub(crate) trait Floor {
    fn insert(&mut self, batch: &[NewEntry]) -> Result<(), Failure>;

    fn claim(&mut self, limit: usize) -> Result<Vec<Claimed>, Failure>;

    /// Marks these done, and makes their effects, each in a savepoint.
    fn finish(&mut self, batch: &[Claimed]) -> Result<(), Failure>;
}

/// What a worker needs.
pub(crate) struct Claimed {
    pub(crate) sequence: i64,
    pub(crate) token: i64,
    pub(crate) id: String,
    /// Read, and not used.
    pub(crate) _bytes: Vec<u8>,
}

pub(crate) const LEASE_MILLIS: i64 = 30_000;

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
