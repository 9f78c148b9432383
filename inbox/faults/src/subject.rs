use std::collections::BTreeMap;
use std::path::Path;

use webhook_inbox::Store;
use webhook_inbox::store::Clock;

/// A store whose processes are killed.
pub trait Subject: Send + Sync + 'static {
    /// The store.
    type Store: Store;

    /// How many transactions a purge has, in each of which a process is killed.
    const PURGES: u64 = 1;

    /// Opens the store of this test, and creates it with what [`effect`](Self::effect) needs. The folder is the same for all
    /// processes of a test.
    fn open(&self, folder: &Path, clock: Clock) -> impl Future<Output = Self::Store> + Send;

    /// An effect that adds 1 to the number of this id.
    fn effect(&self, folder: &Path, id: &str) -> <Self::Store as Store>::Effect;

    /// The numbers of all ids that have one. The store must be intact.
    fn effects(&self, folder: &Path) -> BTreeMap<String, u64>;
}
