//! Which event types each webhook has.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::candidates::{Candidate, Candidates, Source};
use super::{Route, header, spelling};
use crate::config::{Config, Located};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, did_you_mean};
use crate::ir::{EventTypeLocation, is_template};
use crate::normalize::{Description, Webhook};

/// More lines than that are no longer asked for.
const MAX_LINES: usize = 8;

/// What became of the question which event types a webhook has.
enum Decision {
    Resolved(Vec<Candidate>),
    Unresolved,
    Contradicted,
}

/// Routes for all webhooks, in their order, but for those that an error is about.
pub(super) fn assign<'a>(
    description: &'a Description,
    location: &EventTypeLocation,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Vec<Route<'a>> {
    let mut unused: BTreeMap<&String, &Located<_>> = config.event_types.names.iter().collect();
    let separator = config.event_types.separator.as_str();
    let keys_count = config.event_types.from_keys || keys_are_spelled_out(description, location, diagnostics);
    let mut assign = Assign { description, config, separator, keys_count, doubts: Vec::new(), diagnostics };
    let mut unresolved: Vec<&Webhook> = Vec::new();
    let mut claims: IndexMap<String, Vec<(&Webhook, Place)>> = IndexMap::new();
    let mut routes = Vec::new();
    let headers = match location {
        EventTypeLocation::Header { name, .. } => header::values(description, name),
        EventTypeLocation::Body { .. } | EventTypeLocation::Address => vec![Vec::new(); description.webhooks.len()],
    };
    for (webhook, header) in description.webhooks.iter().zip(headers) {
        unused.remove(&webhook.name);
        let decision = match location {
            EventTypeLocation::Body { pointers, completed_by } => {
                assign.by_body(webhook, pointers, completed_by.as_deref())
            }
            EventTypeLocation::Header { completed_by, .. } => {
                assign.by_header(webhook, header, completed_by.as_deref())
            }
            EventTypeLocation::Address => Decision::Resolved(vec![assign.by_address(webhook)]),
        };
        match decision {
            Decision::Resolved(all) => {
                for Candidate { name, head, place, alternatives, .. } in all {
                    if is_template(&name) {
                        assign.report_template(&name, place.clone());
                    }
                    claims.entry(name.clone()).or_default().push((webhook, place));
                    routes.push(Route {
                        webhook,
                        head: head.unwrap_or_else(|| name.clone()),
                        event_type: name,
                        alternatives,
                    });
                }
            }
            Decision::Unresolved => unresolved.push(webhook),
            Decision::Contradicted => {}
        }
    }
    assign.report_unresolved(&unresolved, location);
    assign.report_undeclared_completion(location);
    for (name, claimants) in claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
        assign.report_twice(name, claimants);
    }
    assign.report_doubts(|name| claims.get(name).is_none_or(|claimants| claimants.len() == 1));
    let keys = || description.webhooks.iter().map(|webhook| webhook.name.as_str());
    for (key, name) in unused {
        diagnostics.push(
            Diagnostic::new(Code::ConfigUnused, format!("there is no webhook `{key}`"))
                .at(name.place.clone(), "this line does nothing")
                .maybe_help(did_you_mean(key, keys())),
        );
    }
    routes
}

struct Assign<'a, 'd> {
    description: &'a Description,
    config: &'a Config,
    separator: &'a str,
    /// The keys are event types, whatever they look like.
    keys_count: bool,
    /// Findings about weaker candidates, by the event type that was chosen instead.
    doubts: Vec<(String, Diagnostic)>,
    diagnostics: &'d mut Diagnostics,
}

impl Assign<'_, '_> {
    fn configured(&self, webhook: &Webhook) -> Option<Candidate> {
        let name = self.config.event_types.names.get(&webhook.name)?;
        Some(Candidate {
            name: name.value.as_str().to_owned(),
            head: None,
            place: name.place.clone(),
            source: Source::Configuration,
            alternatives: Vec::new(),
        })
    }

    /// The key as an event type; a path's slash in front is none of it.
    fn key(webhook: &Webhook) -> Candidate {
        let name = webhook.name.strip_prefix('/').filter(|name| !name.is_empty()).unwrap_or(&webhook.name);
        Candidate {
            name: name.to_owned(),
            head: None,
            place: Place::Name(webhook.key.origin().clone()),
            source: Source::Key,
            alternatives: Vec::new(),
        }
    }

    /// Nothing that is sent has to agree with it: the name of the webhook is as good as any.
    fn by_address(&self, webhook: &Webhook) -> Candidate {
        self.configured(webhook).unwrap_or_else(|| Self::key(webhook))
    }

    fn by_body(&mut self, webhook: &Webhook, pointers: &[String], completed_by: Option<&str>) -> Decision {
        let stated = stated(self.description, webhook, pointers, self.diagnostics);
        if !stated.declared {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::EventTypeUndeclared,
                    format!("the body of webhook `{}` does not declare `{}`", webhook.name, pointers.join("` or `")),
                )
                .at(Place::Name(webhook.key.origin().clone()), "deliveries without it reach the fallback only"),
            );
        }
        let Some(completed_by) = completed_by else { return self.decide(webhook, stated) };
        let parts = self.stated_at(webhook, completed_by);
        let separator = self.separator;
        match self.decide(webhook, stated.completed(&parts, separator)) {
            Decision::Resolved(mut all) => {
                for candidate in &mut all {
                    let parts = parts.fixed.iter().chain(&parts.listed);
                    candidate.head.get_or_insert_with(|| head(&candidate.name, parts, separator));
                }
                Decision::Resolved(all)
            }
            decision => decision,
        }
    }

    fn stated_at(&mut self, webhook: &Webhook, pointer: &str) -> Candidates {
        Candidates::at(&self.description.schemas, webhook, &crate::document::pointer::split(pointer), self.diagnostics)
    }

    fn decide(&mut self, webhook: &Webhook, stated: Candidates) -> Decision {
        let configured = self.configured(webhook);
        if configured.is_none()
            && let Some(several) = several(webhook, &stated, self.keys_count)
        {
            return Decision::Resolved(several);
        }
        let is_event_type = |candidate: &Candidate| spelling::is_event_type(&candidate.name, self.separator);
        let key = Some(Self::key(webhook)).filter(|key| self.keys_count || is_event_type(key));
        let operation_id = webhook.operation_id.as_ref().and_then(|node| Candidate::of(node, Source::OperationId));
        let named_operation = operation_id.clone().filter(is_event_type);
        let listed = stated.listed_for(webhook).cloned();
        // Ranks of candidates, the strongest first; within a rank all are equal.
        let ranks: [Vec<Candidate>; 5] = [
            configured.into_iter().collect(),
            stated.fixed,
            listed.into_iter().collect(),
            key.into_iter().collect(),
            stated.examples.into_iter().chain(named_operation).collect(),
        ];
        let mut ranks = ranks.into_iter().skip_while(Vec::is_empty);
        let Some(strongest) = ranks.next() else { return Decision::Unresolved };
        let weaker: Vec<Candidate> = ranks.flatten().collect();
        // Among equals, one that is another spelling of the key has the key's word for it.
        let resolved = strongest.iter().find(|candidate| spelling::same(&candidate.name, &webhook.name));
        let agreed = resolved.is_some();
        let resolved = resolved.unwrap_or(&strongest[0]);
        let others: Vec<&Candidate> = strongest.iter().filter(|candidate| candidate.name != resolved.name).collect();
        // An operationId in camelCase spells no event type, but it tells when an example is another event's.
        let by_example = resolved.source == Source::Example;
        let spelled_otherwise =
            operation_id.as_ref().filter(|id| by_example && !agreed && !spelling::agree(&id.name, &resolved.name));
        let contradiction = others.first().copied().filter(|_| !agreed || resolved.source != Source::Example);
        if let Some(other) = contradiction.or(spelled_otherwise) {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::EventTypeContradicted,
                    format!("the event type of webhook `{}` is contradicted", webhook.name),
                )
                .at(resolved.place.clone(), format!("{} says `{}`", resolved.source.shown(), resolved.name))
                .at(other.place.clone(), format!("{} says `{}`", other.source.shown(), other.name))
                .at(Place::Name(webhook.key.origin().clone()), "the webhook")
                .setting("event-type.names", vec![self.line(webhook, Some(&resolved.name))]),
            );
            return Decision::Contradicted;
        }
        // Examples of one member are copied between webhooks: one that is right speaks for all.
        let exemplified = resolved.source == Source::Example
            || weaker.iter().any(|other| other.source == Source::Example && other.name == resolved.name);
        let doubtful = |other: &&Candidate| !(exemplified && other.source == Source::Example);
        let mut doubts: IndexMap<&str, Vec<&Candidate>> = IndexMap::new();
        for candidate in others.into_iter().chain(&weaker).filter(doubtful).filter(|other| disagrees(resolved, other)) {
            doubts.entry(&candidate.name).or_default().push(candidate);
        }
        for (name, candidate) in doubts {
            self.doubt(webhook, resolved, name, &candidate);
        }
        Decision::Resolved(vec![resolved.clone()])
    }

    /// Notes that weaker candidates name another event type.
    fn doubt(&mut self, webhook: &Webhook, resolved: &Candidate, name: &str, others: &[&Candidate]) {
        let mut sources: Vec<&str> = others.iter().map(|other| other.source.shown()).collect();
        sources.dedup();
        let say = if sources.len() == 1 { "says" } else { "say" };
        let message = format!(
            "webhook `{}` is taken for `{}`, though {} {say} `{name}`",
            webhook.name,
            resolved.name,
            sources.join(" and ")
        );
        let mut diagnostic = Diagnostic::new(Code::EventTypeDoubtful, message);
        for other in others {
            diagnostic = diagnostic.at(other.place.clone(), "weaker evidence, not followed");
        }
        let diagnostic = diagnostic.at(resolved.place.clone(), format!("{} decides", resolved.source.shown()));
        let diagnostic = if resolved.source == Source::Configuration {
            diagnostic
        } else {
            let line = format!("{:?} = {name:?}", webhook.name);
            diagnostic.help(format!("if `{name}` is right, say so in codegen.toml:\n[event-type.names]\n{line}"))
        };
        self.doubts.push((resolved.name.clone(), diagnostic));
    }

    fn by_header(&mut self, webhook: &Webhook, stated: Vec<Candidate>, completed_by: Option<&str>) -> Decision {
        // Where the body leaves it open, the header alone decides.
        let parts = completed_by.map(|pointer| self.stated_at(webhook, pointer).fixed).unwrap_or_default();
        let completing = |candidate: Candidate| {
            let head = head(&candidate.name, &parts, self.separator);
            Candidate { head: Some(head), ..candidate }
        };
        if let Some(candidate) = self.configured(webhook) {
            return Decision::Resolved(vec![completing(candidate)]);
        }
        // Other characters cannot stand in a header: no delivery would say it.
        let sendable = |candidate: &Candidate| candidate.name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let is_event_type = |key: &Candidate| self.keys_count || spelling::is_event_type(&key.name, self.separator);
        let stated = Candidates { fixed: stated.into_iter().filter(sendable).collect(), ..Candidates::default() };
        let parts = Candidates { fixed: parts.clone(), ..Candidates::default() };
        let mut all = distinct(&stated.completed(&parts, self.separator).fixed);
        if let [only] = &mut all[..] {
            only.alternatives.clear();
        }
        let key = Some(Self::key(webhook)).filter(is_event_type).filter(sendable);
        match key {
            _ if !all.is_empty() => Decision::Resolved(all),
            Some(key) => Decision::Resolved(vec![completing(key)]),
            None => Decision::Unresolved,
        }
    }

    fn report_unresolved(&mut self, unresolved: &[&Webhook], location: &EventTypeLocation) {
        let many = unresolved.len() > MAX_LINES;
        let place = match location {
            EventTypeLocation::Body { pointers, .. } => {
                format!("nor `{}` nor `operationId` names it", pointers.join("` nor `"))
            }
            EventTypeLocation::Header { name, .. } => {
                format!("nor the documentation of the header `{name}` names it")
            }
            EventTypeLocation::Address => String::new(),
        };
        for (index, webhook) in unresolved.iter().enumerate() {
            let diagnostic = Diagnostic::new(
                Code::NoEventType,
                format!("cannot determine the event type of webhook `{}`", webhook.name),
            )
            .at(Place::Name(webhook.key.origin().clone()), format!("neither the key {place}"));
            self.diagnostics.push(if many && index + 1 < unresolved.len() {
                diagnostic
            } else if many {
                diagnostic.setting(
                    "event-type",
                    vec!["from-keys = true # the keys are the event types, as they are".to_owned()],
                )
            } else {
                diagnostic.setting("event-type.names", vec![self.line(webhook, None)])
            });
        }
    }

    fn report_undeclared_completion(&mut self, location: &EventTypeLocation) {
        let (Some(pointer), Some(configured)) = (location.completed_by(), &self.config.event_types.carrier) else {
            return;
        };
        let description = self.description;
        if !description.webhooks.iter().any(|webhook| self.stated_at(webhook, pointer).declared) {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::EventTypeUndeclared,
                    format!("no body declares `{pointer}`, which completes event types"),
                )
                .at(configured.place.clone(), "this alone decides"),
            );
        }
    }

    fn report_template(&mut self, name: &str, place: Place) {
        self.diagnostics.push(
            Diagnostic::new(Code::EventTypeInferred, format!("the event type `{name}` stands for several"))
                .at(place, "any text may stand in the place of `{…}`"),
        );
    }

    /// Reports the doubts, but for those about event types that are refused anyway.
    fn report_doubts(&mut self, taken: impl Fn(&str) -> bool) {
        for (name, diagnostic) in std::mem::take(&mut self.doubts) {
            if taken(&name) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn report_twice(&mut self, name: &str, claimants: &[(&Webhook, Place)]) {
        let mut diagnostic = Diagnostic::new(
            Code::EventTypeTwice,
            format!("{} webhooks claim the event type `{name}`", claimants.len()),
        );
        for (webhook, place) in claimants {
            let key = Place::Name(webhook.key.origin().clone());
            let by_key = *place == key;
            diagnostic = diagnostic.at(key, format!("`{}`", webhook.name));
            if !by_key {
                diagnostic = diagnostic.at(place.clone(), "the evidence");
            }
        }
        let lines = claimants.iter().map(|(webhook, _)| self.line(webhook, None)).collect();
        self.diagnostics.push(diagnostic.setting("event-type.names", lines));
    }

    /// The line that settles the event type of a webhook, ready to paste.
    fn line(&self, webhook: &Webhook, other: Option<&str>) -> String {
        let guess = spelling::guess(&webhook.name, other, self.separator);
        let or = other.filter(|other| *other != guess).map(|other| format!(" # or {other:?}")).unwrap_or_default();
        format!("{:?} = {guess:?}{or}", webhook.name)
    }
}

/// The part of an event type before the one of these parts that completes it.
fn head<'a>(name: &str, parts: impl IntoIterator<Item = &'a Candidate>, separator: &str) -> String {
    let before = |part: &Candidate| name.strip_suffix(&part.name)?.strip_suffix(separator);
    parts.into_iter().find_map(before).unwrap_or(name).to_owned()
}

/// Whether a candidate names another event type. An operationId may add to the name, such as the method.
fn disagrees(resolved: &Candidate, other: &Candidate) -> bool {
    let adds = other.source == Source::OperationId && spelling::agree(&other.name, &resolved.name);
    let respelled = other.source == Source::Key && spelling::same(&other.name, &resolved.name);
    other.name != resolved.name && !adds && !respelled
}

/// The candidates at the first place that a body has.
fn stated(
    description: &Description,
    webhook: &Webhook,
    pointers: &[String],
    diagnostics: &mut Diagnostics,
) -> Candidates {
    let at = |pointer: &String| {
        Candidates::at(&description.schemas, webhook, &crate::document::pointer::split(pointer), diagnostics)
    };
    pointers.iter().map(at).find(|stated| stated.declared).unwrap_or_default()
}

/// Whether the event types of most webhooks are known to be their keys, letter for letter.
fn keys_are_spelled_out(
    description: &Description,
    location: &EventTypeLocation,
    diagnostics: &mut Diagnostics,
) -> bool {
    let EventTypeLocation::Body { pointers, .. } = location else { return false };
    let mut spelled_out = |webhook: &Webhook| {
        let stated = stated(description, webhook, pointers, diagnostics);
        let key = Assign::key(webhook).name;
        stated.fixed.iter().chain(&stated.listed).chain(&stated.examples).any(|candidate| candidate.name == key)
    };
    let count = description.webhooks.iter().filter(|webhook| spelled_out(webhook)).count();
    count > 1 && count * 2 > description.webhooks.len()
}

/// One webhook may stand for several event types: its alternatives have constants or lists of their own, or its event type
/// is one of a list and none of the list is the webhook's name. Where keys count, such a list is merely out of date.
fn several(webhook: &Webhook, stated: &Candidates, keys_count: bool) -> Option<Vec<Candidate>> {
    let named = |candidate: &Candidate| spelling::same(&candidate.name, &webhook.name);
    let of_alternative = |candidate: &&Candidate| stated.fixed.is_empty() || !candidate.alternatives.is_empty();
    let all: Vec<&Candidate> = stated.fixed.iter().chain(stated.listed.iter().filter(of_alternative)).collect();
    let distinct = distinct(all.iter().copied());
    let apart = if stated.fixed.is_empty() {
        !keys_count && stated.listed_for(webhook).is_none()
    } else {
        stated.fixed.iter().all(|candidate| !candidate.alternatives.is_empty())
    };
    let split = distinct.len() > 1 && apart && !all.into_iter().any(named);
    split.then_some(distinct)
}

/// Each event type once, with the alternatives of all that say it.
fn distinct<'a>(all: impl IntoIterator<Item = &'a Candidate>) -> Vec<Candidate> {
    let mut distinct: IndexMap<&str, Candidate> = IndexMap::new();
    for candidate in all {
        let known = distinct.entry(&candidate.name).or_insert_with(|| candidate.clone());
        known.alternatives.extend(&candidate.alternatives);
        known.alternatives.sort_unstable();
        known.alternatives.dedup();
    }
    distinct.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::FileId;

    #[test]
    fn what_disagrees_and_what_only_says_it_otherwise() {
        let candidate = |name: &str, source| Candidate {
            name: name.to_owned(),
            head: None,
            place: Place::File(FileId(0)),
            source,
            alternatives: Vec::new(),
        };
        let resolved = candidate("order.created", Source::Constant);
        for (name, source, expected) in [
            ("order.created", Source::Example, false),
            ("order.closed", Source::Example, true),
            ("created", Source::Example, true),
            ("order_created", Source::Example, true),
            ("api.order.created", Source::OperationId, false),
            ("order.closed", Source::OperationId, true),
            ("order_created", Source::Key, false),
            ("api.order.created", Source::Key, true),
            ("order.closed", Source::Key, true),
        ] {
            assert_eq!(disagrees(&resolved, &candidate(name, source)), expected, "{name}");
        }
    }
}
