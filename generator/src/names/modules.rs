//! Names of modules.

use std::collections::{BTreeMap, BTreeSet};

use heck::AsSnakeCase;

use super::ident::{file, is_keyword, short_hash};
use super::reserved;
use super::scope::{Claimant, Scope};
use crate::ir::{Api, Webhook};
use crate::lock::Lock;

/// How many types the module of event types without a topic has, at most, before it is divided.
const MAX_TYPES: usize = 400;

/// The modules by topic, and the module of each type: one for each widest topic, and one for types that several of them
/// share. A type that is recorded stays where it is.
pub(super) fn name(api: &Api, lock: &Lock, entries: &[Option<usize>]) -> (BTreeMap<String, String>, Vec<String>) {
    let topics = topics(api);
    let names = of_topics(api, &topics, &lock.modules);
    let mut modules: Vec<Option<&str>> = vec![None; api.types.len()];
    for (webhook, topic) in api.webhooks.iter().zip(&topics) {
        for id in api.reachable([webhook.payload]) {
            let module = &mut modules[id.0];
            match module {
                None => *module = Some(&names[topic]),
                Some(known) if *known != names[topic] => *module = Some("shared"),
                Some(_) => {}
            }
        }
    }
    let recorded = entries.iter().map(|entry| entry.map(|entry| &*lock.types[entry].module));
    let modules = recorded.zip(modules).map(|(recorded, module)| recorded.or(module).unwrap_or_default().to_owned());
    let modules = modules.collect();
    (names, modules)
}

/// The widest topic of each webhook. Event types without a topic have an empty one; if they have many types, they are divided
/// by the first words that distinguish them, so that their payloads are in several files.
fn topics(api: &Api) -> Vec<String> {
    let widest = |webhook: &Webhook| api.topics(&webhook.event_type).last().unwrap_or("").to_owned();
    let mut topics: Vec<String> = api.webhooks.iter().map(widest).collect();
    let (places, payloads): (Vec<&mut String>, Vec<&Webhook>) =
        topics.iter_mut().zip(&api.webhooks).filter(|(topic, _)| topic.is_empty()).unzip();
    if api.reachable(payloads.iter().map(|webhook| webhook.payload)).len() > MAX_TYPES {
        let names: Vec<&str> = payloads.iter().map(|webhook| api.short_name(&webhook.event_type)).collect();
        let words = first_words(&names);
        // What is not divided keeps the name that it has without this.
        if words.iter().any(|other| *other != words[0]) {
            for (topic, words) in places.into_iter().zip(words) {
                *topic = words;
            }
        }
    }
    topics
}

/// The words that each text begins with, up to the first that not all have in common.
fn first_words(texts: &[&str]) -> Vec<String> {
    let spelled: Vec<String> = texts.iter().map(|text| AsSnakeCase(text).to_string()).collect();
    let words: Vec<Vec<&str>> = spelled.iter().map(|text| text.split('_').collect()).collect();
    let common = |other: &Vec<&str>| words[0].iter().zip(other).take_while(|(one, other)| one == other).count();
    let common = words.iter().map(common).min().unwrap_or_default();
    words.iter().map(|words| words[..words.len().min(common + 1)].join("_")).collect()
}

/// The modules by topic; the empty topic is that of event types without one.
fn of_topics(api: &Api, topics: &[String], locked: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let distinct: BTreeSet<&str> = topics.iter().map(String::as_str).collect();
    let claimant = |topic: &&str| {
        let name = if topic.is_empty() { "payloads".to_owned() } else { file(api.short_name(topic)) };
        let name = if is_keyword(&name) { format!("{name}_") } else { name };
        let candidates = vec![name.clone(), format!("{name}_payloads"), format!("{name}_{}", short_hash(topic))];
        Claimant::new(*topic, candidates)
    };
    let claimants = distinct.iter().map(claimant).collect();
    let names = Scope::reserving(reserved::MODULES).claim_around(locked, claimants);
    distinct.into_iter().map(str::to_owned).zip(names).collect()
}

#[cfg(test)]
mod tests {
    use super::first_words;

    #[test]
    fn texts_are_distinguished_by_their_first_words() {
        for (texts, expected) in [
            (vec!["orderPaid", "orderSent", "userAdded"], vec!["order", "order", "user"]),
            (vec!["ACME_ORDER_PAID", "ACME_USER_ADDED"], vec!["acme_order", "acme_user"]),
            (vec!["order", "order_paid", "order_sent"], vec!["order", "order_paid", "order_sent"]),
            (vec!["a"], vec!["a"]),
            (vec!["!", "a"], vec!["", "a"]),
            (vec![], vec![]),
        ] {
            assert_eq!(first_words(&texts), expected, "{texts:?}");
        }
    }
}
