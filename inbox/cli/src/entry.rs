//! Deliveries, as they are printed.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use webhook_inbox::store::{Entry, State};
use webhook_receiver::StoredDelivery;

use crate::output::{harmless, table};
use crate::time::{rfc3339, short, since};

const LONGEST_REASON: usize = 100;

/// As a JSON object. `null` and what is absent mean the same.
pub(crate) fn object(entry: &Entry) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    };
    put("endpoint", json!(entry.key.endpoint));
    put("id", json!(entry.key.id));
    put("state", json!(entry.state.name()));
    put("event_type", json!(entry.event_type));
    put("received", json!(rfc3339(entry.received)));
    put("attempts", json!(entry.attempts));
    put(name_of_time(entry.state), json!(entry.at.map(rfc3339)));
    put("reason", json!(entry.reason));
    put("order_key", json!(entry.order.as_ref().map(|order| &order.key)));
    put("version", json!(entry.order.as_ref().and_then(|order| order.version)));
    put("size", json!(entry.size));
    object
}

/// The name of [`Entry::at`].
pub(crate) fn name_of_time(state: State) -> &'static str {
    match state {
        State::Pending => "next_attempt",
        State::Running => "lease_until",
        State::Dead | State::Unrouted | State::Done => "ended",
    }
}

/// The delivery of an entry that was listed with its bytes.
pub(crate) fn delivery(entry: &Entry) -> Option<StoredDelivery> {
    StoredDelivery::from_bytes(entry.bytes.clone()?).ok()
}

/// What an object says about the delivery itself: a body that is not text is in base64.
pub(crate) fn body(delivery: &StoredDelivery) -> Map<String, Value> {
    let mut object = Map::new();
    if let Some(content_type) = delivery.content_type() {
        object.insert("content_type".to_owned(), json!(content_type));
    }
    let (name, value) = match str::from_utf8(delivery.raw()) {
        Ok(text) => ("body", json!(text)),
        Err(_) => ("body_base64", json!(STANDARD.encode(delivery.raw()))),
    };
    object.insert(name.to_owned(), value);
    object
}

/// Entries as a table.
pub(crate) fn rows(entries: &[Entry]) -> String {
    let has_several = entries.iter().any(|entry| entry.key.endpoint != entries[0].key.endpoint);
    let mut heading = vec!["STATE", "ATTEMPTS", "AGE", "NEXT", "EVENT TYPE", "ID", "REASON"];
    if has_several {
        heading.insert(0, "ENDPOINT");
    }
    let row = |entry: &Entry| {
        let mut row = vec![
            entry.state.name().to_owned(),
            entry.attempts.to_string(),
            short(since(entry.received)),
            next(entry),
            harmless(entry.event_type.as_deref().unwrap_or("-")),
            harmless(&entry.key.id),
            reason(entry.reason.as_deref()),
        ];
        if has_several {
            row.insert(0, harmless(&entry.key.endpoint));
        }
        row
    };
    table(&heading, &entries.iter().map(row).collect::<Vec<_>>())
}

/// When it is tried next.
fn next(entry: &Entry) -> String {
    match (entry.state, entry.at) {
        (State::Pending, Some(at)) => match at.duration_since(SystemTime::now()) {
            Ok(left) if left > Duration::ZERO => format!("in {}", short(left)),
            _ => "now".to_owned(),
        },
        _ => "-".to_owned(),
    }
}

/// The beginning, on one line.
pub(crate) fn reason(reason: Option<&str>) -> String {
    let text = harmless(reason.unwrap_or_default());
    match text.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
