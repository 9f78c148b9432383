//! What all clones of an inbox and its workers share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;
use webhook_receiver::{ReceiverService, Webhooks};

use crate::batch::{Batcher, Request, Write};
use crate::held::Held;
use crate::settings::Settings;
use crate::store::{Finish, Finished, Inserted, NewEntry, Store, StoreError, StoreErrorKind};

/// More claims than this never end at once, so their ends are never refused.
const FINISHES: usize = 1 << 20;

pub(crate) struct Shared<S: Store, W: Webhooks> {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<S>,
    pub(crate) service: ReceiverService<W>,
    pub(crate) inserts: Batcher<NewEntry, Inserted>,
    pub(crate) finishes: Batcher<Finish<S::Effect>, Finished>,
    /// Wakes the workers if something may be claimable.
    pub(crate) wake: Notify,
    pub(crate) slots: Slots,
    pub(crate) held: Held,
    pub(crate) phase: watch::Sender<Phase>,
    /// Whether handlers were dropped.
    dropped: AtomicBool,
    status: Mutex<Status>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Running,
    /// Nothing is claimed any more.
    Draining,
    /// No handler runs any more.
    Drained,
    /// Nothing is done any more.
    Stopped,
}

/// How many deliveries can be handled at once, in all and by event type, and how many can be claimed.
pub(crate) struct Slots {
    pub(crate) all: Arc<Semaphore>,
    pub(crate) limited: Vec<(&'static str, Arc<Semaphore>)>,
    /// Those that are handled, and those whose ends are on the way to the store. As many can end as can be handled, so that
    /// handlers do not wait for a commit.
    pub(crate) claimed: Arc<Semaphore>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    /// Why the last insert failed, if it did.
    inserting: Option<StoreErrorKind>,
    /// Why the last call for a worker failed, if it did.
    working: Option<StoreErrorKind>,
    /// When a claim ended, or there was nothing to claim.
    pub(crate) progress: Instant,
}

impl Status {
    pub(crate) fn is_insert_failing(&self) -> bool {
        self.inserting.is_some()
    }

    pub(crate) fn failing(&self) -> Option<StoreErrorKind> {
        self.inserting.or(self.working)
    }
}

/// A call of the store. Reading can be possible while writing is not, so one does not speak for the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Insert,
    Work,
}

impl<S: Store, W: Webhooks> Shared<S, W> {
    pub(crate) fn start(settings: Settings, store: S, service: ReceiverService<W>) -> Self {
        let store = Arc::new(store);
        let slots = |number: usize| Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Self {
            inserts: Batcher::start(settings.accept_queue, store.inserts_overlap_below(), Inserts(Arc::clone(&store))),
            finishes: Batcher::start(FINISHES, Duration::ZERO, Finishes(Arc::clone(&store))),
            store,
            service,
            wake: Notify::new(),
            slots: Slots {
                all: slots(settings.concurrency),
                limited: settings.limits.iter().map(|(name, limit)| (*name, slots(*limit))).collect(),
                claimed: slots(settings.concurrency.saturating_mul(2)),
            },
            held: Held::default(),
            phase: watch::Sender::new(Phase::Running),
            dropped: AtomicBool::new(false),
            status: Mutex::new(Status { inserting: None, working: None, progress: Instant::now() }),
            settings,
        }
    }

    pub(crate) fn status(&self) -> Status {
        *self.lock()
    }

    /// Keeps what a call of the store says about its state.
    pub(crate) fn observe<T>(&self, call: Call, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let failing = result.as_ref().err().map(StoreError::kind);
        let mut status = self.lock();
        match call {
            Call::Insert => status.inserting = failing,
            Call::Work => status.working = failing,
        }
        drop(status);
        result
    }

    pub(crate) fn progressed(&self) {
        self.lock().progress = Instant::now();
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Waits until the phase is this one or a later one.
    pub(crate) async fn until(&self, phase: Phase) {
        // It fails only if the sender is dropped, which is here.
        let _ = self.phase.subscribe().wait_for(|current| *current >= phase).await;
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|current| {
            let is_later = phase > *current;
            *current = phase.max(*current);
            is_later
        });
    }

    pub(crate) fn dropped(&self) {
        self.dropped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Request for NewEntry {
    fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// Ends have no bodies.
impl<E: Send + 'static> Request for Finish<E> {
    fn bytes(&self) -> u64 {
        0
    }
}

struct Inserts<S>(Arc<S>);

impl<S: Store> Write<NewEntry, Inserted> for Inserts<S> {
    async fn write(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        self.0.insert(batch).await
    }
}

struct Finishes<S>(Arc<S>);

impl<S: Store> Write<Finish<S::Effect>, Finished> for Finishes<S> {
    async fn write(&self, batch: Vec<Finish<S::Effect>>) -> Result<Vec<Finished>, StoreError> {
        self.0.finish(batch).await
    }
}
