//! A store in memory that can be made to fail.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;
use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, Entry, Finish, Finished, Identity, Imported, Inserted, Key, NewEntry, Page, Part,
    Replayed, Selection, Stats, StoreError, StoreErrorKind, Version,
};
use webhook_inbox::{MemoryEffect, MemoryStore, Retention, Store};
use webhook_receiver::LeaseState;

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    Calm,
    /// It fails and changes nothing.
    Fails(StoreErrorKind),
    /// It succeeds, but the answer is lost.
    LosesAnswers,
}

#[derive(Clone)]
pub(crate) struct Unreliable {
    pub(crate) store: MemoryStore,
    inserts: Arc<Mutex<Trouble>>,
    finishes: Arc<Mutex<Trouble>>,
    others: Arc<Mutex<Trouble>>,
    millis: Arc<AtomicU64>,
    jitter: Option<Arc<Mutex<Rng>>>,
    lists: Duration,
    calls: Arc<AtomicU64>,
    inserting: Arc<AtomicU64>,
    /// The most inserts at the same time.
    pub(crate) most_inserts: Arc<AtomicU64>,
    lost_call: Option<u64>,
    pub(crate) lost: Arc<AtomicU8>,
}

impl Unreliable {
    pub(crate) fn new(store: MemoryStore) -> Self {
        let calm = || Arc::new(Mutex::new(Trouble::Calm));
        Self {
            store,
            inserts: calm(),
            finishes: calm(),
            others: calm(),
            millis: Arc::default(),
            jitter: None,
            lists: Duration::ZERO,
            calls: Arc::default(),
            inserting: Arc::default(),
            most_inserts: Arc::default(),
            lost_call: None,
            lost: Arc::default(),
        }
    }

    /// Each call takes some time before and after it, so that others come between.
    pub(crate) fn with_jitter(store: MemoryStore, seed: u64) -> Self {
        Self { jitter: Some(Arc::new(Mutex::new(Rng::with_seed(seed)))), ..Self::new(store) }
    }

    /// The answer to the call with this number, from 0, is lost.
    pub(crate) fn loses_answer_of(&mut self, call: u64) {
        self.lost_call = Some(call);
    }

    pub(crate) fn slow_lists(&mut self, by: Duration) {
        self.lists = by;
    }

    pub(crate) fn all(&self, trouble: Trouble) {
        self.inserts(trouble);
        self.finishes(trouble);
        self.others(trouble);
    }

    pub(crate) fn others(&self, trouble: Trouble) {
        *self.others.lock().unwrap() = trouble;
    }

    pub(crate) fn inserts(&self, trouble: Trouble) {
        *self.inserts.lock().unwrap() = trouble;
    }

    pub(crate) fn finishes(&self, trouble: Trouble) {
        *self.finishes.lock().unwrap() = trouble;
    }

    pub(crate) fn slow(&self, by: Duration) {
        self.millis.store(by.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    async fn pause(&self) {
        if let Some(random) = &self.jitter {
            let millis = random.lock().unwrap().u64(..30);
            sleep(Duration::from_millis(millis)).await;
        }
    }

    async fn call<T>(
        &self,
        trouble: &Mutex<Trouble>,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        sleep(Duration::from_millis(self.millis.load(Ordering::SeqCst))).await;
        self.pause().await;
        let is_lost = self.lost_call == Some(self.calls.fetch_add(1, Ordering::SeqCst));
        let trouble = if is_lost { Trouble::LosesAnswers } else { *trouble.lock().unwrap() };
        match trouble {
            Trouble::Calm => {
                let result = call.await;
                self.pause().await;
                result
            }
            Trouble::Fails(kind) => Err(StoreError::new(kind, "as the test wants")),
            Trouble::LosesAnswers => {
                call.await?;
                self.lost.fetch_add(1, Ordering::SeqCst);
                Err(StoreError::new(StoreErrorKind::Unavailable, "the connection was lost after the commit"))
            }
        }
    }
}

impl Store for Unreliable {
    type Effect = MemoryEffect;

    async fn insert(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        let now = self.inserting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inserts.fetch_max(now, Ordering::SeqCst);
        let inserted = self.call(&self.inserts, self.store.insert(batch)).await;
        self.inserting.fetch_sub(1, Ordering::SeqCst);
        inserted
    }

    /// Always.
    fn inserts_overlap_below(&self) -> Duration {
        Duration::MAX
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        self.call(&self.others, self.store.claim(request)).await
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        self.call(&self.others, self.store.has_claimable(request)).await
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        self.call(&self.others, self.store.extend(claims, lease)).await
    }

    async fn finish(&self, batch: Vec<Finish<MemoryEffect>>) -> Result<Vec<Finished>, StoreError> {
        self.call(&self.finishes, self.store.finish(batch)).await
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        if !self.lists.is_zero() {
            sleep(self.lists).await;
        }
        self.pause().await;
        let entries = self.store.list(selection, page).await;
        self.pause().await;
        entries
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        self.call(&self.others, self.store.replay(selection, part, limit)).await
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        self.call(&self.others, self.store.erase(keys, reason)).await
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        // A write, which fails on a full disk as inserts do.
        self.call(&self.inserts, self.store.set_paused(endpoint, is_paused)).await
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        self.call(&self.others, self.store.purge(retention, limit)).await
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        self.call(&self.others, self.store.stats(endpoint)).await
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        self.call(&self.others, self.store.endpoints()).await
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        self.call(&self.others, self.store.import(entries)).await
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        self.call(&self.others, self.store.identity()).await
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        self.call(&self.others, self.store.set_incoming(from)).await
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        self.call(&self.others, self.store.versions(after, limit)).await
    }

    async fn import_versions(&self, versions: Vec<Version>) -> Result<(), StoreError> {
        self.call(&self.others, self.store.import_versions(versions)).await
    }
}
