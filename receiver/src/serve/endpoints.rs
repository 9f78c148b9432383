use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::Poll;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use tower_service::Service;

use super::RequestBody;
use crate::pace::Pace;
use crate::pool::ConnectionHandle;
use crate::printable::Printable;
use crate::service::{Rejection, Throttle, has_known_transfer_encoding, respond};
use crate::{BoxError, BoxFuture, WebhookService};

pub(super) type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;
type Answering<B> = Box<dyn Fn(Request<B>) -> BoxFuture<'static, Answer> + Send + Sync>;
type Hook = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// The services by path.
#[derive(Default)]
pub(super) struct Endpoints {
    webhooks: HashMap<String, Answering<Incoming>>,
    idle: Vec<Hook>,
    stop: Vec<Hook>,
    fallback: Option<Answering<RequestBody>>,
    throttle: Throttle,
}

impl Endpoints {
    #[track_caller]
    pub(super) fn add<S: WebhookService>(&mut self, path: &str, service: S) {
        assert!(path.starts_with('/'), "the path {path:?} does not begin with `/`");
        let (idle, stop) = (service.clone(), service.clone());
        self.idle.push(Box::new(move || {
            let service = idle.clone();
            Box::pin(async move { service.idle().await })
        }));
        self.stop.push(Box::new(move || {
            let service = stop.clone();
            Box::pin(async move { service.stop().await })
        }));
        let answering = move |request: Request<Incoming>| -> BoxFuture<'static, Answer> {
            let service = service.clone();
            Box::pin(async move { boxed(service.answer(request).await) })
        };
        let previous = self.webhooks.insert(path.to_owned(), Box::new(answering));
        assert!(previous.is_none(), "the path {path:?} is taken");
    }

    pub(super) fn fallback_service<S, B>(&mut self, service: S)
    where
        S: Service<Request<RequestBody>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
        S: Clone + Send + Sync + 'static,
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.fallback = Some(Box::new(move |request| {
            let mut service = service.clone();
            Box::pin(async move {
                let answer = async {
                    poll_fn(|context| service.poll_ready(context)).await?;
                    service.call(request).await
                };
                answer.await.map_or_else(|_: S::Error| boxed(respond(StatusCode::INTERNAL_SERVER_ERROR)), boxed)
            })
        }));
    }

    /// `pace` is that of bodies for the fallback service. A receiver has its own.
    pub(super) async fn answer(&self, request: Request<Incoming>, pace: Pace) -> Result<Answer, Infallible> {
        if let Some(answering) = self.webhooks.get(request.uri().path()) {
            return Ok(answering(request).await);
        }
        let Some(answering) = &self.fallback else {
            unknown_path(&self.throttle, request.uri().path());
            return Ok(boxed(respond(StatusCode::NOT_FOUND)));
        };
        if !has_known_transfer_encoding(request.headers()) {
            unknown_encoding(&self.throttle, request.uri().path());
            return Ok(boxed(respond(StatusCode::NOT_IMPLEMENTED)));
        }
        // Senders of webhooks use POST. Other requests may be anything.
        let path = (request.method() == Method::POST).then(|| request.uri().path().to_owned());
        let connection = request.extensions().get::<ConnectionHandle>().cloned();
        let answer = answering(request.map(|body| RequestBody::new(body, pace, connection))).await;
        if let Some(path) = path.filter(|_| answer.status() == StatusCode::NOT_FOUND) {
            unknown_path(&self.throttle, &path);
        }
        Ok(answer)
    }

    /// Waits until no handler of any service is running.
    pub(super) async fn idle(&self) {
        all(&self.idle).await;
    }

    /// Leaves what still runs to the next process.
    pub(super) async fn stop(&self) {
        all(&self.stop).await;
    }
}

/// Calls all at once: they share a time limit. Waits for the last one.
async fn all(hooks: &[Hook]) {
    let mut calls: Vec<_> = hooks.iter().map(|hook| hook()).collect();
    poll_fn(|context| {
        calls.retain_mut(|call| call.as_mut().poll(context).is_pending());
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Reports a request to a path without an endpoint. The usual cause is a wrong address in the vendor's settings.
fn unknown_path(throttle: &Throttle, path: &str) {
    refused(throttle, "unknown_path", path, "no webhook endpoint at this path");
}

/// Reports a request whose body the fallback service would misread.
fn unknown_encoding(throttle: &Throttle, path: &str) {
    refused(throttle, Rejection::TransferEncoding.name(), path, "the transfer encoding is not `chunked`");
}

fn refused(throttle: &Throttle, reason: &'static str, path: &str, message: &'static str) {
    throttle.log(reason, |suppressed| {
        let path = Printable { text: path, limit: 128 };
        tracing::info!(%path, suppressed, "{message}");
    });
    #[cfg(feature = "metrics")]
    crate::service::metrics::rejected(reason);
}

fn boxed<B>(response: Response<B>) -> Answer
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    response.map(|body| body.map_err(Into::into).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use http_body_util::Full;
    use tokio::sync::Barrier;
    use tokio::time::timeout;

    use super::*;

    /// It is idle, and stops, only at the same time as the others.
    #[derive(Clone)]
    struct Together(Arc<Barrier>);

    impl WebhookService for Together {
        async fn answer<B>(&self, _: Request<B>) -> Response<Full<Bytes>>
        where
            B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
        {
            Response::default()
        }

        async fn idle(&self) {
            self.0.wait().await;
        }

        async fn stop(&self) {
            self.0.wait().await;
        }
    }

    #[tokio::test]
    async fn services_stop_at_the_same_time() {
        let service = Together(Arc::new(Barrier::new(3)));
        let mut endpoints = Endpoints::default();
        for path in ["/a", "/b", "/c"] {
            endpoints.add(path, service.clone());
        }
        let both = async {
            endpoints.idle().await;
            endpoints.stop().await;
        };
        timeout(Duration::from_secs(5), both).await.unwrap();
    }
}
