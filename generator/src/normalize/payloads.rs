//! Schemas under `components` that are bodies of webhooks, which are described nowhere else.

use std::cmp::Reverse;

use super::Reader;
use super::entry::Entry;
use super::operation::{WEBHOOK_WORDS, says_webhook};
use super::pattern::matched;
use super::received::is_command;
use crate::document::{Node, Object, Value};

/// The last words of a schema's name that say it is a body, after `webhook`.
const BODIES: [&str; 4] = ["event", "payload", "notification", "body"];

impl Reader<'_, '_> {
    /// The schemas under `components`, each with its name.
    pub(super) fn reusable_schemas(&self, root: &Node) -> Vec<(String, Node)> {
        let resolve = |node: &Node| self.resolver.resolve(node).ok();
        let components = root.get("components").and_then(resolve);
        let schemas = components.and_then(|components| resolve(components.get("schemas")?));
        let schemas = schemas.as_ref().and_then(Node::as_object).into_iter().flatten();
        schemas.map(|(name, schema)| (name.to_string(), schema.clone())).collect()
    }
}

/// The webhook whose body is a schema.
pub(super) fn entry(name: &str, schema: &Node) -> Entry {
    let object = |members: Vec<(&str, Node)>| {
        let members: Object = members.into_iter().map(|(name, node)| (name.into(), node)).collect();
        Node::new(Value::Object(members.into()), schema.origin().clone())
    };
    let content = object(vec![("application/json", object(vec![("schema", schema.clone())]))]);
    let mut operation = vec![("requestBody", object(vec![("content", content)]))];
    operation.extend(schema.get("description").map(|text| ("description", text.clone())));
    Entry::new(name, schema, object(vec![("post", object(operation))]))
}

/// The patterns for the schemas that are named like bodies of webhooks: one for all that end alike, if it matches no other
/// schema.
pub(super) fn likely(schemas: &[(String, Node)]) -> Vec<String> {
    let names: Vec<&str> = schemas.iter().map(|(name, _)| &**name).collect();
    let likely: Vec<&str> = names.iter().copied().filter(|name| is_body(name)).collect();
    let [first, _, ..] = likely[..] else { return likely.into_iter().map(str::to_owned).collect() };
    let pattern = format!("*{}", ending(first));
    let matching = || names.iter().filter(|name| matched(&pattern, name).is_some());
    if matching().count() == likely.len() && matching().all(|name| is_body(name)) {
        vec![pattern]
    } else {
        likely.into_iter().map(str::to_owned).collect()
    }
}

/// A name from the last word that says `webhook`.
fn ending(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let found = WEBHOOK_WORDS.iter().filter_map(|word| lower.rfind(word).map(|at| (at + word.len(), at)));
    let last = found.max_by_key(|(end, at)| (*end, Reverse(*at)));
    last.and_then(|(_, at)| name.get(at..)).unwrap_or(name)
}

/// Whether a schema is named like the body of a webhook, and not like what manages webhooks.
fn is_body(name: &str) -> bool {
    let snake = heck::AsSnakeCase(name).to_string();
    let mut words: Vec<&str> = snake.split('_').collect();
    words.pop_if(|last| BODIES.contains(last));
    words.len() > 1 && words.last().is_some_and(|last| says_webhook(last)) && !is_command(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_names() {
        for (name, expected) in [
            ("OrderWebhook", "Webhook"),
            ("OrderWebhooks", "Webhooks"),
            ("OrderWebhookEvent", "WebhookEvent"),
            ("order_webhook", "webhook"),
            ("ORDER_WEBHOOK", "WEBHOOK"),
            ("OrderHook", "Hook"),
            ("ebhookHook", "Hook"),
            ("Éebhook_hook", "hook"),
            ("order", "order"),
        ] {
            assert_eq!(ending(name), expected, "{name}");
        }
    }

    #[test]
    fn names_of_bodies() {
        for (name, expected) in [
            ("ItemErrorWebhook", true),
            ("transfer_webhook", true),
            ("OrderWebhookEvent", true),
            ("Webhook", false),
            ("WebhookEvent", false),
            ("CreateWebhook", false),
            ("WebhookSubscription", false),
            ("OrderEvent", false),
        ] {
            assert_eq!(is_body(name), expected, "{name}");
        }
    }
}
