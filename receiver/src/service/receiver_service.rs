use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::drift::DriftCount;
use super::hooks::Rejected;
use super::memory::Share;
use super::reject::{Rejection, respond};
use super::shared::{Setup, Shared};
use super::{Received, attempt, body, checks};
use crate::{BoxError, Delivery, Outcome, Route, StoredDelivery, VerifyError, Webhooks};

/// Verifies requests and runs the handlers of a [`Receiver`](crate::Receiver).
///
/// A [`tower_service::Service`] for requests with any body. Clones share everything. Checks are made
/// in this order, the cheapest first, and nothing is parsed before the signature is verified:
///
/// | check | status |
/// |---|---|
/// | the method is POST | 405 |
/// | at most 100 headers, 64 KiB in total | 431 |
/// | the length of the body is given in one way only | 400 |
/// | the transfer encoding is `chunked` or absent | 501 |
/// | the announced length is within the limit | 413 |
/// | the signature headers are present and well-formed | 400 |
/// | the timestamp is recent | 401 |
/// | the media type is JSON or absent, and the body is not encoded | 415 |
/// | there is capacity for the body and for another handler | 503 |
/// | the body arrives within its limit and timeout, and not too slowly | 400, 413, 408 |
/// | the body did not have to make room for others | 503 |
/// | a signature matches | 401 |
/// | the credentials are valid, if an [`Authenticator`](crate::Authenticator) requires them | 401, 403, 503 |
/// | no other delivery with the same id is being handled | 503, or the answer to it if the bodies are equal |
/// | there is memory for its decoded values | 503 |
/// | the body decodes, unless there is a fallback handler | 400, 422 |
/// | the [`ReplayGuard`](crate::ReplayGuard) works, and answers in time | 503 |
/// | the delivery was not handled before | 200 |
/// | the handler succeeds | 500 |
///
/// Everything else is 200. Bodies and headers of the answers depend on nothing but the status and the
/// checks that need no signature.
///
/// Needs a Tokio runtime with timers. Each handler runs to completion, even if the sender hangs up: a handler that waits
/// runs in its own task.
///
/// If you mount it in your own server, provide what a service cannot: a timeout for the headers of a request, a limit on
/// connections, a timeout for idle ones, TLS, and the path. The feature `serve` has a server that provides everything
/// except TLS.
pub struct ReceiverService<W: Webhooks> {
    shared: Arc<Shared<W>>,
}

impl<W: Webhooks> ReceiverService<W> {
    pub(crate) fn new(setup: Setup<W>) -> Self {
        Self { shared: Arc::new(Shared::new(setup)) }
    }

    /// The routes, the most specific first, for example to print them at startup.
    pub fn routes(&self) -> Vec<Route> {
        self.shared.routes.list()
    }

    /// Verifies a message that is not an [`http::Request`], and dispatches it. A refusal is logged, counted and
    /// [observed](crate::Receiver::on_rejected), as over HTTP.
    ///
    /// # Errors
    ///
    /// If the message is not authentic.
    ///
    /// # Panics
    ///
    /// Like [`dispatch`](Self::dispatch).
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Outcome, VerifyError> {
        let delivery = self.authenticate(headers, body.into()).await?;
        Ok(self.dispatch(delivery).await)
    }

    /// Verifies a message like [`receive`](Self::receive), and passes it on like [`respond_with`](Self::respond_with).
    ///
    /// # Errors
    ///
    /// If the message is not authentic.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn receive_with<F: Future<Output = Outcome>>(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        take: impl FnOnce(Received) -> F,
    ) -> Result<Outcome, VerifyError> {
        let delivery = self.authenticate(headers, body.into()).await?;
        Ok(self.dispatch_with(delivery, take).await)
    }

    /// Passes a verified delivery on like [`respond_with`](Self::respond_with).
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn dispatch_with<F: Future<Output = Outcome>>(
        &self,
        delivery: Delivery,
        take: impl FnOnce(Received) -> F,
    ) -> Outcome {
        attempt::hand_over(&self.shared, delivery, take).await
    }

    async fn authenticate(&self, headers: &HeaderMap, body: Bytes) -> Result<Delivery, VerifyError> {
        self.shared.authenticator.authenticate(headers, body).await.inspect_err(|error| {
            let rejection = &Rejection::Unverified(error.clone());
            self.shared.rejected(&Rejected { rejection, headers, head: None });
        })
    }

    /// Routes a verified delivery to its handler and waits until that has finished, unless the delivery was handled before.
    ///
    /// The handler finishes even if this future is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime. Also without timers, if the replay guard waits.
    pub async fn dispatch(&self, delivery: Delivery) -> Outcome {
        attempt::complete(&self.shared, delivery, None).await
    }

    /// Routes a delivery that was stored, like [`dispatch`](Self::dispatch): this does not verify it. Unless the
    /// [status](Outcome::status) of the outcome is a success, it has to be dispatched again.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn dispatch_stored(&self, stored: StoredDelivery) -> Outcome {
        attempt::complete(&self.shared, stored.into_delivery(), None).await
    }

    /// Routes a delivery that was stored to its handler, without the [`ReplayGuard`](crate::ReplayGuard) and beside the
    /// [maximum number of handlers](crate::Receiver::max_concurrency): for a store that itself remembers what was handled, and
    /// a worker with a limit of its own. The handler is dropped if this future is. If the outcome is
    /// [`Outcome::Overloaded`], there was too little [memory](crate::Receiver::payload_memory) to decode it, and no handler
    /// has run.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn run_stored(&self, stored: StoredDelivery) -> Outcome {
        attempt::run_stored(&self.shared, stored.into_delivery()).await
    }

    /// What deliveries had that the description does not list, and how many had it, since the service was made. Sorted by event
    /// type, kind and pointer.
    pub fn drift(&self) -> Vec<DriftCount> {
        self.shared.drift.snapshot()
    }

    /// Waits until no handler is running and no delivery is reserved, for a graceful shutdown.
    ///
    /// Stop accepting requests first. Handlers that begin while waiting are waited for as well.
    pub async fn idle(&self) {
        self.shared.running.closed().await;
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
        match self.accept(request).await {
            Ok((delivery, memory)) => respond(attempt::complete(&self.shared, delivery, Some(memory)).await.status()),
            Err(response) => response,
        }
    }

    /// Answers a request like [`respond`](Self::respond), but passes a verified delivery to `take` instead of a handler: for
    /// example to a store from which it is handled later, see [`run_stored`](Self::run_stored). The outcome that `take` returns
    /// decides the answer, and is logged, counted and [observed](crate::Receiver::on_outcome).
    ///
    /// Only requests are verified here: deliveries of one id are passed on as often as they arrive. The future of `take` is
    /// dropped if this one is.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with timers.
    pub async fn respond_with<B, F>(
        &self,
        request: Request<B>,
        take: impl FnOnce(Received) -> F,
    ) -> Response<Full<Bytes>>
    where
        B: Body<Error: Into<BoxError>>,
        F: Future<Output = Outcome>,
    {
        match self.accept(request).await {
            // The body's memory is in use until it is stored.
            Ok((delivery, _memory)) => respond(self.dispatch_with(delivery, take).await.status()),
            Err(response) => response,
        }
    }

    /// The delivery of a request, or the answer that refuses it.
    async fn accept<B>(&self, request: Request<B>) -> Result<(Delivery, Share), Response<Full<Bytes>>>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let (head, body) = request.into_parts();
        let accepted = self.verify(&head, body).await;
        match &accepted {
            #[cfg(feature = "serve")]
            Ok(_) => {
                head.extensions
                    .get::<crate::pool::ConnectionHandle>()
                    .inspect(|connection| connection.set(crate::pool::State::Delivering));
            }
            #[cfg(not(feature = "serve"))]
            Ok(_) => {}
            Err(rejection) => {
                self.shared.rejected(&Rejected { rejection, headers: &head.headers, head: Some(&head) });
            }
        }
        accepted.map_err(|rejection| rejection.response(&self.shared.authenticator))
    }

    async fn verify<B>(&self, head: &Parts, body: B) -> Result<(Delivery, Share), Rejection>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let Shared { authenticator, limits, memory, handlers, .. } = &*self.shared;
        checks::check(&head.method, &head.headers, limits.body_bytes)?;
        let admission = authenticator.check(&head.headers)?;
        checks::check_media(&head.headers)?;
        let announced = checks::announced_length(&head.headers).and_then(|length| usize::try_from(length).ok());
        if !memory.has_room(announced.unwrap_or(1)) || handlers.is_exhausted() {
            return Err(Rejection::Overloaded);
        }
        let (body, share) = body::read(body, announced, limits, memory).await?;
        Ok((admission.admit(body).await?, share))
    }
}

impl<W, B> Service<Request<B>> for ReceiverService<W>
where
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
        let service = self.clone();
        Box::pin(async move { Ok(service.respond(request).await) })
    }
}

impl<W: Webhooks> Clone for ReceiverService<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: Webhooks> fmt::Debug for ReceiverService<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverService").field("authenticator", &self.shared.authenticator).finish_non_exhaustive()
    }
}
