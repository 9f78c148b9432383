//! Event types that a header states, alone or together with a member of the body.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::candidates::{Candidate, SearchScope, Source, names, survey};
use super::spelling;
use crate::diagnostics::Diagnostics;
use crate::document::Node;
use crate::normalize::{Description, Header, Webhook};

/// How names of headers end that state an event type.
const ENDINGS: [&str; 6] = ["-event", "-event-type", "-event-name", "-event-key", "-topic", "-hook-type"];

/// A header that every webhook documents and whose name says that it states the event type.
/// Its name in lower case, and where the body completes it.
pub(super) fn choose(description: &Description, diagnostics: &mut Diagnostics) -> Option<(String, Option<String>)> {
    let first = description.webhooks.first()?;
    let name = first.headers.iter().map(|header| header.name.to_ascii_lowercase()).find(|name| {
        let documented = |webhook: &Webhook| documented(webhook, name).is_some();
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && description.webhooks.iter().all(documented)
    })?;
    let completed_by = completion(description, &name, diagnostics);
    Some((name, completed_by))
}

fn documented<'a>(webhook: &'a Webhook, name: &str) -> Option<&'a Header> {
    webhook.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))
}

/// The header values of each webhook: a single one, or all values that are listed for this webhook alone.
pub(super) fn values(description: &Description, name: &str) -> Vec<Vec<Candidate>> {
    let extension_path = telling_extension(description);
    let value = |webhook: &Webhook| {
        let documented = documented(webhook, name).into_iter().flat_map(|header| &header.values);
        // One example often stands for all webhooks: it counts where it begins the webhook's own name.
        let documented = documented.filter_map(|value| Candidate::of(value, Source::Header));
        let extension = extension_path.as_deref().and_then(|path| extension(webhook, path));
        extension.into_iter().chain(documented).find(|candidate| begins(webhook, &candidate.name))
    };
    let mut listed: HashMap<&str, usize> = HashMap::new();
    for value in description.webhooks.iter().flat_map(|webhook| listed_for(webhook, name)) {
        *listed.entry(value.as_str().unwrap_or_default()).or_default() += 1;
    }
    let own = |webhook| {
        let values = listed_for(webhook, name).filter_map(|value| Candidate::of(value, Source::Listed));
        values.filter(|candidate| listed[candidate.name.as_str()] == 1).collect()
    };
    description
        .webhooks
        .iter()
        .map(|webhook| value(webhook).map_or_else(|| own(webhook), |value| vec![value]))
        .collect()
}

fn listed_for<'a>(webhook: &'a Webhook, name: &str) -> impl Iterator<Item = &'a Node> {
    documented(webhook, name).into_iter().flat_map(|header| &header.listed)
}

fn begins(webhook: &Webhook, text: &str) -> bool {
    names(webhook).any(|name| spelling::after(name, text).is_some())
}

fn extension(webhook: &Webhook, path: &str) -> Option<Candidate> {
    let (_, node) = webhook.extensions.iter().find(|(known, _)| known == path)?;
    Candidate::of(node, Source::Header)
}

/// The extension (`x-…`) that every webhook has and whose text begins each webhook's name.
fn telling_extension(description: &Description) -> Option<String> {
    let first = description.webhooks.first()?;
    let resolved = |path: &str| {
        let resolved = |webhook: &Webhook| extension(webhook, path).is_some_and(|e| begins(webhook, &e.name));
        description.webhooks.iter().all(resolved)
    };
    first.extensions.iter().map(|(path, _)| path).find(|path| resolved(path)).cloned()
}

/// The member of the body that, after what the header says, makes the most webhooks' names.
pub(super) fn completion(description: &Description, header: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    let mut completed: IndexMap<String, usize> = IndexMap::new();
    for (webhook, value) in description.webhooks.iter().zip(values(description, header)) {
        for (path, stated) in survey(&description.schemas, webhook, SearchScope::Within(1), diagnostics) {
            let makes_name = |part: &Candidate| match value.first() {
                Some(value) => {
                    names(webhook).any(|name| spelling::same(name, &format!("{} {}", value.name, part.name)))
                }
                None => names(webhook).any(|name| spelling::ends(name, &part.name)),
            };
            if let [member] = &path[..]
                && stated.fixed.iter().any(makes_name)
            {
                *completed.entry(member.clone()).or_default() += 1;
            }
        }
    }
    let (member, _) = completed.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(crate::document::pointer::join(&[member]))
}
