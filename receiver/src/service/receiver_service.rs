use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tower_service::Service;
use tracing::{Instrument, Span, field, info_span};

use super::attempt::{self, Attempt, End};
use super::budget::{Budget, Share};
use super::reject::{Rejection, respond};
use super::throttle::Throttle;
use super::{body, head};
use crate::replay::ReplayGuard;
use crate::router::{Hooks, Routes};
use crate::{Authenticator, BoxError, Delivery, Observed, Outcome, Route, VerifyError, Webhooks};

/// The parts of a service.
pub(crate) struct Setup<W: Webhooks> {
    pub(crate) authenticator: Authenticator,
    pub(crate) routes: Routes<W>,
    pub(crate) limits: Limits,
    pub(crate) hooks: Hooks,
    pub(crate) guard: Option<Box<dyn ReplayGuard>>,
}

/// Limits on requests.
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) body_timeout: Duration,
    /// Bytes of all bodies together.
    pub(crate) body_memory: usize,
    /// The number of handlers that run at once.
    pub(crate) handlers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            body_memory: 64 * 1024 * 1024,
            handlers: 1024,
        }
    }
}

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
/// | the announced length is within the limit | 413 |
/// | the signature headers are present and well-formed | 400 |
/// | the timestamp is recent | 401 |
/// | the media type is JSON or absent, and the body is not encoded | 415 |
/// | there is capacity for the body and for another handler | 503 |
/// | the body arrives within its limit and timeout | 400, 413, 408 |
/// | a signature matches | 401 |
/// | the credentials are valid, if an [`Authenticator`] requires them | 401, 403, 503 |
/// | the body decodes, unless there is a fallback handler | 400, 422 |
/// | the delivery was not handled before | 200 |
/// | the [`ReplayGuard`] works | 503 |
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

pub(super) struct Shared<W: Webhooks> {
    authenticator: Authenticator,
    pub(super) routes: Routes<W>,
    limits: Limits,
    hooks: Hooks,
    pub(super) guard: Option<Box<dyn ReplayGuard>>,
    memory: Budget,
    handlers: Budget,
    throttle: Throttle,
    /// Each running handler holds a receiver of this channel. Nothing is ever sent through it.
    running: watch::Sender<()>,
}

impl<W: Webhooks> ReceiverService<W> {
    pub(crate) fn new(setup: Setup<W>) -> Self {
        let Setup { authenticator, routes, limits, hooks, guard } = setup;
        let memory = Budget::new(limits.body_memory.max(limits.body_bytes));
        let handlers = Budget::new(limits.handlers);
        let (throttle, running) = (Throttle::default(), watch::Sender::new(()));
        Self {
            shared: Arc::new(Shared {
                authenticator,
                routes,
                limits,
                hooks,
                guard,
                memory,
                handlers,
                throttle,
                running,
            }),
        }
    }

    /// The routes, the most specific first, for example to print them at startup.
    pub fn routes(&self) -> Vec<Route> {
        self.shared.routes.list()
    }

    /// Verifies a message that is not an [`http::Request`], and dispatches it.
    ///
    /// # Errors
    ///
    /// If the message is not authentic.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Outcome, VerifyError> {
        let delivery = self.shared.authenticator.authenticate(headers, body.into()).await?;
        Ok(self.dispatch(delivery).await)
    }

    /// Routes a verified delivery to its handler and waits until that has finished, unless the delivery was handled before.
    ///
    /// The handler finishes even if this future is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn dispatch(&self, delivery: Delivery) -> Outcome {
        self.deliver(delivery, None).await
    }

    /// Waits until no handler is running, for a graceful shutdown.
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
        let (head, body) = request.into_parts();
        match self.accept(&head, body).await {
            Ok((delivery, memory)) => {
                #[cfg(feature = "serve")]
                head.extensions.get::<crate::serve::Ticket>().inspect(|ticket| ticket.keep());
                respond(self.deliver(delivery, Some(memory)).await.status())
            }
            Err(rejection) => {
                self.shared.rejected(&rejection, &head);
                rejection.response(&self.shared.authenticator)
            }
        }
    }

    async fn accept<B>(&self, head: &Parts, body: B) -> Result<(Delivery, Share), Rejection>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let Shared { authenticator, limits, memory, handlers, .. } = &*self.shared;
        head::check(&head.method, &head.headers, limits.body_bytes)?;
        let admission = authenticator.check(&head.headers)?;
        head::check_media(&head.headers)?;
        if memory.is_exhausted() || handlers.is_exhausted() {
            return Err(Rejection::Overloaded);
        }
        let body = timeout(limits.body_timeout, body::read(body, limits.body_bytes, memory));
        let (body, share) = body.await.map_err(|_| Rejection::Timeout)??;
        Ok((admission.admit(body).await?, share))
    }

    /// The memory of the body is in use for as long as the handler runs.
    async fn deliver(&self, delivery: Delivery, memory: Option<Share>) -> Outcome {
        let span = info_span!("webhook", id = delivery.id(), event_type = field::Empty, outcome = field::Empty);
        self.attempt(delivery, memory).instrument(span).await
    }

    async fn attempt(&self, delivery: Delivery, memory: Option<Share>) -> Outcome {
        let start = Instant::now();
        let Ok(slot) = self.shared.handlers.take(1) else {
            return self.shared.ended(&delivery, None, Outcome::Overloaded, start);
        };
        let running = self.shared.running.subscribe();
        let (shared, attempted) = (Arc::clone(&self.shared), delivery.clone());
        // The task reports its result itself, since no request may be left to wait for it.
        let task = async move {
            let Attempt { event_type, end } = attempt::run(&*shared, &attempted).await;
            let end = match end {
                End::Here(outcome) => Ok(shared.ended(&attempted, event_type, outcome, start)),
                End::Elsewhere(end) => Err((event_type, end)),
            };
            drop((memory, slot, running));
            end
        };
        match to_its_end(task.in_current_span()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err((event_type, end))) => {
                let outcome = if end.await {
                    Outcome::Duplicate
                } else {
                    Outcome::Failed("the attempt that was waited for has failed".into())
                };
                self.shared.ended(&delivery, event_type, outcome, start)
            }
            Err(reason) => self.shared.ended(&delivery, None, Outcome::Failed(reason.into()), start),
        }
    }
}

/// Runs a task to completion, even if the caller stops waiting, or returns why that is not possible.
///
/// The first poll runs at once, since it cannot be cancelled midway. The rest is a task of the runtime.
async fn to_its_end<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> Result<T, &'static str> {
    const PANICKED: &str = "the receiver panicked";
    let mut task = Box::pin(task);
    let at_once = poll_fn(|context| Poll::Ready(catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(context)))));
    match at_once.await {
        Ok(Poll::Ready(end)) => Ok(end),
        Ok(Poll::Pending) => tokio::spawn(task)
            .await
            .map_err(|error| if error.is_panic() { PANICKED } else { "the runtime is shutting down" }),
        Err(_) => Err(PANICKED),
    }
}

impl<W: Webhooks> Shared<W> {
    /// Only member names of the body are logged, and the text of a handler's error.
    fn ended(
        &self,
        delivery: &Delivery,
        event_type: Option<&'static str>,
        outcome: Outcome,
        start: Instant,
    ) -> Outcome {
        let elapsed = start.elapsed();
        let millis = elapsed.as_secs_f64() * 1e3;
        Span::current().record("outcome", outcome.name());
        match &outcome {
            Outcome::Handled | Outcome::Ignored => tracing::debug!(%outcome, millis, "webhook"),
            Outcome::Duplicate => tracing::info!(%outcome, millis, "webhook"),
            Outcome::Conflict | Outcome::Undecodable(_) => tracing::warn!(%outcome, millis, "webhook"),
            Outcome::Failed(_) | Outcome::Unavailable(_) => tracing::error!(%outcome, millis, "webhook"),
            Outcome::Overloaded => {
                if let Some(suppressed) = self.throttle.admit(outcome.name()) {
                    tracing::warn!(%outcome, suppressed, "webhook");
                }
            }
        }
        #[cfg(feature = "metrics")]
        super::metrics::ended(event_type, &outcome, elapsed);
        self.hooks.observed(&Observed { delivery, event_type, outcome: &outcome, elapsed });
        outcome
    }

    fn rejected(&self, rejection: &Rejection, head: &Parts) {
        if let Some(suppressed) = self.throttle.admit(rejection.name()) {
            let status = rejection.status().as_u16();
            tracing::info!(status, reason = %rejection, suppressed, "webhook rejected");
        }
        #[cfg(feature = "metrics")]
        super::metrics::rejected(rejection);
        self.hooks.rejected(rejection, head);
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
