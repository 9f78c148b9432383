//! Third pass, for each webhook: all evidence, the strongest first, and the event types that follow from it.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::allocate::Owners;
use super::evidence::{Evidence, Kind, Stated, distinct};
use super::gather::Gathered;
use super::names::Names;
use super::spelling;
use crate::normalize::Webhook;

/// The result for one webhook.
pub(super) struct Decision {
    /// Its event types; none if they cannot be determined.
    pub chosen: Vec<Evidence>,
    /// All evidence, the strongest first.
    pub evidence: Vec<Evidence>,
    /// One of the values that the location lists, if none of them is the event type.
    pub unlisted: Option<Evidence>,
}

/// The webhooks of each event type, by position, each with the evidence.
pub(super) type Claims = IndexMap<String, Vec<(usize, Evidence)>>;

/// Decides for all webhooks, by what each states at the location and by its names.
pub(super) fn weigh(gathered: &Gathered<'_, '_>, stated: &[Stated]) -> Vec<Decision> {
    let weighing = Weighing::new(gathered, stated);
    let mut decisions: Vec<Decision> = (0..stated.len()).map(|index| weighing.by_strong(index)).collect();
    let chosen = decisions.iter().flat_map(|decision| &decision.chosen);
    let claimed: HashSet<String> = chosen.map(|evidence| evidence.name.clone()).collect();
    for (index, decision) in decisions.iter_mut().enumerate().filter(|(_, decision)| decision.chosen.is_empty()) {
        decision.chosen = weighing.by_weak(index, &decision.evidence, &claimed);
    }
    for (decision, stated) in decisions.iter_mut().zip(stated) {
        decision.unlisted = unlisted(&decision.chosen, stated);
    }
    decisions
}

/// One of the listed values, if none of them was chosen. The configuration need not agree with them.
fn unlisted(chosen: &[Evidence], stated: &Stated) -> Option<Evidence> {
    let is_listed =
        |chosen: &Evidence| chosen.kind <= Kind::Listed || stated.listed().any(|listed| listed.name == chosen.name);
    if chosen.is_empty() || chosen.iter().any(is_listed) { None } else { stated.listed().next().cloned() }
}

struct Weighing<'g, 'a> {
    gathered: &'g Gathered<'a, 'g>,
    stated: &'g [Stated],
    owners: Owners<'g>,
    /// Whether most keys are event types, even if they do not look like ones.
    keys_are_usual: bool,
}

impl<'g, 'a> Weighing<'g, 'a> {
    fn new(gathered: &'g Gathered<'a, 'g>, stated: &'g [Stated]) -> Self {
        let keys_are_usual = most_keys_are_event_types(&gathered.names, stated, gathered.cx.separator());
        Self { gathered, stated, owners: Owners::of(stated), keys_are_usual }
    }

    /// Decides by evidence that does not depend on other webhooks.
    fn by_strong(&self, index: usize) -> Decision {
        let evidence = self.evidence(index);
        let of = |kinds: &[Kind]| -> Vec<Evidence> {
            distinct(evidence.iter().filter(|evidence| kinds.contains(&evidence.kind)))
        };
        let values = of(&[Kind::Constant, Kind::Listed]);
        let chosen = match of(&[Kind::Configuration]).pop() {
            // The configuration confirms one of several.
            Some(configured) if !values.iter().any(|value| value.name == configured.name) => vec![configured],
            _ if !values.is_empty() => values,
            _ => [Kind::Extension, Kind::Key]
                .map(|kind| of(&[kind]))
                .into_iter()
                .find(|all| !all.is_empty())
                .unwrap_or_default(),
        };
        Decision { chosen, evidence, unlisted: None }
    }

    /// Decides by evidence that is often copied: it does not count if another webhook has better evidence of the same
    /// event type.
    fn by_weak(&self, index: usize, evidence: &[Evidence], claimed: &HashSet<String>) -> Vec<Evidence> {
        let names = &self.gathered.names[index];
        // What replaces a deprecated webhook may have its event type.
        let deprecated = self.gathered.cx.description.webhooks[index].operation.deprecated;
        for kind in [Kind::Described, Kind::Quoted, Kind::Example, Kind::Default, Kind::UsualKey, Kind::OperationId] {
            let is_free =
                |evidence: &Evidence| !claimed.contains(&evidence.name) || (deprecated && names.is_good(evidence));
            let counts =
                |evidence: &&Evidence| evidence.kind == kind && is_free(evidence) && self.is_credible(evidence, names);
            let all = distinct(evidence.iter().filter(counts));
            let picked = names.pick(&all).filter(|picked| names.is_good(picked));
            match (&all[..], picked) {
                ([], _) => {}
                (_, Some(picked)) => return vec![self.as_delivered(picked, evidence).clone()],
                (_, None) => return all,
            }
        }
        Vec::new()
    }

    /// The event type that a text quotes as an example of the location spells it: that is what deliveries contain.
    fn as_delivered<'e>(&self, picked: &'e Evidence, evidence: &'e [Evidence]) -> &'e Evidence {
        let is_it = |other: &&Evidence| {
            other.kind.is_sample() && spelling::same(&other.name, &picked.name) && self.owners.is_own(other)
        };
        let examples: Vec<&Evidence> = evidence.iter().filter(is_it).collect();
        match examples[..] {
            [first, ..] if picked.kind == Kind::Quoted && examples.iter().all(|other| other.name == first.name) => {
                first
            }
            _ => picked,
        }
    }

    /// Whether an example or a default is not merely copied, and a description distinguishes webhooks or is a webhook's name.
    fn is_credible(&self, evidence: &Evidence, names: &Names) -> bool {
        let is_credible = match evidence.kind {
            Kind::Described => self.stated.len() > 1,
            kind => !kind.is_sample() || self.owners.is_own(evidence),
        };
        is_credible || names.is_good(evidence)
    }

    /// All evidence for one webhook, the strongest first.
    fn evidence(&self, index: usize) -> Vec<Evidence> {
        let (names, stated) = (&self.gathered.names[index], &self.stated[index]);
        let config = &self.gathered.cx.config.event_types;
        let configured = config.names.get(&self.gathered.cx.description.webhooks[index].name);
        let has_form = |evidence: &&Evidence| spelling::is_event_type(&evidence.name, config.separator.as_str());
        let mut all: Vec<Evidence> = configured
            .map(|name| Evidence::new(name.value.as_str(), name.place.clone(), Kind::Configuration))
            .into_iter()
            .chain(self.owners.allocate(stated, names))
            .chain(names.extensions.iter().cloned())
            .chain(Some(&names.key).filter(|key| config.from_keys || has_form(key)).cloned())
            .chain(names.quoted.iter().cloned())
            .chain(names.quoted_at_location(self.gathered.cx, &stated.texts))
            .chain(stated.examples.iter().cloned())
            .chain(
                (self.keys_are_usual && !names.key.name.is_empty())
                    .then(|| Evidence { kind: Kind::UsualKey, ..names.key.clone() }),
            )
            .chain(names.operation_id.iter().filter(has_form).cloned())
            .collect();
        all.sort_by_key(|evidence| evidence.kind);
        all
    }
}

/// Takes the event types of deprecated webhooks that exactly one other has which is not: deliveries are decoded as that one.
/// Returns the positions of both, for each.
pub(super) fn yield_deprecated(webhooks: &[Webhook], decisions: &mut [Decision]) -> Vec<(usize, usize, Evidence)> {
    let mut claims: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (index, decision) in decisions.iter().enumerate() {
        for chosen in &decision.chosen {
            claims.entry(chosen.name.clone()).or_default().push(index);
        }
    }
    let mut yielded = Vec::new();
    for (name, claimants) in claims {
        let (deprecated, others): (Vec<usize>, Vec<usize>) =
            claimants.iter().partition(|index| webhooks[**index].operation.deprecated);
        let [other] = others[..] else { continue };
        for index in deprecated {
            let taken = decisions[index].chosen.extract_if(.., |chosen| chosen.name == name);
            yielded.extend(taken.map(|chosen| (index, other, chosen)));
        }
    }
    yielded
}

/// Whether most keys are event types: the bodies state them, or state nothing and the keys have the form of event types.
fn most_keys_are_event_types(names: &[Names], stated: &[Stated], separator: &str) -> bool {
    let is_event_type = |(names, stated): &(&Names, &Stated)| {
        let key = &names.key.name;
        let mut values = stated.values.iter().chain(&stated.examples);
        let is_open = stated.listed().next().is_none() && stated.examples.is_empty();
        values.any(|evidence| evidence.name == *key) || is_open && spelling::is_event_type(key, separator)
    };
    let count = names.iter().zip(stated).filter(is_event_type).count();
    count > 1 && count * 2 > names.len()
}

/// Evidence of another event type than the chosen one.
pub(super) struct Doubt<'d> {
    pub webhook: &'d Webhook,
    pub chosen: &'d Evidence,
    /// All names the same event type.
    pub others: Vec<&'d Evidence>,
}

/// The doubts about a decision, one for each other event type.
pub(super) fn doubts<'d>(webhook: &'d Webhook, decision: &'d Decision) -> Vec<Doubt<'d>> {
    let [chosen] = &decision.chosen[..] else { return Vec::new() };
    // Examples of one member are copied between webhooks: a right one makes the others irrelevant.
    let is_example = |evidence: &&Evidence| evidence.kind.is_sample();
    let exemplified =
        is_example(&chosen) || decision.evidence.iter().filter(is_example).any(|other| other.name == chosen.name);
    let doubtful = |other: &&Evidence| !(exemplified && is_example(other)) && disagrees(chosen, other);
    let mut doubts: IndexMap<&str, Vec<&Evidence>> = IndexMap::new();
    for evidence in decision.evidence.iter().filter(doubtful) {
        doubts.entry(&evidence.name).or_default().push(evidence);
    }
    doubts.into_values().map(|others| Doubt { webhook, chosen, others }).collect()
}

/// Whether evidence names another event type. An `operationId` may add to the name, such as the method.
fn disagrees(chosen: &Evidence, other: &Evidence) -> bool {
    match other.kind {
        _ if other.name == chosen.name => false,
        // Who configures an event type knows what the webhook is called.
        kind if chosen.kind == Kind::Configuration && kind.is_name() => false,
        Kind::Key | Kind::UsualKey | Kind::Quoted => !spelling::same(&other.name, &chosen.name),
        Kind::OperationId => !spelling::agree(&other.name, &chosen.name),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::document::FileId;

    #[test]
    fn another_spelling_does_not_disagree() {
        let evidence = |name, kind| Evidence::new(name, Place::File(FileId(0)), kind);
        let chosen = evidence("order.created", Kind::Constant);
        for (name, kind, expected) in [
            ("order.created", Kind::Example, false),
            ("order.closed", Kind::Example, true),
            ("created", Kind::Example, true),
            ("order_created", Kind::Example, true),
            ("api.order.created", Kind::OperationId, false),
            ("order.closed", Kind::OperationId, true),
            ("order_created", Kind::Key, false),
            ("order_created", Kind::Quoted, false),
            ("api.order.created", Kind::Key, true),
            ("order.closed", Kind::Key, true),
        ] {
            assert_eq!(disagrees(&chosen, &evidence(name, kind)), expected, "{name}");
        }
        let configured = evidence("order.created", Kind::Configuration);
        assert!(!disagrees(&configured, &evidence("order.closed", Kind::Key)));
        assert!(disagrees(&configured, &evidence("order.closed", Kind::Example)), "deliveries contain it");
    }
}
