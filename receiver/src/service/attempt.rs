//! One attempt to handle a delivery, in a task that cannot be cancelled.

use std::borrow::Cow;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::{Instrument, Span, field, info_span};

use super::memory::Share;
use super::shared::Shared;
use super::single_flight::{Joined, Waiting};
use crate::codec::Holding;
use crate::event_type::EventType;
use crate::replay::{BodyDigest, Guarded, InUse, LeaseState, Reserved};
use crate::router::{HandlerFuture, Routed, Started};
use crate::webhooks::EventName;
use crate::{BoxError, Delivery, Outcome, Webhooks};

/// Bodies of this many bytes are decoded on a thread of their own. Going there and back takes some 10 µs, a fifth of the time
/// that decoding them takes.
const LARGE_BODY: usize = 64 * 1024;

/// The result of an attempt.
enum Attempt {
    Ended {
        /// The event type, if it is in the description.
        event_type: Option<&'static str>,
        outcome: Outcome,
    },
    /// The same delivery is being handled by another attempt.
    Waiting(Waiting),
}

/// A delivery for what takes it in place of the handlers, see
/// [`ReceiverService::respond_with`](crate::ReceiverService::respond_with).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The delivery.
    pub delivery: Delivery,
    /// Its event type, as the delivery states it. It can be any text: escape it before logging. `None` if it is absent or
    /// cannot be found, as in a body that is not JSON.
    pub event_type: Option<Cow<'static, str>>,
}

/// Passes a delivery to what takes it in place of the handlers. Its future is dropped if the caller stops waiting.
pub(super) async fn hand_over<W: Webhooks, F: Future<Output = Outcome>>(
    shared: &Arc<Shared<W>>,
    delivery: Delivery,
    take: impl FnOnce(Received) -> F,
) -> Outcome {
    let span = span(&delivery);
    let handed_over = async {
        let start = Instant::now();
        let assumed = shared.routes.assumed;
        let found = aside_if_large(&delivery, {
            let delivery = delivery.clone();
            move || EventType::<W>::name(&delivery, assumed)
        });
        let event_type = found.await.unwrap_or_default();
        let known = event_type.as_deref().and_then(W::EventType::parse).map(EventName::as_str);
        record_event_type(known);
        let outcome = take(Received { delivery: delivery.clone(), event_type }).await;
        shared.ended(&delivery, known, outcome, start)
    };
    handed_over.instrument(span).await
}

/// Runs the handler of a delivery that was stored, without the guard and without a limit. Unlike in [`complete`], the
/// handler is dropped if this future is.
pub(super) async fn run_stored<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: Delivery) -> Outcome {
    let delivery = delivery.with_decode_memory(shared.limits.decode_memory);
    let span = span(&delivery);
    let run = async {
        let start = Instant::now();
        let _running = shared.running.subscribe();
        let holding = shared.values.begin();
        let Routed { event_type, started, .. } = route(shared, &delivery, &holding).await;
        let outcome = match started {
            Ok(started) => run(started).await,
            Err(outcome) => outcome,
        };
        shared.ended(&delivery, event_type, outcome, start)
    };
    run.instrument(span).await
}

fn span(delivery: &Delivery) -> Span {
    info_span!("webhook", id = delivery.id(), event_type = field::Empty, outcome = field::Empty)
}

/// Handles a delivery, even if the caller stops waiting. The memory of the body is in use for as long as the handler runs.
pub(super) async fn complete<W: Webhooks>(
    shared: &Arc<Shared<W>>,
    delivery: Delivery,
    memory: Option<Share>,
) -> Outcome {
    shared.warn_without_fallback();
    let delivery = delivery.with_decode_memory(shared.limits.decode_memory);
    let span = span(&delivery);
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
        // Dropped last, also if the task is: until then, the delivery may be reserved.
        let in_use: InUse = Arc::new((running, slot));
        match handle(&task_shared, &attempted, &in_use).await {
            Attempt::Ended { event_type, outcome } => {
                let outcome = task_shared.ended(&attempted, event_type, outcome, start);
                drop(memory);
                Ok(outcome)
            }
            Attempt::Waiting(waiting) => Err((waiting, memory)),
        }
    };
    match run_to_completion(task.in_current_span()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err((waiting, memory))) => {
            // Its own body is no longer in memory while it waits.
            let delivery = delivery.with_body(waiting.body().clone());
            drop(memory);
            let (event_type, outcome) = waiting.end().await;
            record_event_type(event_type);
            shared.waited(&delivery, event_type, outcome, start)
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

/// Decodes a delivery, reports its drift, and starts its handler.
async fn route<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: &Delivery, holding: &Arc<Holding>) -> Routed {
    let routed = aside_if_large(delivery, {
        let (shared, delivery, holding) = (Arc::clone(shared), delivery.clone(), Arc::clone(holding));
        move || shared.routes.route(delivery, &holding)
    });
    let mut routed = routed.await.unwrap_or_else(|error| {
        let started = Err(Outcome::Failed(error.into()));
        Routed { event_type: None, drift: Vec::new(), started }
    });
    record_event_type(routed.event_type);
    let drift = mem::take(&mut routed.drift);
    if let Some(event_type) = routed.event_type.filter(|_| !drift.is_empty()) {
        shared.drifted(delivery, event_type, drift);
    }
    routed
}

/// Uses a thread for blocking work for a large body, so that it does not hold up other requests.
async fn aside_if_large<T: Send + 'static>(
    delivery: &Delivery,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, &'static str> {
    if delivery.raw().len() < LARGE_BODY {
        return Ok(read());
    }
    let span = Span::current();
    spawn_blocking(move || span.in_scope(read)).await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => "the runtime is shutting down",
    })
}

fn record_event_type(event_type: Option<&'static str>) {
    Span::current().record("event_type", event_type.unwrap_or("unknown"));
}

/// Handles a delivery, unless it was handled before or is being handled.
async fn handle<W: Webhooks>(shared: &Arc<Shared<W>>, delivery: &Delivery, in_use: &InUse) -> Attempt {
    // The decoded values are in memory until their handler has ended.
    let holding = shared.values.begin();
    let Some((guard, id)) = shared.guard.as_ref().zip(delivery.signed_id()) else {
        let Routed { event_type, started, .. } = route(shared, delivery, &holding).await;
        let outcome = match started {
            Ok(started) => run(started).await,
            Err(outcome) => outcome,
        };
        return Attempt::Ended { event_type, outcome };
    };
    let body = delivery.raw().clone();
    let digest = match aside_if_large(delivery, move || BodyDigest::of(&body)).await {
        Ok(digest) => digest,
        Err(error) => return Attempt::Ended { event_type: None, outcome: Outcome::Failed(error.into()) },
    };
    let first = match shared.flights.join(id, digest, delivery.raw()) {
        Joined::First(first) => first,
        Joined::Waiting(waiting) => return Attempt::Waiting(waiting),
        Joined::Busy => return Attempt::Ended { event_type: None, outcome: Outcome::InProgress },
    };
    let Routed { event_type, started, .. } = route(shared, delivery, &holding).await;
    let outcome = match started {
        Ok(started) => run_once(guard, first.id(), digest, Arc::clone(in_use), started).await,
        Err(outcome) => outcome,
    };
    first.end(event_type, &outcome);
    Attempt::Ended { event_type, outcome }
}

/// Runs the handler if the guard does not know the delivery.
async fn run_once(guard: &Guarded, id: &Arc<str>, body: BodyDigest, in_use: InUse, started: Started) -> Outcome {
    let held = match guard.reserve(id, body, in_use).await {
        Ok(Reserved::Here(held)) => held,
        Ok(Reserved::Elsewhere) => return Outcome::InProgress,
        Ok(Reserved::Handled(known)) if known == body => return Outcome::Duplicate,
        Ok(Reserved::Handled(_)) => return Outcome::Conflict,
        Err(error) => return Outcome::Unavailable(error),
    };
    let outcome = run(started).await;
    if outcome.is_final() {
        return match held.commit().await {
            Ok(LeaseState::Held) => outcome,
            Ok(LeaseState::Expired) => {
                Outcome::Unavailable("the reservation expired before the handler finished".into())
            }
            Err(error) => Outcome::Unavailable(error),
        };
    }
    held.released().await;
    outcome
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
