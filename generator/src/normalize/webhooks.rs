//! Webhooks under `webhooks`, and the operation of each webhook, wherever it is described.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::entry::{Address, Entry, distinct};
use super::media_type::{MEDIA_TYPES, is_json, is_misspelled_json, is_nearly_json, some_of};
use super::path_item::{METHODS, addressed, entries, has_method, is_path_item, path_items};
use super::{Reader, Webhook, fields};
use crate::budget::Resource;
use crate::config::WebhookPlaces;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::document::{Node, Value};

impl Reader<'_, '_> {
    pub(super) fn webhooks(&mut self, root: &Node, elsewhere: &WebhookPlaces) -> Vec<Webhook> {
        let mut webhooks: Vec<Webhook> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let written: Vec<&Node> = ["webhooks", "x-webhooks"].iter().filter_map(|name| root.get(name)).collect();
        let maps: Vec<(&Node, Node)> =
            written.into_iter().filter_map(|written| Some((written, self.map_of_webhooks(written)?))).collect();
        for (written, map) in &maps {
            for (name, item) in entries(written, map) {
                if self.budget.is_exceeded() {
                    return webhooks;
                }
                // In a map of path items, an extension is not a webhook, and neither is a text about all of them.
                let is_text = ["description", "summary"].contains(&name) && item.as_str().is_some();
                if is_text || name.starts_with("x-") && !is_path_item(item) {
                    continue;
                }
                // Some descriptions have both the map of 3.1 and the extension of 3.0.
                match places.get(name).map(|&place| &webhooks[place]) {
                    Some(known) if crate::document::same(&known.key, item) => {}
                    Some(_) => {
                        self.skip(item, &format!("another webhook `{name}` is listed under `webhooks`, and is used"));
                    }
                    None => {
                        let place = webhooks.len();
                        self.path_item(root, name, item, &mut webhooks);
                        if webhooks.len() > place {
                            places.insert(name, place);
                        }
                    }
                }
            }
        }
        let known: HashSet<String> =
            maps.iter().flat_map(|(written, map)| entries(written, map)).map(|(name, _)| name.to_owned()).collect();
        let is_needed = elsewhere.is_set() || webhooks.is_empty();
        let operations = if is_needed { self.api(root) } else { Vec::new() };
        for entry in self.elsewhere(root, &operations, elsewhere, &known, webhooks.is_empty()) {
            self.webhook(root, entry, &mut webhooks);
        }
        if webhooks.is_empty() && !self.diagnostics.has_errors() && !self.budget.is_exceeded() {
            self.no_webhooks(root, &maps, &operations, elsewhere.is_set());
        }
        webhooks
    }

    /// The map of webhooks, perhaps behind a `$ref`; `None` if it is not a map, which is reported.
    fn map_of_webhooks(&mut self, written: &Node) -> Option<Node> {
        let map = self.follow(written)?;
        match map.value() {
            Value::Object(_) => {}
            // Some tools write an empty map so.
            Value::Null | Value::Array(_) if map.children().next().is_none() => {}
            _ => {
                self.wrong(
                    &map,
                    &format!("`webhooks` is {}; it must be a map of path items", map.kind()),
                    "write each webhook under its name, such as `order.created: {post: {requestBody: …}}`",
                );
                return None;
            }
        }
        Some(map)
    }

    /// Reads a path item, or a Callback Object: it has one more level, the expression for the URL.
    fn path_item(&mut self, root: &Node, name: &str, written: &Node, webhooks: &mut Vec<Webhook>) {
        let Some(item) = self.follow(written) else { return };
        let Some(members) = item.as_object() else {
            return self.not_a_webhook(name, written, &item);
        };
        if METHODS.iter().any(|method| members.contains_key(*method)) {
            return self.webhook(root, Entry::new(name, written, item), webhooks);
        }
        let mut entries: Vec<Entry> = Vec::new();
        for (expression, inner) in addressed(&item) {
            let Some(item) = self.follow(inner) else { continue };
            let address = Address { operation: None, expression: expression.to_owned() };
            entries.push(Entry { address: Some(address), ..Entry::new(name, inner, item) });
        }
        if !entries.iter().any(|entry| has_method(&entry.item)) {
            return self.no_operation(name, written, &item);
        }
        for entry in distinct(entries, &HashSet::new()) {
            self.webhook(root, entry, webhooks);
        }
    }

    fn not_a_webhook(&mut self, name: &str, written: &Node, item: &Node) {
        self.skip_with(written, &format!("`{name}` is {}, not a webhook", item.kind()), Some(path_items(item)));
    }

    fn no_operation(&mut self, name: &str, written: &Node, item: &Node) {
        let keys = item.as_object().into_iter().flatten().map(|(key, _)| &**key);
        let mut unknown = keys.filter(|key| !fields::PATH_ITEM.contains(key) && !key.starts_with("x-"));
        let near = unknown.find_map(|key| did_you_mean(key, METHODS));
        let help = near.unwrap_or_else(|| path_items(item));
        self.skip_with(written, &format!("webhook `{name}` has no operation"), Some(help));
    }

    /// Reads the operation of a path item.
    fn webhook(&mut self, root: &Node, entry: Entry, webhooks: &mut Vec<Webhook>) {
        let Entry { name, key, item, method, address, path } = entry;
        let Some(members) = item.as_object() else {
            return self.not_a_webhook(&name, &key, &item);
        };
        let wanted = METHODS.iter().filter(|known| method.is_none_or(|method| method == **known));
        let operations: Vec<(&'static str, &Node)> =
            wanted.filter_map(|method| members.get(*method).map(|operation| (*method, operation))).collect();
        let Some((&(method, operation), others)) = operations.split_first() else {
            return self.no_operation(&name, &key, &item);
        };
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|(method, _)| format!("`{method}`")).collect();
            self.skip(
                others[0].1,
                &format!("webhook `{name}` is read from `{method}`; {} is skipped", names.join(", ")),
            );
        }
        self.fields(&item, &[fields::PATH_ITEM, &METHODS]);
        let Some(operation) = self.follow(operation) else { return };
        self.fields(&operation, &[fields::OPERATION]);
        let Some(body) = operation.get("requestBody") else {
            // A misspelled `requestBody` is reported as an unknown field, too.
            let near = operation.as_object().into_iter().flatten().find_map(|(key, _)| {
                let is_known = fields::OPERATION.contains(&&**key);
                if is_known { None } else { did_you_mean(key, ["requestBody"]) }
            });
            return self.skip_with(&key, &format!("webhook `{name}` has no body"), near);
        };
        let Some(body) = self.follow(body) else { return };
        self.fields(&body, &[fields::REQUEST_BODY]);
        let content = body.get("content").and_then(Node::as_object);
        let json = content.and_then(|content| content.iter().position(|(name, _)| is_json(name)));
        // Webhooks may share a body, and each looks for its JSON.
        self.spend(json.or(content.map(IndexMap::len)).unwrap_or_default(), &body);
        if self.budget.is_exceeded() {
            return;
        }
        let media = json.and_then(|json| content?.get_index(json));
        let misspelled = || {
            let (name, media) = content?.iter().find(|(name, _)| is_misspelled_json(name))?;
            self.diagnostics.push(
                Diagnostic::new(Code::UnknownKeyword, format!("unknown media type `{name}`"))
                    .at(Place::Name(media.origin().clone()), format!("read as `{}`", MEDIA_TYPES[0])),
            );
            Some((MEDIA_TYPES[0], media))
        };
        let Some((media_type, media)) = media.map(|(name, media)| (&**name, media)).or_else(misspelled) else {
            let types: Vec<&str> = content.into_iter().flatten().map(|(name, _)| &**name).collect();
            let message = format!("webhook `{name}` has no JSON body (content: {})", some_of(&types));
            self.budget.spend(Resource::Texts, message.len(), || Place::Name(key.origin().clone()));
            let near = types
                .into_iter()
                .find(|name| is_nearly_json(name))
                .map(|_| format!("did you mean `{}`?", MEDIA_TYPES[0]));
            return self.skip_with(&key, &message, near);
        };
        // 3.2 allows a reference here.
        let Some(media) = self.follow(media) else { return };
        self.fields(&media, &[fields::MEDIA_TYPE]);
        // Without a schema, any JSON is allowed.
        let any = Node::new(Value::Bool(true), media.origin().clone());
        let schema = media.get("schema").unwrap_or(&any);
        self.add_statements(root, &item, &operation);
        let described = [&operation, &item];
        let texts = described.iter().flat_map(|node| ["summary", "description"].map(|name| node.get(name)));
        webhooks.push(Webhook {
            name,
            path: path.filter(|_| address.is_none()),
            address,
            method,
            media_type: media_type.to_string(),
            security: operation.get("security").cloned(),
            body: self.schemas.add(schema, self.resolver, self.budget, self.diagnostics),
            examples: self.examples(&media, schema),
            headers: self.headers(&item, &operation),
            operation_id: operation.get("operationId").cloned(),
            texts: texts.flatten().cloned().collect(),
            extensions: described.iter().flat_map(|node| self.extensions(node)).collect(),
            operation: self.operation(&operation),
            key,
        });
    }
}
