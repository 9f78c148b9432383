//! Event types in a header, alone or completed by a member of the body.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::candidates::{Candidate, Source, names};
use super::gather::Gathered;
use super::spelling;
use crate::document::{Node, pointer};
use crate::normalize::{Description, Header, Webhook};

/// The ends of the names of headers that state an event type.
const ENDINGS: [&str; 6] = ["-event", "-event-type", "-event-name", "-event-key", "-topic", "-hook-type"];

/// The name, in lower case, of a header that all webhooks document and whose name says that it states the event type.
pub(super) fn find(description: &Description) -> Option<String> {
    let first = description.webhooks.first()?;
    first.headers.iter().map(|header| header.name.to_ascii_lowercase()).find(|name| {
        let documented = |webhook: &Webhook| documented(webhook, name).is_some();
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && description.webhooks.iter().all(documented)
    })
}

fn documented<'a>(webhook: &'a Webhook, name: &str) -> Option<&'a Header> {
    webhook.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))
}

/// The documented values for each webhook: a single one, or all that are listed for this webhook alone.
pub(super) fn values(description: &Description, name: &str) -> Vec<Vec<Candidate>> {
    let shared_extension = shared_extension(description);
    let value = |webhook: &Webhook| {
        let documented = documented(webhook, name).into_iter().flat_map(|header| &header.values);
        let documented = documented.filter_map(|value| Candidate::of(value, Source::Header));
        let extension = shared_extension.as_deref().and_then(|path| extension(webhook, path));
        // One example is often used for all webhooks: it counts if the webhook's name begins with it.
        extension.into_iter().chain(documented).find(|candidate| begins_name(webhook, &candidate.name))
    };
    let mut listed: HashMap<&str, usize> = HashMap::new();
    for value in description.webhooks.iter().flat_map(|webhook| listed_for(webhook, name)) {
        *listed.entry(value.as_str().unwrap_or_default()).or_default() += 1;
    }
    let own = |webhook| {
        let values = listed_for(webhook, name).filter_map(|value| Candidate::of(value, Source::Listed));
        values.filter(|candidate| listed[candidate.name.as_str()] == 1).collect()
    };
    let webhooks = description.webhooks.iter();
    webhooks.map(|webhook| value(webhook).map_or_else(|| own(webhook), |value| vec![value])).collect()
}

fn listed_for<'a>(webhook: &'a Webhook, name: &str) -> impl Iterator<Item = &'a Node> {
    documented(webhook, name).into_iter().flat_map(|header| &header.listed)
}

fn begins_name(webhook: &Webhook, text: &str) -> bool {
    names(webhook).any(|name| spelling::after(name, text).is_some())
}

fn extension(webhook: &Webhook, path: &str) -> Option<Candidate> {
    let (_, node) = webhook.extensions.iter().find(|(known, _)| known == path)?;
    Candidate::of(node, Source::Header)
}

/// The extension (`x-…`) that every webhook has, with the beginning of the webhook's name.
fn shared_extension(description: &Description) -> Option<String> {
    let begins =
        |webhook: &Webhook, path: &str| extension(webhook, path).is_some_and(|found| begins_name(webhook, &found.name));
    let mut paths = description.webhooks.first()?.extensions.iter().map(|(path, _)| path);
    paths.find(|path| description.webhooks.iter().all(|webhook| begins(webhook, path))).cloned()
}

/// A JSON pointer to the member of the body that completes the header's value to the names of most webhooks.
pub(super) fn completion(gathered: &Gathered<'_, '_>, header: &str) -> Option<String> {
    let description = gathered.cx.description;
    let mut completed: IndexMap<&str, usize> = IndexMap::new();
    let values = values(description, header);
    for ((webhook, values), places) in description.webhooks.iter().zip(&values).zip(gathered.top()) {
        let makes_name = |part: &Candidate| match values.first() {
            Some(value) => names(webhook).any(|name| spelling::same(name, &format!("{} {}", value.name, part.name))),
            None => names(webhook).any(|name| spelling::ends(name, &part.name)),
        };
        for (path, candidates) in places {
            if let [member] = &path[..]
                && candidates.fixed.iter().any(makes_name)
            {
                *completed.entry(member).or_default() += 1;
            }
        }
    }
    let (member, _) = completed.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(pointer::join(&[member]))
}
