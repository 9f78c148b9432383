//! Observers: functions that cannot change the answer.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;

use super::Rejection;
use crate::codec::Drift;
use crate::{Delivery, Outcome};

/// A verified delivery and its outcome, for an [observer](crate::Receiver::on_outcome).
#[derive(Debug)]
#[non_exhaustive]
pub struct Observed<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// Its event type, if that is in the description. The rest of its body may still be malformed.
    pub event_type: Option<&'static str>,
    /// Its outcome.
    pub outcome: &'a Outcome,
    /// The time since verification.
    pub elapsed: Duration,
}

/// A delivery that has something the description does not list, for an [observer](crate::Receiver::on_drift).
#[derive(Debug)]
#[non_exhaustive]
pub struct Drifted<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// Its event type.
    pub event_type: &'static str,
    /// What the description does not list, each once.
    pub drift: &'a [Drift],
}

/// A message that did not become a delivery, for an [observer](crate::Receiver::on_rejected).
///
/// Everything except `rejection` is untrusted: escape it before logging, and omit headers that may contain credentials.
#[non_exhaustive]
pub struct Rejected<'a> {
    /// Why.
    pub rejection: &'a Rejection,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The head of the request; `None` if [`ReceiverService::receive`](crate::ReceiverService::receive) was called.
    pub head: Option<&'a Parts>,
}

/// Omits the headers, which may contain credentials.
impl fmt::Debug for Rejected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("rejection", &self.rejection).finish_non_exhaustive()
    }
}

type Observer = Box<dyn Fn(&Observed<'_>) + Send + Sync>;
type DriftObserver = Box<dyn Fn(&Drifted<'_>) + Send + Sync>;
type RejectionObserver = Box<dyn Fn(&Rejected<'_>) + Send + Sync>;

/// The registered observers.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) observers: Vec<Observer>,
    pub(crate) drifted: Vec<DriftObserver>,
    pub(crate) rejected: Vec<RejectionObserver>,
}

impl Hooks {
    pub(crate) fn observed(&self, observed: &Observed<'_>) {
        self.observers.iter().for_each(|observer| unharmed(|| observer(observed)));
    }

    pub(crate) fn drifted(&self, drifted: &Drifted<'_>) {
        self.drifted.iter().for_each(|observer| unharmed(|| observer(drifted)));
    }

    pub(crate) fn rejected(&self, rejected: &Rejected<'_>) {
        self.rejected.iter().for_each(|observer| unharmed(|| observer(rejected)));
    }
}

/// A panic reaches the panic hook only.
fn unharmed(observe: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(observe)).is_err() {
        tracing::error!("an observer of webhooks panicked");
    }
}
