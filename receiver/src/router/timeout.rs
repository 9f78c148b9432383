use std::time::Duration;

use super::{Handler, HandlerFuture};
use crate::Delivery;

/// A handler with a timeout, returned by [`timeout`].
#[derive(Clone, Copy, Debug)]
pub struct Timeout<H> {
    limit: Duration,
    handler: H,
}

/// Cancels a handler that takes longer. It is dropped at its current `await`, and the delivery
/// [fails](crate::Outcome::Failed), so that the sender tries again.
///
/// ```
/// # use std::time::Duration;
/// # use webhook_receiver::*;
/// # async fn keep(_: Unrouted) -> Fallback { Fallback::Kept }
/// # fn example<Acme: Webhooks>(receiver: Receiver<Acme>) -> Receiver<Acme> {
/// receiver.fallback(timeout(Duration::from_secs(20), keep))
/// # }
/// ```
pub fn timeout<H>(limit: Duration, handler: H) -> Timeout<H> {
    Timeout { limit, handler }
}

impl<E, S, X, T, H: Handler<E, S, X, T>> Handler<E, S, X, T> for Timeout<H>
where
    T: Send + 'static,
{
    fn call(&self, event: E, delivery: &Delivery, state: &S) -> HandlerFuture<T> {
        let (limit, future) = (self.limit, self.handler.call(event, delivery, state));
        Box::pin(async move {
            match tokio::time::timeout(limit, future).await {
                Ok(result) => result,
                Err(_) => Err(format!("the handler took longer than {limit:?}").into()),
            }
        })
    }
}
