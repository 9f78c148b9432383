use std::sync::Arc;
use std::time::Duration;

use webhook_receiver::codegen::EventName;
use webhook_receiver::{ReceiverService, Webhooks};

use crate::order_by::OrderBy;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::store::{Retention, Store};
use crate::{Backoff, Inbox, InvalidSettings, worker};

impl<S: Store, W: Webhooks> Inbox<S, W> {
    /// Starts an inbox with default settings. The endpoint is the name under which its deliveries are stored; choose
    /// one that does not change.
    ///
    /// # Errors
    ///
    /// If the name is empty, longer than 128 bytes, or not visible ASCII.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn start(endpoint: impl Into<String>, store: S, service: ReceiverService<W>) -> Result<Self, InvalidSettings> {
        Self::builder(endpoint, store, service).start()
    }

    /// A builder, for other settings.
    pub fn builder(endpoint: impl Into<String>, store: S, service: ReceiverService<W>) -> InboxBuilder<S, W> {
        InboxBuilder::new(endpoint.into(), store, service)
    }
}

/// A builder for an [`Inbox`].
#[must_use = "an inbox does nothing until it is started"]
#[derive(Debug)]
pub struct InboxBuilder<S: Store, W: Webhooks> {
    settings: Settings,
    store: S,
    service: ReceiverService<W>,
}

impl<S: Store, W: Webhooks> InboxBuilder<S, W> {
    pub(crate) fn new(endpoint: String, store: S, service: ReceiverService<W>) -> Self {
        Self { settings: Settings::new(endpoint), store, service }
    }

    fn with(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Only stores deliveries. Workers in another process handle them: those of an inbox with the same store and endpoint.
    pub fn without_workers(self) -> Self {
        self.with(|settings| settings.has_workers = false)
    }

    /// Sets how many deliveries this process handles at once. The default is 16.
    pub fn concurrency(self, deliveries: usize) -> Self {
        self.with(|settings| settings.concurrency = deliveries)
    }

    /// Sets how many deliveries of this event type this process handles at once, within the [limit](Self::concurrency) on all.
    pub fn concurrency_of(self, event_type: W::EventType, deliveries: usize) -> Self {
        self.with(|settings| {
            settings.limits.retain(|(name, _)| *name != event_type.as_str());
            settings.limits.push((event_type.as_str(), deliveries));
        })
    }

    /// Sets how often a delivery is tried before it is dead. The default is 20, which takes 10 hours on average with the default
    /// [backoff](Self::backoff), and 13.4 hours at most, plus the time of the handlers. An attempt counts when it begins, so that
    /// a delivery that kills the process is dead as well.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|settings| settings.max_attempts = attempts)
    }

    /// Sets how long a delivery waits after a failed attempt.
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.with(|settings| settings.backoff = backoff)
    }

    /// Sets for how long a delivery is claimed. The default is 30 s. The lease is extended while the handler runs.
    /// After a crash, the delivery waits for this time.
    pub fn lease(self, lease: Duration) -> Self {
        self.with(|settings| settings.lease = lease)
    }

    /// Sets how long a handler may take. The default is 10 minutes. Then it is dropped, and the attempt has failed.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.with(|settings| settings.attempt_timeout = limit)
    }

    /// Sets how long a request waits for the store. The default is 10 s. Then it is answered with 503.
    pub fn accept_timeout(self, limit: Duration) -> Self {
        self.with(|settings| settings.accept_timeout = limit)
    }

    /// Sets how many requests can wait for the store. The default is 8192. Others are answered with 503.
    pub fn accept_queue(self, deliveries: usize) -> Self {
        self.with(|settings| settings.accept_queue = deliveries)
    }

    /// Sets how often the workers look for deliveries that another process has stored, or whose delay is over. The default is
    /// 500 ms. Those that this process stores are handled at once.
    pub fn poll_interval(self, interval: Duration) -> Self {
        self.with(|settings| settings.poll = interval)
    }

    /// Sets after which time without progress the workers are [stalled](crate::HealthState::Stalled). The default is 5 minutes.
    pub fn stall_after(self, limit: Duration) -> Self {
        self.with(|settings| settings.stall = limit)
    }

    /// Sets how long the store remembers. Several inboxes with one store should have the same retention.
    pub fn retention(self, retention: Retention) -> Self {
        self.with(|settings| settings.retention = retention)
    }

    /// Handles deliveries one at a time, in the order in which they were accepted, if they have the same string or
    /// number at this JSON pointer in the body, such as `/asset/id`. Those without one are not ordered, nor are those with a string
    /// that is empty, longer than 512 bytes or contains NUL.
    ///
    /// One that waits for another attempt holds back those behind it, until it succeeds or is dead. One that is
    /// [replayed](Inbox::replay) comes before those that have not begun. Vendors send deliveries in any order, see
    /// [`latest_by`](Self::latest_by).
    pub fn order_by(self, pointer: impl Into<String>) -> Self {
        let key = pointer.into();
        self.with(|settings| settings.order = Some(OrderBy { key, version: None }))
    }

    /// Skips a delivery if one with the same [key](Self::order_by) and a later time at this JSON pointer, such as
    /// `/event/time`, was handled: the latest wins. A time is an integer, or a date and time of RFC 3339. Those of
    /// equal times are all handled, and so are those without a time.
    pub fn latest_by(self, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        self.with(|settings| settings.version = Some(pointer))
    }

    /// Starts the inbox and its workers.
    ///
    /// # Errors
    ///
    /// If a setting cannot be used.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn start(self) -> Result<Inbox<S, W>, InvalidSettings> {
        let settings = self.settings.checked()?;
        let has_workers = settings.has_workers;
        let shared = Arc::new(Shared::start(settings, self.store, self.service));
        tokio::spawn(worker::purge(Arc::clone(&shared)));
        tokio::spawn(worker::sample(Arc::clone(&shared)));
        if has_workers {
            tokio::spawn(worker::claim(Arc::clone(&shared)));
            tokio::spawn(worker::keep(Arc::clone(&shared)));
        }
        tokio::spawn(worker::drain(Arc::clone(&shared)));
        Ok(Inbox::of(shared))
    }
}
