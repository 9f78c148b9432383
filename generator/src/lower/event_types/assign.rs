//! Third pass: the event types of each webhook.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::allocate::is_event_type;
use super::evidence::{Evidence, Kind, Stated};
use super::gather::Gathered;
use super::weigh::{Claims, Decision, Doubt, doubts, weigh, yield_deprecated};
use super::{Route, header, report};
use crate::budget::Resource;
use crate::diagnostics::Place;
use crate::ir::{EventTypeLocation, is_template};
use crate::normalize::Webhook;

/// The routes of all webhooks, in their order, except those that an error is about or whose event type is unknown.
pub(super) fn assign<'a>(gathered: &Gathered<'a, '_>, location: &EventTypeLocation) -> Vec<Route<'a>> {
    let webhooks = &gathered.cx.description.webhooks;
    report::unused_names(gathered.cx);
    let separator = gathered.cx.separator();
    let parts = parts(gathered, location);
    let mut decisions = match stated(gathered, location) {
        Some(stated) => {
            let completed = webhooks.iter().zip(stated).zip(&parts).map(|((webhook, stated), parts)| {
                let spend = |count| {
                    gathered.cx.spend(Resource::Candidates, count, webhook.key.origin());
                    !gathered.cx.is_exceeded()
                };
                stated.completed(parts, separator, spend)
            });
            let stated: Vec<Stated> = completed.collect();
            let decisions = weigh(gathered, &stated);
            report_stated(gathered, location, &stated, &decisions);
            decisions
        }
        None => addresses(gathered),
    };
    for (decision, parts) in decisions.iter_mut().zip(&parts) {
        for chosen in &mut decision.chosen {
            chosen.head.get_or_insert_with(|| head(&chosen.name, parts, separator));
        }
    }
    for (index, other, chosen) in yield_deprecated(webhooks, &mut decisions) {
        gathered.cx.report(report::yielded(&webhooks[index], &webhooks[other], &chosen));
    }
    let claims = claims(&decisions);
    report_claims(gathered, &decisions, &claims);
    let routes = webhooks.iter().zip(decisions).flat_map(|(webhook, decision)| {
        decision.chosen.into_iter().map(move |chosen| Route {
            webhook,
            body: webhook.body,
            head: chosen.head.unwrap_or_else(|| chosen.name.clone()),
            event_type: chosen.name,
            alternatives: chosen.alternatives,
        })
    });
    routes.collect()
}

/// What each webhook states at the location; `None` if deliveries do not state their event type.
fn stated(gathered: &Gathered<'_, '_>, location: &EventTypeLocation) -> Option<Vec<Stated>> {
    match location {
        EventTypeLocation::Body { pointers, .. } => {
            let webhooks = gathered.cx.description.webhooks.iter();
            Some(webhooks.map(|webhook| gathered.at_first(webhook, pointers)).collect())
        }
        EventTypeLocation::Header { name, .. } => Some(header::stated(gathered, name)),
        EventTypeLocation::Address => None,
    }
}

/// The values in each body that complete its event types. If a body does not fix its part, a header alone decides.
fn parts<'a>(gathered: &Gathered<'a, '_>, location: &EventTypeLocation) -> Vec<Vec<Evidence>> {
    let in_header = matches!(location, EventTypeLocation::Header { .. });
    let of = |webhook: &'a Webhook| {
        let stated = location.completed_by().map(|pointer| gathered.at(webhook, pointer)).unwrap_or_default();
        stated.values.into_iter().filter(|part| !in_header || part.kind.is_constant()).collect()
    };
    gathered.cx.description.webhooks.iter().map(of).collect()
}

/// No delivery states it, so the names of the webhooks will do.
fn addresses(gathered: &Gathered<'_, '_>) -> Vec<Decision> {
    let configured = &gathered.cx.config.event_types.names;
    let of = |webhook: &Webhook, key: &Evidence| match configured.get(&webhook.name) {
        Some(name) => Evidence::new(name.value.as_str(), name.place.clone(), Kind::Configuration),
        None => key.clone(),
    };
    let webhooks = gathered.cx.description.webhooks.iter().zip(&gathered.names);
    webhooks
        .map(|(webhook, names)| Decision {
            chosen: vec![of(webhook, &names.key)],
            evidence: Vec::new(),
            unlisted: None,
        })
        .collect()
}

/// The part of an event type before the one of these parts that completes it.
fn head(name: &str, parts: &[Evidence], separator: &str) -> String {
    let before = |part: &Evidence| name.strip_suffix(&part.name)?.strip_suffix(separator);
    parts.iter().find_map(before).unwrap_or(name).to_owned()
}

fn claims(decisions: &[Decision]) -> Claims {
    let mut claims = Claims::new();
    for (index, decision) in decisions.iter().enumerate() {
        for chosen in &decision.chosen {
            claims.entry(chosen.name.clone()).or_default().push((index, chosen.clone()));
        }
    }
    claims
}

/// Reports what the location does not state, and what no webhook claims of what it states.
fn report_stated(gathered: &Gathered<'_, '_>, location: &EventTypeLocation, stated: &[Stated], decisions: &[Decision]) {
    let cx = gathered.cx;
    let webhooks = &cx.description.webhooks;
    let claims = claims(decisions);
    if let EventTypeLocation::Body { pointers, .. } = location
        && report::declared_nowhere(gathered, pointers, stated)
    {
        return;
    }
    report::unresolved(gathered, location, stated, decisions, &claims);
    if let EventTypeLocation::Body { pointers, .. } = location {
        let undeclared = webhooks.iter().zip(stated).zip(decisions);
        let undeclared = undeclared.filter(|((_, stated), decision)| !stated.declared && !decision.chosen.is_empty());
        report::undeclared(cx, &undeclared.map(|((webhook, _), _)| webhook).collect::<Vec<_>>(), pointers);
    }
    report::undeclared_completion(gathered, location);
    if claims.is_empty() {
        return;
    }
    let listed: Vec<Stated> = match location {
        EventTypeLocation::Header { name, completed_by: None } => {
            webhooks.iter().map(|webhook| header::listed(webhook, name)).collect()
        }
        EventTypeLocation::Header { .. } => Vec::new(),
        _ => stated.to_vec(),
    };
    let mut unclaimed: IndexMap<String, Evidence> = IndexMap::new();
    // The configuration says what a webhook has instead of what it lists.
    let is_configured = |decision: &Decision| decision.chosen.iter().any(|chosen| chosen.kind == Kind::Configuration);
    let listed = listed.into_iter().zip(decisions).filter(|(_, decision)| !is_configured(decision));
    let is_unclaimed = |value: &Evidence| is_event_type(value) && !claims.contains_key(&value.name);
    let mut seen = HashSet::new();
    for (stated, _) in listed {
        // What a base lists, too, where what extends it has a constant.
        let schemas = stated.schemas.iter().filter(|schema| location.completed_by().is_none() && seen.insert(**schema));
        let lists = schemas.filter_map(|schema| cx.schemas.get(*schema).node.get("enum")?.as_array());
        let replaced = lists.flatten().filter_map(|value| Evidence::of(value, Kind::Listed)).filter(&is_unclaimed);
        for value in stated.listed().filter(|value| is_unclaimed(value)).cloned().chain(replaced) {
            unclaimed.entry(value.name.clone()).or_insert(value);
        }
    }
    report::unclaimed(cx, &unclaimed.into_values().collect::<Vec<_>>());
}

/// Reports templates, event types of several webhooks and doubts about the others.
fn report_claims(gathered: &Gathered<'_, '_>, decisions: &[Decision], claims: &Claims) {
    let cx = gathered.cx;
    let webhooks = &cx.description.webhooks;
    for (name, claimants) in claims {
        if is_template(name) {
            for (_, claim) in claimants {
                cx.report(report::template(name, claim.place.clone()));
            }
        }
        if claimants.len() > 1 {
            cx.report(report::claimed_twice(gathered, name, claimants, decisions, claims));
        }
    }
    // An event type that two webhooks claim is an error already.
    let is_clear = |decision: &&Decision| decision.chosen.iter().all(|chosen| claims[&chosen.name].len() == 1);
    let mut unconfirmed: Vec<(&Webhook, &Evidence)> = Vec::new();
    // Webhooks that share a schema share what it says.
    let mut doubtful: IndexMap<Vec<&Place>, Vec<Doubt<'_>>> = IndexMap::new();
    let mut unlisted: IndexMap<&Place, Vec<(&Webhook, &Evidence)>> = IndexMap::new();
    for ((webhook, names), decision) in webhooks.iter().zip(&gathered.names).zip(decisions) {
        if !is_clear(&decision) {
            continue;
        }
        let guessed = decision.chosen.iter().find(|chosen| chosen.kind.is_unconfirmed() && !names.is_good(chosen));
        unconfirmed.extend(guessed.map(|chosen| (webhook, chosen)));
        // That the name says something else is part of that finding.
        let is_of_another =
            |doubt: &Doubt<'_>| doubt.others.iter().all(|other| is_of_another(other, decisions, claims));
        let doubts = doubts(webhook, decision).into_iter().filter(|_| guessed.is_none());
        for doubt in doubts.filter(|doubt| !is_of_another(doubt)) {
            doubtful.entry(doubt.others.iter().map(|other| &other.place).collect()).or_default().push(doubt);
        }
        if let (Some(listed), Some(chosen)) = (&decision.unlisted, decision.chosen.first()) {
            unlisted.entry(&listed.place).or_default().push((webhook, chosen));
        }
    }
    for doubts in doubtful.values() {
        report::doubtful(cx, doubts);
    }
    for (listed, webhooks) in unlisted {
        report::unlisted(cx, listed, &webhooks);
    }
    report::unconfirmed(cx, &unconfirmed);
}

/// Whether a sample is that of a schema which webhooks share, one of which has the event type.
fn is_of_another(sample: &Evidence, decisions: &[Decision], claims: &Claims) -> bool {
    let claimants = claims.get(&sample.name).into_iter().flatten();
    let mut evidence = claimants.flat_map(|(index, _)| &decisions[*index].evidence);
    sample.kind.is_sample() && evidence.any(|other| other.kind == sample.kind && other.place == sample.place)
}
