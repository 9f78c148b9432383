//! Event types in a header, alone or completed by a member of the body.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::allocate::Owners;
use super::evidence::{Evidence, Kind, Stated};
use super::gather::Gathered;
use super::names::{ENDINGS, Names, texts};
use super::spelling;
use crate::document::{Node, pointer};
use crate::normalize::{Description, Header, Webhook};

/// How many headers are offered if none of them is known to state event types.
const MAX_CANDIDATES: usize = 2;

/// The name, in lower case, of a header that all webhooks document and whose name says that it states the event type.
pub(super) fn find(description: &Description) -> Option<String> {
    let first = description.webhooks.first()?;
    first.headers.iter().map(|header| header.name.to_ascii_lowercase()).find(|name| {
        let documented = |webhook: &Webhook| documented(webhook, name).is_some();
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && description.webhooks.iter().all(documented)
    })
}

/// The headers, in lower case, that all webhooks document and that have one of several values.
pub(super) fn candidates(description: &Description) -> Vec<String> {
    let Some(first) = description.webhooks.first() else { return Vec::new() };
    // A path item and its operation may have the same.
    let names: IndexSet<String> = first.headers.iter().map(|header| header.name.to_ascii_lowercase()).collect();
    let has_values = |name: &String| {
        let headers: Option<Vec<&Header>> =
            description.webhooks.iter().map(|webhook| documented(webhook, name)).collect();
        let listed = headers.iter().flatten().flat_map(|header| &header.listed);
        listed.filter_map(Node::as_str).collect::<HashSet<_>>().len() > 1
    };
    names.into_iter().filter(has_values).take(MAX_CANDIDATES).collect()
}

fn documented<'a>(webhook: &'a Webhook, name: &str) -> Option<&'a Header> {
    webhook.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))
}

/// What the header states for each webhook.
pub(super) fn stated(gathered: &Gathered<'_, '_>, name: &str) -> Vec<Stated> {
    let webhooks = &gathered.cx.description.webhooks;
    let listed: Vec<Stated> = webhooks.iter().map(|webhook| listed(webhook, name)).collect();
    let owners = Owners::of(&listed);
    let shared_extension = shared_extension(webhooks);
    let of = |((webhook, names), listed): ((&Webhook, &Names), &Stated)| {
        let extension = shared_extension.as_deref().and_then(|path| extension(webhook, path));
        let header = documented(webhook, name);
        let documented = header.into_iter().flat_map(|header| &header.values);
        let documented = || documented.clone().filter_map(|value| Evidence::of(value, Kind::Extension));
        // One example is often used for all webhooks: it decides if it fits the webhook's name.
        let fits = |value: &Evidence| begins_name(webhook, &value.name) || names.is_good(value);
        let mut values = owners.allocate(listed, names);
        let mut examples = Vec::new();
        if values.is_empty() {
            values.extend(extension.into_iter().chain(documented()).find(fits));
        }
        if values.is_empty() {
            examples.extend(documented().map(|value| Evidence { kind: Kind::Example, ..value }));
        }
        // A header cannot contain other characters.
        let is_sent = |value: &mut Evidence| value.name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        values.retain_mut(is_sent);
        examples.retain_mut(is_sent);
        let texts = header.and_then(|header| header.description.clone()).into_iter().collect();
        Stated { declared: true, values, examples, texts, ..Stated::default() }
    };
    webhooks.iter().zip(&gathered.names).zip(&listed).map(of).collect()
}

/// The values that the header may have.
pub(super) fn listed(webhook: &Webhook, name: &str) -> Stated {
    let listed = documented(webhook, name).into_iter().flat_map(|header| &header.listed);
    let values = listed.filter_map(|value| Evidence::of(value, Kind::Listed)).collect();
    Stated { declared: true, values, ..Stated::default() }
}

fn begins_name(webhook: &Webhook, text: &str) -> bool {
    texts(webhook).any(|name| spelling::after(name, text).is_some())
}

fn extension(webhook: &Webhook, path: &str) -> Option<Evidence> {
    let (_, node) = webhook.extensions.iter().find(|(known, _)| known == path)?;
    Evidence::of(node, Kind::Extension)
}

/// The extension (`x-…`) that every webhook has, with the beginning of the webhook's name.
fn shared_extension(webhooks: &[Webhook]) -> Option<String> {
    let begins =
        |webhook: &Webhook, path: &str| extension(webhook, path).is_some_and(|found| begins_name(webhook, &found.name));
    let mut paths = webhooks.first()?.extensions.iter().map(|(path, _)| path);
    paths.find(|path| webhooks.iter().all(|webhook| begins(webhook, path))).cloned()
}

/// A JSON pointer to the member of the body that completes the header's value to the names of most webhooks.
pub(super) fn completion(gathered: &Gathered<'_, '_>, stated: &[Stated]) -> Option<String> {
    let description = gathered.cx.description;
    let mut completed: IndexMap<&str, usize> = IndexMap::new();
    for ((webhook, stated), places) in description.webhooks.iter().zip(stated).zip(gathered.top()) {
        let makes_name = |part: &Evidence| match stated.values.first() {
            Some(value) => texts(webhook).any(|name| spelling::same(name, &format!("{} {}", value.name, part.name))),
            None => texts(webhook).any(|name| spelling::ends(name, &part.name)),
        };
        for (path, stated) in places {
            if let [member] = &path[..]
                && stated.constants().any(makes_name)
            {
                *completed.entry(member).or_default() += 1;
            }
        }
    }
    let (member, _) = completed.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(pointer::join(&[member]))
}
