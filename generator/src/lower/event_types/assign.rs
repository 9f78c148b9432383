//! Third pass: the event types of each webhook.

use indexmap::IndexMap;

use super::candidates::{Candidate, Candidates};
use super::decide::{Decider, Decision};
use super::gather::Gathered;
use super::{Route, header, report};
use crate::diagnostics::{Diagnostic, Place};
use crate::ir::{EventTypeLocation, is_template};
use crate::normalize::Webhook;

/// The routes of all webhooks, in their order, except those that an error is about.
pub(super) fn assign<'a>(gathered: &Gathered<'a, '_>, location: &EventTypeLocation) -> Vec<Route<'a>> {
    let webhooks = &gathered.cx.description.webhooks;
    let mut assignment = Assignment::default();
    for (webhook, decision) in webhooks.iter().zip(decisions(gathered, location)) {
        assignment.add(gathered, webhook, decision);
    }
    assignment.report(gathered, location);
    report::unused_names(gathered.cx);
    assignment.routes
}

fn decisions(gathered: &Gathered<'_, '_>, location: &EventTypeLocation) -> Vec<Decision> {
    let description = gathered.cx.description;
    let webhooks = description.webhooks.iter();
    match location {
        EventTypeLocation::Body { pointers, completed_by } => {
            let stated: Vec<Candidates> =
                webhooks.clone().map(|webhook| gathered.at_first(webhook, pointers)).collect();
            let decider = Decider::new(gathered, most_keys_are_stated(&description.webhooks, &stated));
            webhooks
                .zip(stated)
                .map(|(webhook, stated)| decider.by_body(webhook, stated, pointers, completed_by.as_deref()))
                .collect()
        }
        EventTypeLocation::Header { name, completed_by } => {
            let decider = Decider::new(gathered, false);
            let values = header::values(description, name);
            webhooks
                .zip(values)
                .map(|(webhook, values)| decider.by_header(webhook, values, completed_by.as_deref()))
                .collect()
        }
        EventTypeLocation::Address => {
            let decider = Decider::new(gathered, false);
            webhooks.map(|webhook| decider.by_address(webhook)).collect()
        }
    }
}

/// Whether the bodies of most webhooks state their keys.
fn most_keys_are_stated(webhooks: &[Webhook], stated: &[Candidates]) -> bool {
    let states_key = |(webhook, stated): &(&Webhook, &Candidates)| {
        let key = Candidate::key(webhook).name;
        stated.fixed.iter().chain(&stated.listed).chain(&stated.examples).any(|candidate| candidate.name == key)
    };
    let count = webhooks.iter().zip(stated).filter(states_key).count();
    count > 1 && count * 2 > webhooks.len()
}

/// The decisions for all webhooks.
#[derive(Default)]
struct Assignment<'a> {
    routes: Vec<Route<'a>>,
    /// The webhooks of each event type, each with the place that names it.
    claims: IndexMap<String, Vec<(&'a Webhook, Place)>>,
    unresolved: Vec<&'a Webhook>,
    /// By the event type that was chosen.
    doubts: Vec<(String, Vec<Diagnostic>)>,
}

impl<'a> Assignment<'a> {
    fn add(&mut self, gathered: &Gathered<'_, '_>, webhook: &'a Webhook, decision: Decision) {
        let (candidates, doubts) = match decision {
            Decision::Resolved { candidates, doubts } => (candidates, doubts),
            Decision::Unresolved => return self.unresolved.push(webhook),
            Decision::Contradicted => return,
        };
        self.doubts.extend(candidates.first().map(|chosen| (chosen.name.clone(), doubts)));
        for candidate in candidates {
            let event_type = candidate.name;
            if is_template(&event_type) {
                gathered.cx.report(report::template(&event_type, candidate.place.clone()));
            }
            self.claims.entry(event_type.clone()).or_default().push((webhook, candidate.place));
            let head = candidate.head.unwrap_or_else(|| event_type.clone());
            self.routes.push(Route { webhook, event_type, head, alternatives: candidate.alternatives });
        }
    }

    fn report(&mut self, gathered: &Gathered<'_, '_>, location: &EventTypeLocation) {
        let cx = gathered.cx;
        report::unresolved(cx, &self.unresolved, location);
        report::undeclared_completion(gathered, location);
        for (name, claimants) in self.claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
            cx.report(report::claimed_twice(name, claimants, cx.separator()));
        }
        // An event type that two webhooks claim is an error already.
        for (name, doubts) in std::mem::take(&mut self.doubts) {
            if self.claims[&name].len() == 1 {
                for doubt in doubts {
                    cx.report(doubt);
                }
            }
        }
    }
}
