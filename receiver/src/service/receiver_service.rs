use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tokio::sync::watch;
use tokio::time::timeout;
use tower_service::Service;
use tracing::Instrument;

use super::reject::{Rejection, respond};
use super::{body, media};
use crate::printable::Printable;
use crate::router::{Job, Routes};
use crate::{BoxError, Delivery, Outcome, Verifier, VerifyError, Webhooks};

/// What a request may cost before it is known to be authentic.
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) body_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 2 * 1024 * 1024, body_deadline: Duration::from_secs(10) }
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
/// | the announced length is within the limit | 413 |
/// | the signature headers are there and well-formed | 400 |
/// | the timestamp is recent | 401 |
/// | the media type is JSON or not given, and there is no content encoding | 415 |
/// | the body arrives, within limit and deadline | 400, 413, 408 |
/// | a signature matches | 401 |
/// | the body decodes, unless there is a fallback handler | 400, 422 |
/// | the handler succeeds | 500 |
///
/// Everything else is 200. Bodies and headers of the answers depend on nothing but the status and the
/// checks that need no signature.
///
/// Needs a Tokio runtime with timers. Each handler runs in a task of its own, to its end, even if the
/// sender hangs up.
pub struct ReceiverService<W: Webhooks> {
    shared: Arc<Shared<W>>,
}

struct Shared<W: Webhooks> {
    verifier: Verifier,
    routes: Routes<W>,
    limits: Limits,
    /// Each running handler holds a receiver of this channel, through which nothing is ever sent.
    running: watch::Sender<()>,
}

impl<W: Webhooks> ReceiverService<W> {
    pub(crate) fn new(verifier: Verifier, routes: Routes<W>, limits: Limits) -> Self {
        let running = watch::Sender::new(());
        Self { shared: Arc::new(Shared { verifier, routes, limits, running }) }
    }

    /// Verifies a message that did not come as an [`http::Request`], and dispatches it.
    ///
    /// # Errors
    ///
    /// If the message is not authentic.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Outcome, VerifyError> {
        let delivery = self.shared.verifier.verify(headers, body.into())?;
        Ok(self.dispatch(delivery).await)
    }

    /// Routes a verified delivery to its handler and waits until that has finished.
    ///
    /// The handler finishes even if this future is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn dispatch(&self, delivery: Delivery) -> Outcome {
        let id: Option<Arc<str>> = delivery.id().map(Arc::from);
        match self.shared.routes.route(delivery) {
            Ok(job) => {
                let task = run(job, id.clone(), self.shared.running.subscribe());
                tokio::spawn(task.in_current_span()).await.unwrap_or_else(|error| {
                    // The message of a panic went to the panic hook.
                    let reason = if error.is_panic() { "the handler panicked" } else { "the runtime is shutting down" };
                    logged(id.as_deref(), Outcome::Failed(reason.into()))
                })
            }
            Err(outcome) => logged(id.as_deref(), outcome),
        }
    }

    /// Waits until no handler is running, for a shutdown that loses nothing.
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
            Ok(delivery) => respond(self.dispatch(delivery).await.status()),
            Err(rejection) => {
                let response = rejection.response();
                let status = response.status().as_u16();
                tracing::info!(status, reason = %rejection, "webhook rejected");
                response
            }
        }
    }

    async fn accept<B>(&self, request: Request<B>) -> Result<Delivery, Rejection>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let Shared { verifier, limits, .. } = &*self.shared;
        let (head, body) = request.into_parts();
        if head.method != Method::POST {
            return Err(Rejection::Method);
        }
        let limit = u64::try_from(limits.body_bytes).unwrap_or(u64::MAX);
        if media::announced_length(&head.headers).is_some_and(|length| length > limit) {
            return Err(Rejection::TooLarge);
        }
        let envelope = verifier.check(&head.headers)?;
        if !media::is_json(&head.headers) {
            return Err(Rejection::MediaType);
        }
        if !media::is_identity(&head.headers) {
            return Err(Rejection::Encoding);
        }
        let body = timeout(limits.body_deadline, body::read(body, limits.body_bytes))
            .await
            .map_err(|_| Rejection::Timeout)??;
        Ok(envelope.verify(body)?)
    }
}

/// What the task of a handler does. It logs by itself, as there may be nobody left to wait for it.
async fn run(job: Job, id: Option<Arc<str>>, running: watch::Receiver<()>) -> Outcome {
    let outcome = job.await.map_or_else(Outcome::Failed, |()| Outcome::Handled);
    let outcome = logged(id.as_deref(), outcome);
    drop(running);
    outcome
}

/// Neither the body nor what a handler knows is logged, except for the text of its error.
fn logged(id: Option<&str>, outcome: Outcome) -> Outcome {
    match &outcome {
        Outcome::Handled => tracing::debug!(id, "webhook handled"),
        Outcome::Ignored => tracing::debug!(id, "webhook ignored"),
        Outcome::Undecodable(error) => tracing::warn!(id, %error, "webhook not decodable"),
        Outcome::Failed(error) => {
            let error = Printable { text: &error.to_string(), limit: 256 }.to_string();
            tracing::error!(id, error, "webhook handler failed");
        }
    }
    outcome
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
        f.debug_struct("ReceiverService").field("verifier", &self.shared.verifier).finish_non_exhaustive()
    }
}
