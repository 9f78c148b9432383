//! The state that all clones of a service share.

use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Span;

use super::budget::Budget;
use super::drift::Tally;
use super::hooks::{Drifted, Hooks, Observed, Rejected};
use super::memory::Memory;
use super::single_flight::SingleFlight;
use super::throttle::Throttle;
use crate::codec::{Drift, MIN_MEMORY, ValueMemory};
use crate::pace::{Pace, Rate};
use crate::replay::Guarded;
use crate::router::{Reason, Routes};
use crate::{Authenticator, Delivery, Outcome, Webhooks};

/// The parts of a service.
pub(crate) struct Setup<W: Webhooks> {
    pub(crate) authenticator: Authenticator,
    pub(crate) routes: Routes<W>,
    pub(crate) limits: Limits,
    pub(crate) hooks: Hooks,
    pub(crate) guard: Option<Guarded>,
}

/// Limits on requests.
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) pace: Pace,
    /// Bytes of all bodies together.
    pub(crate) body_memory: usize,
    /// What the values of one body may take at least, in bytes.
    pub(crate) decode_memory: usize,
    /// Bytes of the values of all bodies together.
    pub(crate) payload_memory: usize,
    /// The number of handlers that run at once.
    pub(crate) handlers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            pace: Pace { timeout: Duration::from_secs(10), rate: Rate::DEFAULT },
            body_memory: 64 * 1024 * 1024,
            decode_memory: MIN_MEMORY,
            payload_memory: 256 * 1024 * 1024,
            handlers: 1024,
        }
    }
}

/// What all clones of a service share.
pub(super) struct Shared<W: Webhooks> {
    pub(super) authenticator: Authenticator,
    pub(super) routes: Routes<W>,
    no_fallback: Once,
    pub(super) limits: Limits,
    hooks: Hooks,
    pub(super) guard: Option<Guarded>,
    pub(super) flights: SingleFlight,
    pub(super) memory: Arc<Memory>,
    pub(super) values: Arc<ValueMemory>,
    pub(super) handlers: Budget,
    throttle: Throttle,
    pub(super) drift: Tally,
    /// Each running handler keeps a receiver of this channel. Nothing is ever sent through it.
    pub(super) running: watch::Sender<()>,
}

impl<W: Webhooks> Shared<W> {
    pub(super) fn new(setup: Setup<W>) -> Self {
        let Setup { authenticator, routes, limits, hooks, guard } = setup;
        let memory = Memory::new(limits.body_memory.max(limits.body_bytes));
        let handlers = Budget::new(limits.handlers);
        let (throttle, drift, running) = (Throttle::default(), Tally::default(), watch::Sender::new(()));
        let (flights, values) = (SingleFlight::default(), ValueMemory::new(limits.payload_memory));
        Self {
            authenticator,
            routes,
            no_fallback: Once::new(),
            limits,
            hooks,
            guard,
            flights,
            memory,
            values,
            handlers,
            throttle,
            drift,
            running,
        }
    }

    /// Warns once if what no handler takes is lost. A service whose deliveries come from a store loses nothing.
    pub(super) fn warn_without_fallback(&self) {
        if !self.routes.has_fallback() {
            self.no_fallback.call_once(|| {
                tracing::warn!(
                    "the webhook receiver has no fallback: deliveries that do not decode are refused, \
                     those without a handler are ignored"
                );
            });
        }
    }

    /// Only member names of the body are logged, and the text of a handler's error.
    pub(super) fn ended(
        &self,
        delivery: &Delivery,
        event_type: Option<&'static str>,
        outcome: Outcome,
        start: Instant,
    ) -> Outcome {
        let millis = millis(start.elapsed());
        match &outcome {
            Outcome::Handled | Outcome::Stored | Outcome::Unrouted { reason: Reason::NoHandler(_), .. } => {
                tracing::debug!(millis, "webhook {outcome}");
            }
            Outcome::Duplicate
            | Outcome::InProgress
            | Outcome::Unrouted { reason: Reason::UnknownEventType(_), .. } => {
                tracing::info!(millis, "webhook {outcome}");
            }
            Outcome::Conflict | Outcome::Unrouted { .. } => tracing::warn!(millis, "webhook {outcome}"),
            Outcome::Failed(_) | Outcome::Unavailable(_) => tracing::error!(millis, "webhook {outcome}"),
            Outcome::Overloaded => {
                self.throttle.log(outcome.name(), |suppressed| tracing::warn!(suppressed, "webhook {outcome}"));
            }
        }
        self.observed(delivery, event_type, outcome, start)
    }

    /// A copy has the outcome that it has waited for, which is in the log already.
    pub(super) fn waited(
        &self,
        delivery: &Delivery,
        event_type: Option<&'static str>,
        outcome: Outcome,
        start: Instant,
    ) -> Outcome {
        tracing::debug!(millis = millis(start.elapsed()), "webhook has waited for the same delivery: {outcome}");
        self.observed(delivery, event_type, outcome, start)
    }

    fn observed(
        &self,
        delivery: &Delivery,
        event_type: Option<&'static str>,
        outcome: Outcome,
        start: Instant,
    ) -> Outcome {
        let elapsed = start.elapsed();
        Span::current().record("outcome", outcome.name());
        #[cfg(feature = "metrics")]
        super::metrics::ended(event_type, &outcome, elapsed);
        self.hooks.observed(&Observed { delivery, event_type, outcome: &outcome, elapsed });
        outcome
    }

    /// Each drift is logged once, when it is new: there are at most as many lines as counts.
    pub(super) fn drifted(&self, delivery: &Delivery, event_type: &'static str, drift: Vec<Drift>) {
        self.hooks.drifted(&Drifted { delivery, event_type, drift: &drift });
        for (Drift { kind, pointer }, is_new) in self.drift.count(event_type, drift) {
            let kind = kind.name();
            if is_new {
                tracing::info!(event_type, kind, pointer, "webhook drift: the description does not list this");
            }
            #[cfg(feature = "metrics")]
            super::metrics::drifted(event_type, kind, pointer);
        }
    }

    pub(super) fn rejected(&self, rejected: &Rejected<'_>) {
        let rejection = rejected.rejection;
        self.throttle.log(rejection.name(), |suppressed| {
            let status = rejection.status().as_u16();
            tracing::info!(status, suppressed, "webhook rejected: {rejection}");
        });
        #[cfg(feature = "metrics")]
        super::metrics::rejected(rejection.name());
        self.hooks.rejected(rejected);
    }
}

/// In milliseconds, to two digits.
fn millis(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e5).round() / 1e2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryGuard;

    #[test]
    fn the_docs_state_the_defaults() {
        const DOCS: &str = include_str!("../../../docs/receiver.md");
        let Limits { body_bytes, pace, body_memory, decode_memory, payload_memory, handlers } = Limits::default();
        let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
        let rate = format!("{} B/s over {:?}", pace.rate.bytes_per_second, pace.rate.period);
        for (limit, default, setter) in [
            ("size of a body", mib(body_bytes), "body_limit"),
            ("time to read a body", format!("{:?}", pace.timeout), "body_timeout"),
            ("minimum rate of a body, measured", rate, "min_body_rate"),
            ("buffers of all bodies together", mib(body_memory), "body_memory"),
            ("decoded values of all deliveries together", mib(payload_memory), "payload_memory"),
            ("decoded values of one body", mib(decode_memory), "decode_memory"),
            ("running handlers", handlers.to_string(), "max_concurrency"),
            (
                "time for a call to the replay guard",
                format!("{:?}", crate::receiver::GUARD_TIMEOUT),
                "replay_guard_timeout",
            ),
            ("remembered ids", MemoryGuard::CAPACITY.to_string(), "with_capacity"),
        ] {
            let row = DOCS.lines().find(|line| line.starts_with(&format!("| {limit}")));
            let row = row.unwrap_or_else(|| panic!("no row for `{limit}`")).replace("65 536", "65536");
            let text = row.replace("| 10 s |", "| 10s |").replace("over 5 s", "over 5s");
            assert!(text.contains(&format!("| {default} |")) && text.contains(setter), "{row} should have {default}");
        }
    }
}
