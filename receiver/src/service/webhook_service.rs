use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;

use super::ReceiverService;
use crate::{BoxError, Webhooks};

/// A service for webhooks, as `serve::Server` routes to it: a [`ReceiverService`], or one that takes its place, such as
/// an inbox.
pub trait WebhookService: Clone + Send + Sync + 'static {
    /// Answers a request.
    fn answer<B>(&self, request: Request<B>) -> impl Future<Output = Response<Full<Bytes>>> + Send
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static;

    /// Waits until nothing runs for requests that were answered or given up. A server calls it at shutdown, when it has no more
    /// connections.
    fn idle(&self) -> impl Future<Output = ()> + Send;

    /// Leaves what still runs to the next process, if that is possible. A server calls it last, also if the time for
    /// [`idle`](Self::idle) was over, and waits for a few seconds at most, for all services at the same time. The default does
    /// nothing.
    fn stop(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

impl<W: Webhooks> WebhookService for ReceiverService<W> {
    async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        self.respond(request).await
    }

    async fn idle(&self) {
        Self::idle(self).await;
    }
}
