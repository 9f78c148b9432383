use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tokio::time::timeout;
use tower_service::Service;
use webhook_receiver::{BoxError, Delivery, Outcome, ReceiverService, VerifyError, WebhookService, Webhooks};

use crate::accept::accept;
use crate::health::{Health, health};
use crate::operations;
use crate::shared::{Phase, Shared};
use crate::store::{Finish, Selection, Store, StoreError, Verdict};

/// Stores verified deliveries durably, answers at once, and handles them later with the handlers of a [`ReceiverService`].
///
/// A [`tower_service::Service`] for requests with any body, in place of the receiver's. Clones share everything. It also runs
/// the workers, tasks of the Tokio runtime that it is started in; they end when the last clone is dropped.
///
/// ```
/// use webhook_inbox::{Inbox, MemoryStore};
/// # use webhook_receiver::{ReceiverService, Webhooks};
/// # async fn example<Acme: Webhooks>(service: ReceiverService<Acme>) -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new(); // for tests; a durable store is in a crate of its own
/// let service = Inbox::start("acme", store, service)?;
/// // … route to it with `webhook_receiver::serve::Server`, which drains it when it stops; or mount a clone in another server,
/// // run that until it is stopped, and then:
/// service.drain(std::time::Duration::from_secs(20)).await;
/// # Ok(())
/// # }
/// ```
///
/// | delivery | answer |
/// |---|---|
/// | it is stored | 200, after the commit |
/// | it was stored before | 200, and no handler runs for it |
/// | another one with its id was stored before | 200, and no handler runs for it; it counts as `conflict` |
/// | the store fails, or does not answer in time, or too many deliveries wait for it | 503 |
///
/// Everything that a [`ReceiverService`] refuses is refused as there. Every verified delivery is stored, even if its event type
/// is unknown or its body does not decode: see [`State::Unrouted`](crate::store::State::Unrouted). The receiver's
/// [`ReplayGuard`](webhook_receiver::ReplayGuard) is not used.
pub struct Inbox<S: Store, W: Webhooks>(Arc<Handle<S, W>>);

/// Stops the workers when the last clone is dropped.
struct Handle<S: Store, W: Webhooks>(Arc<Shared<S, W>>);

impl<S: Store, W: Webhooks> Inbox<S, W> {
    pub(crate) fn of(shared: Arc<Shared<S, W>>) -> Self {
        Self(Arc::new(Handle(shared)))
    }

    fn shared(&self) -> &Arc<Shared<S, W>> {
        &self.0.0
    }

    /// Answers a request. The [`Service`] implementation does the same.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with timers.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let shared = self.shared();
        shared.service.respond_with(request, |received| accept(shared, received)).await
    }

    /// Verifies a message that is not an [`http::Request`], and stores it.
    ///
    /// # Errors
    ///
    /// If the message is not authentic.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with timers.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Outcome, VerifyError> {
        let shared = self.shared();
        shared.service.receive_with(headers, body, |received| accept(shared, received)).await
    }

    /// Stores a verified delivery: [`Outcome::Stored`], [`Outcome::Duplicate`] or [`Outcome::Conflict`] if it is durable, else
    /// [`Outcome::Unavailable`] or [`Outcome::Overloaded`].
    ///
    /// It may become durable even if this future is dropped, or if the outcome is `Unavailable`: the sender's next
    /// attempt is then a duplicate.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with timers.
    pub async fn accept(&self, delivery: Delivery) -> Outcome {
        let shared = self.shared();
        shared.service.dispatch_with(delivery, |received| accept(shared, received)).await
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.shared().store
    }

    /// The service whose handlers run.
    pub fn service(&self) -> &ReceiverService<W> {
        &self.shared().service
    }

    /// How the inbox is doing. Asks the store.
    pub async fn health(&self) -> Health {
        health(self.shared()).await
    }

    /// Makes dead and unrouted deliveries of this endpoint pending again, and returns how many there were. Each is replayed once,
    /// even if it ends again meanwhile.
    ///
    /// # Errors
    ///
    /// If the store fails. Some may have been replayed.
    pub async fn replay(&self, selection: &Selection) -> Result<u64, StoreError> {
        let shared = self.shared();
        let selection = Selection { endpoint: Some(shared.settings.endpoint.clone()), ..selection.clone() };
        let count = operations::replay(&*shared.store, &selection).await;
        shared.wake.notify_one();
        count
    }

    /// Stops handling deliveries of this endpoint, in all processes, until it is [resumed](Self::resume). New ones are stored.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn pause(&self) -> Result<(), StoreError> {
        self.shared().store.set_paused(&self.shared().settings.endpoint, true).await
    }

    /// Handles deliveries again after a [pause](Self::pause).
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn resume(&self) -> Result<(), StoreError> {
        self.shared().store.set_paused(&self.shared().settings.endpoint, false).await?;
        self.shared().wake.notify_one();
        Ok(())
    }

    /// Claims nothing more, and waits until the handlers that are running have finished, for a graceful shutdown. Stop
    /// accepting requests first: those that arrive later are stored, and handled after the next start.
    ///
    /// After this time, the handlers that still run are dropped, and their deliveries are left to other workers. Their attempts
    /// do not count: they have not failed. Returns whether all have finished, also if this has been called before.
    ///
    /// `serve::Server` does this itself, within its shutdown timeout.
    pub async fn drain(&self, limit: Duration) -> bool {
        let shared = self.shared();
        let have_finished = timeout(limit, self.finished()).await.is_ok() && !shared.has_dropped();
        shared.enter(Phase::Stopped);
        let release = |claim| Finish { claim, verdict: Verdict::Release };
        let batch: Vec<_> = shared.held.abort_all().into_iter().map(release).collect();
        if !batch.is_empty() {
            shared.dropped();
            tracing::warn!(handlers = batch.len(), "handlers of webhooks were dropped at shutdown");
            // Otherwise their leases lapse.
            let _ = timeout(Duration::from_secs(2), shared.store.finish(batch)).await;
        }
        have_finished
    }

    /// Claims nothing more, and waits until no handler is running.
    async fn finished(&self) {
        self.shared().enter(Phase::Draining);
        self.shared().until(Phase::Drained).await;
    }
}

/// A server that stops waits for the handlers within its own limit, and nothing more is claimed. Then it drops those that still
/// run, as [`drain`](Inbox::drain) does.
impl<S: Store, W: Webhooks> WebhookService for Inbox<S, W> {
    async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        self.respond(request).await
    }

    async fn idle(&self) {
        self.finished().await;
    }

    async fn stop(&self) {
        self.drain(Duration::ZERO).await;
    }
}

impl<S: Store, W: Webhooks> Drop for Handle<S, W> {
    fn drop(&mut self) {
        self.0.enter(Phase::Draining);
    }
}

impl<S: Store, W: Webhooks> Clone for Inbox<S, W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Store, W: Webhooks> fmt::Debug for Inbox<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("settings", &self.shared().settings).finish_non_exhaustive()
    }
}

impl<S, W, B> Service<Request<B>> for Inbox<S, W>
where
    S: Store,
    W: Webhooks,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inbox = self.clone();
        Box::pin(async move { Ok(inbox.respond(request).await) })
    }
}
