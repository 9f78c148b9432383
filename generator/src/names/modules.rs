//! Names of modules.

use std::collections::HashMap;

use super::ident::{file, is_keyword, short_hash};
use super::reserved;
use super::scope::Scope;
use crate::ir::Api;

/// The module of each type: one for each widest topic, and one for types that several of them share.
pub(super) fn name(api: &Api) -> Vec<String> {
    let topics: Vec<&str> =
        api.webhooks.iter().map(|webhook| api.topics(&webhook.event_type).last().unwrap_or("")).collect();
    let names = of_topics(&topics);
    let mut modules: Vec<Option<String>> = vec![None; api.types.len()];
    for (webhook, topic) in api.webhooks.iter().zip(&topics) {
        for id in api.reachable([webhook.payload]) {
            let module = &mut modules[id.0];
            match module {
                None => *module = Some(names[topic].clone()),
                Some(known) if *known != names[topic] => *module = Some("shared".to_owned()),
                Some(_) => {}
            }
        }
    }
    modules.into_iter().map(Option::unwrap_or_default).collect()
}

/// The modules by topic; the empty topic is that of event types without one.
fn of_topics<'a>(topics: &[&'a str]) -> HashMap<&'a str, String> {
    let mut distinct = topics.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let candidates = |topic: &&str| {
        let name = if topic.is_empty() { "payloads".to_owned() } else { file(topic) };
        let name = if is_keyword(&name) { format!("{name}_") } else { name };
        vec![name.clone(), format!("{name}_payloads"), format!("{name}_{}", short_hash(topic))]
    };
    let candidates: Vec<Vec<String>> = distinct.iter().map(candidates).collect();
    let names = Scope::reserving(reserved::MODULES).claim(&candidates);
    distinct.into_iter().zip(names).collect()
}
