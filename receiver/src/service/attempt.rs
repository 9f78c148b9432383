//! One attempt to handle a delivery: what its task does.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use tracing::Span;

use super::receiver_service::Shared;
use crate::replay::{BodyDigest, BoxFuture, ReplayGuard, Reservation};
use crate::router::{Job, Routed};
use crate::{BoxError, Delivery, Outcome, Webhooks};

/// The result of an attempt.
pub(super) struct Attempt {
    /// The event type, if it is in the description.
    pub(super) event_type: Option<&'static str>,
    pub(super) end: End,
}

pub(super) enum End {
    Here(Outcome),
    /// Another attempt is running. The future says whether it succeeds.
    Elsewhere(BoxFuture<'static, bool>),
}

/// Handles a delivery, unless it was handled before.
pub(super) async fn run<W: Webhooks>(shared: &Shared<W>, delivery: &Delivery) -> Attempt {
    let Routed { event_type, job } = shared.routes.route(delivery.clone());
    Span::current().record("event_type", event_type.unwrap_or("unknown"));
    let end = match (job, shared.guard.as_deref().zip(delivery.signed_id())) {
        (Err(outcome), _) => End::Here(outcome),
        (Ok(job), None) => End::Here(outcome(job).await),
        (Ok(job), Some((guard, id))) => once(guard, id, &BodyDigest::of(delivery.raw()), job).await,
    };
    Attempt { event_type, end }
}

/// Runs the job if it is the first with this id.
async fn once(guard: &dyn ReplayGuard, id: &str, body: &BodyDigest, job: Job) -> End {
    End::Here(match guard.reserve(id, body).await {
        Ok(Reservation::Reserved) => match outcome(job).await {
            Outcome::Handled => guard.commit(id).await.map_or_else(Outcome::Unavailable, |()| Outcome::Handled),
            failed => {
                if guard.release(id).await.is_err() {
                    tracing::error!("the replay guard has not released a webhook that failed");
                }
                failed
            }
        },
        Ok(Reservation::Handled) => Outcome::Duplicate,
        Ok(Reservation::Conflict) => Outcome::Conflict,
        Ok(Reservation::Running(end)) => return End::Elsewhere(end),
        Err(error) => Outcome::Unavailable(error),
    })
}

/// Runs a handler to completion. A panic is a failure; its message has gone to the panic hook.
async fn outcome(mut job: Job) -> Outcome {
    let result = poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Err(BoxError::from("the handler panicked"))))
    });
    result.await.map_or_else(Outcome::Failed, |()| Outcome::Handled)
}
