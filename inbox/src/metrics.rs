//! Counts and durations, with the feature `metrics`. The labels are the endpoint and fixed words.

#![cfg_attr(not(feature = "metrics"), allow(unused_variables, reason = "without the feature, nothing is reported"))]

use std::time::Duration;

use crate::store::Stats;

/// A delivery was accepted, or not: an outcome.
pub(crate) fn accepted(endpoint: &str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("webhook_inbox_accepted_total", "endpoint" => endpoint.to_owned(), "outcome" => outcome)
        .increment(1);
}

/// How long a delivery has waited for its commit.
pub(crate) fn commit(endpoint: &str, elapsed: Duration) {
    #[cfg(feature = "metrics")]
    metrics::histogram!("webhook_inbox_commit_seconds", "endpoint" => endpoint.to_owned()).record(elapsed);
}

/// An attempt has ended, this long after the delivery was accepted.
pub(crate) fn finished(endpoint: &str, verdict: &'static str, age: Duration) {
    #[cfg(feature = "metrics")]
    {
        metrics::counter!("webhook_inbox_attempts_total", "endpoint" => endpoint.to_owned(), "verdict" => verdict)
            .increment(1);
        if verdict == "done" {
            metrics::histogram!("webhook_inbox_handled_seconds", "endpoint" => endpoint.to_owned()).record(age);
        }
    }
}

/// A lease has expired while a handler ran.
pub(crate) fn expired(endpoint: &str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("webhook_inbox_expired_leases_total", "endpoint" => endpoint.to_owned()).increment(1);
}

/// The numbers of entries.
pub(crate) fn sampled(endpoint: &str, stats: &Stats) {
    #[cfg(feature = "metrics")]
    {
        let Stats { pending, running, dead, unrouted, oldest, .. } = stats;
        for (state, count) in [("pending", pending), ("running", running), ("dead", dead), ("unrouted", unrouted)] {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a double")]
            metrics::gauge!("webhook_inbox_entries", "endpoint" => endpoint.to_owned(), "state" => state)
                .set(*count as f64);
        }
        let oldest = oldest.unwrap_or_default().as_secs_f64();
        metrics::gauge!("webhook_inbox_oldest_seconds", "endpoint" => endpoint.to_owned()).set(oldest);
    }
}
