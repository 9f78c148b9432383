//! Functions that look on and have no say.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use http::request::Parts;

use super::Outcome;
use crate::{Delivery, Rejection};

/// A verified delivery and what became of it, for an [observer](crate::Receiver::on_outcome).
#[derive(Debug)]
#[non_exhaustive]
pub struct Observed<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// Its event type, if that is in the description: what it states, though the rest of its body may prove to be broken.
    pub event_type: Option<&'static str>,
    /// What became of it.
    pub outcome: &'a Outcome,
    /// How long that took from verification on.
    pub elapsed: Duration,
}

type Observer = Box<dyn Fn(&Observed<'_>) + Send + Sync>;
type RejectionObserver = Box<dyn Fn(&Rejection, &Parts) + Send + Sync>;

/// The registered observers.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(super) observers: Vec<Observer>,
    pub(super) rejected: Vec<RejectionObserver>,
}

impl Hooks {
    pub(crate) fn observed(&self, observed: &Observed<'_>) {
        self.observers.iter().for_each(|observer| unharmed(|| observer(observed)));
    }

    pub(crate) fn rejected(&self, rejection: &Rejection, head: &Parts) {
        self.rejected.iter().for_each(|observer| unharmed(|| observer(rejection, head)));
    }
}

/// A panic goes to the panic hook, and no further.
fn unharmed(observe: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(observe)).is_err() {
        tracing::error!("an observer of webhooks panicked");
    }
}
