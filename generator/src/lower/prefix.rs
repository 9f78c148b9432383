//! The option to leave a prefix of all event types out of Rust names.

use super::context::Context;
use super::event_types::Route;
use crate::diagnostics::{Basis, Choice, Label, Place, Setting, toml_string};

/// What a domain in reverse begins with, besides two letters of a country.
const DOMAINS: [&str; 11] = ["app", "biz", "cloud", "com", "dev", "edu", "gov", "info", "net", "online", "org"];

/// How many words the shortest prefix has.
const SHORTEST: usize = 2;

/// How many prefixes are offered, the shortest first.
const MAX_PREFIXES: usize = 3;

/// Offers to drop the prefix, if all event types begin with what may be a domain in reverse, such as `com.acme`.
pub(super) fn offer(cx: &Context<'_>, routes: &[Route<'_>]) {
    let [first, _, ..] = routes else { return };
    if cx.config.dropped_prefix.is_some() {
        return;
    }
    let separator = cx.separator();
    let event_types: Vec<Vec<&str>> = routes.iter().map(|route| route.event_type.split(separator).collect()).collect();
    let common = common(&event_types);
    let candidates = (SHORTEST..=common).take(MAX_PREFIXES).map(|length| {
        let (prefix, rest) = event_types[0].split_at(length);
        let (from, to) = (&first.event_type, rest.join(separator));
        Setting {
            table: "names",
            lines: vec![format!("drop-prefix = {}", toml_string(&prefix.join(separator)))],
            basis: Basis::Optional,
            when: Some(format!("so that `{from}` is named like `{to}` (delete `names.lock` first)")),
        }
    });
    let settings: Vec<Setting> = candidates.collect();
    if settings.is_empty() {
        return;
    }
    let shortest = event_types[0][..SHORTEST].join(separator);
    cx.reporter.choose(Choice {
        message: format!("all event types begin with `{shortest}{separator}`, which names can leave out"),
        labels: vec![Label {
            place: Place::Name(first.webhook.key.origin().clone()),
            text: "for example this one".to_owned(),
        }],
        settings,
    });
}

/// How many words all event types begin with, with at least one more in each; 0 if these cannot be a domain in reverse.
fn common(event_types: &[Vec<&str>]) -> usize {
    let Some((first, others)) = event_types.split_first() else { return 0 };
    let is_domain = first.first().is_some_and(|word| {
        let is_country = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        is_country || DOMAINS.contains(word)
    });
    if !is_domain {
        return 0;
    }
    others.iter().fold(first.len() - 1, |common, other| {
        let same = first.iter().zip(other).take_while(|(one, other)| one == other).count();
        common.min(same).min(other.len() - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn domains_in_reverse() {
        for (event_types, expected) in [
            ("com.acme.paid com.acme.sent", 2),
            ("com.acme.orders.paid com.acme.orders.sent", 3),
            ("com.acme.orders com.acme.orders.sent", 2),
            ("io.acme.paid io.acme.sent", 2),
            ("com.acme.paid com.other.paid", 1),
            ("com.acme.paid org.acme.sent", 0),
            ("orders.draft.paid orders.draft.sent", 0),
            ("com.acme com.acme.sent", 1),
        ] {
            let event_types: Vec<Vec<&str>> = event_types.split(' ').map(|text| text.split('.').collect()).collect();
            assert_eq!(common(&event_types), expected, "{event_types:?}");
        }
    }
}
