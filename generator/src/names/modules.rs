//! Names of modules.

use std::collections::{BTreeMap, BTreeSet};

use super::ident::{file, is_keyword, short_hash};
use super::reserved;
use super::scope::{Claimant, Scope};
use crate::ir::Api;
use crate::lock::Lock;

/// The modules by topic, and the module of each type: one for each widest topic, and one for types that several of them
/// share. A type that is recorded stays where it is.
pub(super) fn name(api: &Api, lock: &Lock, entries: &[Option<usize>]) -> (BTreeMap<String, String>, Vec<String>) {
    let topics: Vec<&str> =
        api.webhooks.iter().map(|webhook| api.topics(&webhook.event_type).last().unwrap_or("")).collect();
    let names = of_topics(api, &topics, &lock.modules);
    let mut modules: Vec<Option<&str>> = vec![None; api.types.len()];
    for (webhook, topic) in api.webhooks.iter().zip(&topics) {
        for id in api.reachable([webhook.payload]) {
            let module = &mut modules[id.0];
            match module {
                None => *module = Some(&names[*topic]),
                Some(known) if *known != names[*topic] => *module = Some("shared"),
                Some(_) => {}
            }
        }
    }
    let recorded = entries.iter().map(|entry| entry.map(|entry| &*lock.types[entry].module));
    let modules = recorded.zip(modules).map(|(recorded, module)| recorded.or(module).unwrap_or_default().to_owned());
    let modules = modules.collect();
    (names, modules)
}

/// The modules by topic; the empty topic is that of event types without one.
fn of_topics(api: &Api, topics: &[&str], locked: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let distinct: BTreeSet<&str> = topics.iter().copied().collect();
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
