//! Which event types one webhook has.

use indexmap::IndexMap;

use super::candidates::{Candidate, Candidates, Source};
use super::gather::Gathered;
use super::spelling::Spelling;
use super::{report, spelling};
use crate::budget::Resource;
use crate::diagnostics::Diagnostic;
use crate::normalize::Webhook;

/// The result for one webhook.
pub(super) enum Decision {
    Resolved {
        candidates: Vec<Candidate>,
        /// Weaker candidates that name another event type.
        doubts: Vec<Diagnostic>,
    },
    Unresolved,
    /// Reported already.
    Contradicted,
}

impl Decision {
    fn resolved(candidates: Vec<Candidate>) -> Self {
        Self::Resolved { candidates, doubts: Vec::new() }
    }
}

/// Decides for one webhook after the other.
pub(super) struct Decider<'a, 'g> {
    gathered: &'g Gathered<'a, 'g>,
    separator: &'a str,
    /// Whether keys are event types, even if they do not look like ones.
    keys_count: bool,
}

impl<'a, 'g> Decider<'a, 'g> {
    pub(super) fn new(gathered: &'g Gathered<'a, 'g>, most_keys_are_stated: bool) -> Self {
        let keys_count = gathered.cx.config.event_types.from_keys || most_keys_are_stated;
        Self { gathered, separator: gathered.cx.separator(), keys_count }
    }

    /// No delivery states it, so the name of the webhook will do.
    pub(super) fn by_address(&self, webhook: &Webhook) -> Decision {
        Decision::resolved(vec![self.configured(webhook).unwrap_or_else(|| Candidate::key(webhook))])
    }

    /// Decides by the candidates at the first of these JSON pointers that the body declares.
    pub(super) fn by_body(
        &self,
        webhook: &'a Webhook,
        stated: Candidates,
        pointers: &[String],
        completed_by: Option<&str>,
    ) -> Decision {
        if !stated.declared {
            self.gathered.cx.report(report::undeclared(webhook, pointers));
        }
        let Some(completed_by) = completed_by else { return self.by_strength(webhook, stated) };
        let parts = self.gathered.at(webhook, completed_by);
        let mut decision = self.by_strength(webhook, stated.completed(&parts, self.separator, self.spend(webhook)));
        if let Decision::Resolved { candidates, .. } = &mut decision {
            for candidate in candidates {
                let parts = parts.fixed.iter().chain(&parts.listed);
                candidate.head.get_or_insert_with(|| head(&candidate.name, parts, self.separator));
            }
        }
        decision
    }

    pub(super) fn by_header(
        &self,
        webhook: &'a Webhook,
        values: Vec<Candidate>,
        completed_by: Option<&str>,
    ) -> Decision {
        // If the body does not fix its part, the header alone decides.
        let parts = completed_by.map(|pointer| self.gathered.at(webhook, pointer).fixed).unwrap_or_default();
        let with_head = |candidate: Candidate| {
            let head = head(&candidate.name, &parts, self.separator);
            Decision::resolved(vec![Candidate { head: Some(head), ..candidate }])
        };
        if let Some(configured) = self.configured(webhook) {
            return with_head(configured);
        }
        // A header cannot contain other characters.
        let sendable = |candidate: &Candidate| candidate.name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let stated = Candidates { fixed: values.into_iter().filter(sendable).collect(), ..Candidates::default() };
        let completing = Candidates { fixed: parts.clone(), ..Candidates::default() };
        let mut all = distinct(&stated.completed(&completing, self.separator, self.spend(webhook)).fixed);
        if let [only] = &mut all[..] {
            only.alternatives.clear();
        }
        if !all.is_empty() {
            return Decision::resolved(all);
        }
        self.key(webhook).filter(sendable).map_or(Decision::Unresolved, with_head)
    }

    /// Counts candidates of a webhook; returns whether there may be as many.
    fn spend(&self, webhook: &Webhook) -> impl Fn(usize) -> bool {
        move |candidates| {
            self.gathered.cx.spend(Resource::Candidates, candidates, webhook.key.origin());
            !self.gathered.cx.is_exceeded()
        }
    }

    fn configured(&self, webhook: &Webhook) -> Option<Candidate> {
        let name = self.gathered.cx.config.event_types.names.get(&webhook.name)?;
        Some(Candidate::new(name.value.as_str(), name.place.clone(), Source::Configuration))
    }

    /// The key, if it is an event type.
    fn key(&self, webhook: &Webhook) -> Option<Candidate> {
        Some(Candidate::key(webhook)).filter(|key| self.keys_count || self.is_event_type(key))
    }

    fn is_event_type(&self, candidate: &Candidate) -> bool {
        spelling::is_event_type(&candidate.name, self.separator)
    }

    /// Decides by the strongest candidates. Reports a contradiction between them.
    fn by_strength(&self, webhook: &Webhook, stated: Candidates) -> Decision {
        let configured = self.configured(webhook);
        if configured.is_none()
            && let Some(several) = several(webhook, &stated, self.keys_count)
        {
            return Decision::resolved(several);
        }
        let operation_id = webhook.operation_id.as_ref().and_then(|node| Candidate::of(node, Source::OperationId));
        let listed = stated.listed_for(webhook).cloned();
        let named_operation = operation_id.clone().filter(|id| self.is_event_type(id));
        // The strongest first; all candidates of one rank are equally strong.
        let ranks: [Vec<Candidate>; 5] = [
            configured.into_iter().collect(),
            stated.fixed,
            listed.into_iter().collect(),
            self.key(webhook).into_iter().collect(),
            stated.examples.into_iter().chain(named_operation).collect(),
        ];
        let mut ranks = ranks.into_iter().skip_while(Vec::is_empty);
        let Some(strongest) = ranks.next() else { return Decision::Unresolved };
        let weaker: Vec<Candidate> = ranks.flatten().collect();
        // Among equals, a spelling of the key wins.
        let spelled_like_key = strongest.iter().find(|candidate| spelling::same(&candidate.name, &webhook.name));
        let resolved = spelled_like_key.unwrap_or(&strongest[0]);
        let by_key = spelled_like_key.is_some();
        if let Some(other) = contradiction(resolved, by_key, &strongest, operation_id.as_ref()) {
            self.gathered.cx.report(report::contradiction(webhook, resolved, other, self.separator));
            return Decision::Contradicted;
        }
        let doubts = doubts(webhook, resolved, strongest.iter().chain(&weaker));
        Decision::Resolved { candidates: vec![resolved.clone()], doubts }
    }
}

/// The candidate that contradicts the chosen one.
fn contradiction<'c>(
    resolved: &Candidate,
    by_key: bool,
    equals: &'c [Candidate],
    operation_id: Option<&'c Candidate>,
) -> Option<&'c Candidate> {
    let by_example = resolved.source == Source::Example;
    let other = equals.iter().find(|candidate| candidate.name != resolved.name);
    // An `operationId` in camel case is not an event type, but it shows that an example belongs to another one.
    let operation = operation_id.filter(|id| by_example && !by_key && !spelling::agree(&id.name, &resolved.name));
    other.filter(|_| !by_key || !by_example).or(operation)
}

/// Findings about candidates that name another event type than the chosen one, one for each event type.
fn doubts<'c>(
    webhook: &Webhook,
    resolved: &Candidate,
    all: impl Iterator<Item = &'c Candidate> + Clone,
) -> Vec<Diagnostic> {
    // Examples of one member are copied between webhooks: a right one makes the others irrelevant.
    let is_example = |candidate: &&Candidate| candidate.source == Source::Example;
    let exemplified = is_example(&resolved) || all.clone().filter(is_example).any(|other| other.name == resolved.name);
    let doubtful = |other: &&Candidate| !(exemplified && is_example(other)) && disagrees(resolved, other);
    let mut doubts: IndexMap<&str, Vec<&Candidate>> = IndexMap::new();
    for candidate in all.filter(doubtful) {
        doubts.entry(&candidate.name).or_default().push(candidate);
    }
    doubts.into_iter().map(|(name, others)| report::doubt(webhook, resolved, name, &others)).collect()
}

/// Whether a candidate names another event type. An `operationId` may add to the name, such as the method.
fn disagrees(resolved: &Candidate, other: &Candidate) -> bool {
    let adds = other.source == Source::OperationId && spelling::agree(&other.name, &resolved.name);
    let respelled = other.source == Source::Key && spelling::same(&other.name, &resolved.name);
    other.name != resolved.name && !adds && !respelled
}

/// The part of an event type before the one of these parts that completes it.
fn head<'a>(name: &str, parts: impl IntoIterator<Item = &'a Candidate>, separator: &str) -> String {
    let before = |part: &Candidate| name.strip_suffix(&part.name)?.strip_suffix(separator);
    parts.into_iter().find_map(before).unwrap_or(name).to_owned()
}

/// The event types of a webhook that has several: its alternatives state their own, or the body lists some and none of them
/// is the webhook's name. If keys count, such a list is merely out of date.
fn several(webhook: &Webhook, stated: &Candidates, keys_count: bool) -> Option<Vec<Candidate>> {
    let name = Spelling::of(&webhook.name);
    let is_name = |candidate: &Candidate| Spelling::of(&candidate.name).is_same(&name);
    let of_alternative = |candidate: &&Candidate| stated.fixed.is_empty() || !candidate.alternatives.is_empty();
    let all: Vec<&Candidate> = stated.fixed.iter().chain(stated.listed.iter().filter(of_alternative)).collect();
    let distinct = distinct(all.iter().copied());
    let apart = if stated.fixed.is_empty() {
        !keys_count && stated.listed_for(webhook).is_none()
    } else {
        stated.fixed.iter().all(|candidate| !candidate.alternatives.is_empty())
    };
    // One alternative may be called as the only webhook is.
    let is_one = (stated.fixed.is_empty() || keys_count) && all.into_iter().any(is_name);
    let split = distinct.len() > 1 && apart && !is_one;
    split.then_some(distinct)
}

/// Each event type once, with the alternatives of all candidates that name it.
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
    use crate::diagnostics::Place;
    use crate::document::FileId;

    #[test]
    fn another_spelling_does_not_disagree() {
        let candidate = |name, source| Candidate::new(name, Place::File(FileId(0)), source);
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
