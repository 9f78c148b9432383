//! Operations under `paths`, and how their tags and paths name webhooks.

use super::entry::Entry;
use crate::document::Node;

/// An operation under `paths`.
pub(super) struct ApiOperation {
    pub(super) path: String,
    pub(super) method: &'static str,
    pub(super) item: Node,
    pub(super) node: Node,
    /// Whether it seems to be received.
    pub(super) is_received: bool,
    /// Whether it has a JSON body.
    pub(super) has_json: bool,
}

pub(super) const WEBHOOK_WORDS: [&str; 4] = ["webhook", "webhooks", "hook", "hooks"];

/// Words beside `webhook` in the tag or path of operations that are webhooks. Alone, it names the management of webhooks.
const EVENT_WORDS: [&str; 14] = [
    "event",
    "events",
    "payload",
    "payloads",
    "notification",
    "notifications",
    "callback",
    "callbacks",
    "example",
    "examples",
    "sample",
    "samples",
    "receiver",
    "receivers",
];

impl ApiOperation {
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.node.get("tags").and_then(Node::as_array).into_iter().flatten().filter_map(Node::as_str)
    }

    pub(super) fn has_body(&self) -> bool {
        self.node.get("requestBody").is_some()
    }

    pub(super) fn last_segment(&self) -> &str {
        self.path.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or(&self.path)
    }

    pub(super) fn entry(&self, name: &str) -> Entry {
        Entry {
            method: Some(self.method),
            path: Some(self.path.clone()),
            ..Entry::new(name, &self.node, self.item.clone())
        }
    }
}

/// Whether a tag or a segment of a path names the requests of webhooks.
pub(super) fn names_webhooks(name: &str) -> bool {
    likeness(name) == 2
}

/// How much a tag, a path or a segment of one is named like the requests of webhooks: 0, 1 or 2.
pub(super) fn likeness(name: &str) -> usize {
    usize::from(has_word(name, &WEBHOOK_WORDS)) + usize::from(has_word(name, &EVENT_WORDS))
}

/// Whether a segment of a path says `webhook`.
pub(super) fn says_webhook(segment: &str) -> bool {
    has_word(segment, &WEBHOOK_WORDS)
}

fn has_word(name: &str, wanted: &[&str]) -> bool {
    heck::AsSnakeCase(name).to_string().split('_').any(|word| wanted.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_webhooks() {
        for (name, expected) in [
            ("Webhook events", true),
            ("webhook-events", true),
            ("WebhookPayloads", true),
            ("Webhook Samples", true),
            ("webhook_receiver", true),
            ("Webhooks", false),
            ("events", false),
        ] {
            assert_eq!(names_webhooks(name), expected, "{name}");
        }
    }
}
