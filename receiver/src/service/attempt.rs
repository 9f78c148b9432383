//! One attempt to handle a delivery, in a task that cannot be cancelled.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::{Instrument, Span, field, info_span};

use super::memory::Share;
use super::shared::Shared;
use crate::replay::{BodyDigest, ReplayGuard, Reservation};
use crate::router::{HandlerFuture, Routed, Started};
use crate::{BoxError, BoxFuture, Delivery, Outcome, Webhooks};

/// Bodies of this many bytes are decoded on a thread of their own. Going there and back takes some 10 µs, a fifth of the time
/// that decoding them takes.
const LARGE_BODY: usize = 64 * 1024;

/// The result of an attempt.
struct Attempt {
    /// The event type, if it is in the description.
    event_type: Option<&'static str>,
    end: End,
}

enum End {
    Here(Outcome),
    /// Another attempt is running. The future says whether it succeeds.
    Elsewhere(BoxFuture<'static, bool>),
}

/// Handles a delivery, even if the caller stops waiting. The memory of the body is in use for as long as the handler runs.
pub(super) async fn complete<W: Webhooks>(
    shared: &Arc<Shared<W>>,
    delivery: Delivery,
    memory: Option<Share>,
) -> Outcome {
    let delivery = delivery.with_decode_memory(shared.limits.decode_memory);
    let span = info_span!("webhook", id = delivery.id(), event_type = field::Empty, outcome = field::Empty);
    attempt(shared, delivery, memory).instrument(span).await
}

async fn attempt<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: Delivery, memory: Option<Share>) -> Outcome {
    let start = Instant::now();
    let Some(slot) = shared.handlers.take() else {
        return shared.ended(&delivery, None, Outcome::Overloaded, start);
    };
    let running = shared.running.subscribe();
    let (task_shared, attempted) = (Arc::clone(shared), delivery.clone());
    // The task reports its result itself, since no request may be left to wait for it.
    let task = async move {
        let Attempt { event_type, end } = handle(&task_shared, &attempted).await;
        let end = match end {
            End::Here(outcome) => Ok(task_shared.ended(&attempted, event_type, outcome, start)),
            End::Elsewhere(end) => Err((event_type, end)),
        };
        drop((memory, slot, running));
        end
    };
    match run_to_completion(task.in_current_span()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err((event_type, end))) => {
            let outcome = if end.await {
                Outcome::Duplicate
            } else {
                Outcome::Failed("the attempt that was waited for has failed".into())
            };
            shared.ended(&delivery, event_type, outcome, start)
        }
        Err(reason) => shared.ended(&delivery, None, Outcome::Failed(reason.into()), start),
    }
}

/// Runs a task to completion, even if the caller stops waiting, or returns why that is not possible.
///
/// The first poll runs at once, since it cannot be cancelled midway. The rest is a task of the runtime.
async fn run_to_completion<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> Result<T, &'static str> {
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

/// Decodes a delivery and starts its handler. A large body is decoded on a thread for blocking work, so that it does not hold
/// up other requests.
async fn route<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: &Delivery) -> Routed {
    if delivery.raw().len() < LARGE_BODY {
        return shared.routes.route(delivery.clone());
    }
    let (shared, delivery, span) = (Arc::clone(shared), delivery.clone(), Span::current());
    let routed = spawn_blocking(move || span.in_scope(|| shared.routes.route(delivery))).await;
    routed.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Routed { event_type: None, started: Err(Outcome::Failed("the runtime is shutting down".into())) },
    })
}

/// Handles a delivery, unless it was handled before.
async fn handle<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: &Delivery) -> Attempt {
    let Routed { event_type, started } = route(shared, delivery).await;
    Span::current().record("event_type", event_type.unwrap_or("unknown"));
    let end = match (started, shared.guard.as_deref().zip(delivery.signed_id())) {
        (Err(outcome), _) => End::Here(outcome),
        (Ok(started), None) => End::Here(run(started).await),
        (Ok(started), Some((guard, id))) => run_once(guard, id, &BodyDigest::of(delivery.raw()), started).await,
    };
    Attempt { event_type, end }
}

/// Runs the handler if the delivery is the first with this id.
async fn run_once(guard: &dyn ReplayGuard, id: &str, body: &BodyDigest, started: Started) -> End {
    End::Here(match guard.reserve(id, body).await {
        Ok(Reservation::Reserved) => {
            let outcome = run(started).await;
            if outcome.is_final() {
                guard.commit(id).await.map_or_else(Outcome::Unavailable, |()| outcome)
            } else {
                if guard.release(id).await.is_err() {
                    tracing::error!("the replay guard has not released a webhook that was not handled");
                }
                outcome
            }
        }
        Ok(Reservation::Handled) => Outcome::Duplicate,
        Ok(Reservation::Conflict) => Outcome::Conflict,
        Ok(Reservation::Running(end)) => return End::Elsewhere(end),
        Err(error) => Outcome::Unavailable(error),
    })
}

async fn run(started: Started) -> Outcome {
    let result = match started {
        Started::Handler(handler) => run_handler(handler).await.map(|()| Outcome::Handled),
        Started::Fallback(handler, reason) => {
            run_handler(handler).await.map(|fallback| Outcome::Unrouted { reason, fallback: Some(fallback) })
        }
    };
    result.unwrap_or_else(Outcome::Failed)
}

/// Runs a handler to completion. A panic is a failure; its message has gone to the panic hook.
async fn run_handler<T>(mut handler: HandlerFuture<T>) -> Result<T, BoxError> {
    poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Err(BoxError::from("the handler panicked"))))
    })
    .await
}
