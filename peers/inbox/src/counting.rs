//! A store that counts its batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, Entry, Finish, Finished, Identity, Imported, Inserted, Key, NewEntry, Page, Part,
    Replayed, Retention, Selection, Stats, Store, StoreError, Version,
};
use webhook_receiver::LeaseState;

/// Passes everything on to another store.
#[derive(Clone)]
pub(crate) struct Counting<S> {
    store: S,
    pub(crate) counts: Arc<Counts>,
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) inserted: Count,
    pub(crate) claimed: Count,
    pub(crate) finished: Count,
    pub(crate) purged: Count,
}

/// Batches that are not empty, and what they contain.
#[derive(Default)]
pub(crate) struct Count {
    batches: AtomicU64,
    items: AtomicU64,
}

impl Count {
    fn add(&self, items: usize) {
        if items > 0 {
            self.items.fetch_add(items as u64, Ordering::Relaxed);
            self.batches.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn items(&self) -> u64 {
        self.items.load(Ordering::Relaxed)
    }

    /// The mean size.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    pub(crate) fn mean(&self) -> f64 {
        self.items() as f64 / self.batches.load(Ordering::Relaxed).max(1) as f64
    }
}

impl<S> Counting<S> {
    pub(crate) fn new(store: S) -> Self {
        Self { store, counts: Arc::default() }
    }
}

impl<S: Store> Store for Counting<S> {
    type Effect = S::Effect;

    async fn insert(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        self.counts.inserted.add(batch.len());
        self.store.insert(batch).await
    }

    fn inserts_overlap_below(&self) -> Duration {
        self.store.inserts_overlap_below()
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        let claims = self.store.claim(request).await?;
        self.counts.claimed.add(claims.len());
        Ok(claims)
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        self.store.has_claimable(request).await
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        self.store.extend(claims, lease).await
    }

    async fn finish(&self, batch: Vec<Finish<S::Effect>>) -> Result<Vec<Finished>, StoreError> {
        let finished = self.store.finish(batch).await?;
        assert!(finished.iter().all(|finished| matches!(finished, Finished::Applied)));
        self.counts.finished.add(finished.len());
        Ok(finished)
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        self.store.list(selection, page).await
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        self.store.replay(selection, part, limit).await
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        self.store.erase(keys, reason).await
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        self.store.set_paused(endpoint, is_paused).await
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        let purged = self.store.purge(retention, limit).await?;
        self.counts.purged.add(usize::try_from(purged).unwrap_or_default());
        Ok(purged)
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        self.store.stats(endpoint).await
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        self.store.import(entries).await
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        self.store.endpoints().await
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        self.store.identity().await
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        self.store.set_incoming(from).await
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        self.store.versions(after, limit).await
    }

    async fn import_versions(&self, versions: Vec<Version>) -> Result<(), StoreError> {
        self.store.import_versions(versions).await
    }
}
