//! Counts and durations, through the facade of the crate `metrics`. Labels are fixed words and names of the description,
//! so a sender cannot create new ones.

use std::time::Duration;

use metrics::{counter, histogram};

use crate::Outcome;

pub(super) fn ended(event_type: Option<&'static str>, outcome: &Outcome, elapsed: Duration) {
    let event_type = event_type.unwrap_or("unknown");
    counter!("webhook_deliveries_total", "event_type" => event_type, "outcome" => outcome.name()).increment(1);
    histogram!("webhook_delivery_seconds", "event_type" => event_type).record(elapsed);
}

/// A pointer consists of names that the description declares, and there are few for each event type.
pub(super) fn drifted(event_type: &'static str, kind: &'static str, pointer: String) {
    counter!("webhook_drift_total", "event_type" => event_type, "kind" => kind, "pointer" => pointer).increment(1);
}

pub(crate) fn rejected(reason: &'static str) {
    counter!("webhook_rejections_total", "reason" => reason).increment(1);
}
