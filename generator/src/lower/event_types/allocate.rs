//! Which of the values that a place lists belong to which webhook.

use std::collections::HashMap;

use super::evidence::{Evidence, Kind, Stated, distinct};
use super::names::Names;

/// How many webhooks state each text at one place.
#[derive(Default)]
pub(super) struct Owners<'e> {
    values: HashMap<&'e str, usize>,
    examples: HashMap<&'e str, usize>,
}

impl<'e> Owners<'e> {
    pub(super) fn of(all: impl IntoIterator<Item = &'e Stated>) -> Self {
        let mut owners = Self::default();
        let count = |counts: &mut HashMap<&'e str, usize>, evidence: &'e [Evidence]| {
            let mut names: Vec<&str> = evidence.iter().map(|evidence| evidence.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        };
        for stated in all {
            count(&mut owners.values, &stated.values);
            count(&mut owners.examples, &stated.examples);
        }
        owners
    }

    /// Whether only one webhook states it.
    pub(super) fn is_own(&self, evidence: &Evidence) -> bool {
        let counts = if evidence.kind.is_sample() { &self.examples } else { &self.values };
        counts.get(evidence.name.as_str()).is_none_or(|count| *count == 1)
    }

    /// The values that say something about a webhook: a description does not if another webhook has the same.
    pub(super) fn telling<'s>(&self, stated: &'s Stated) -> impl Iterator<Item = &'s Evidence> {
        stated.values.iter().filter(|value| value.kind != Kind::Described || self.is_own(value))
    }

    /// The values that belong to one of the webhooks: the only one, or those that no other webhook has and the one that
    /// the webhook's name selects.
    pub(super) fn allocate(&self, stated: &Stated, names: &Names) -> Vec<Evidence> {
        let mut values = distinct(self.telling(stated));
        if let [only] = &mut values[..] {
            // Without a discriminator, alternatives that state nothing belong to it, too.
            if !stated.discriminates {
                only.alternatives.clear();
            }
            return values;
        }
        let picked = names.pick(&values).map(|picked| picked.name.clone());
        values.retain(|value| is_event_type(value) && (self.is_own(value) || Some(&value.name) == picked.as_ref()));
        for value in &mut values {
            value.kind = value.kind.max(Kind::Listed);
        }
        values
    }
}

/// Whether it is more than a sign for all event types, such as `*`.
pub(super) fn is_event_type(evidence: &Evidence) -> bool {
    evidence.name.contains(char::is_alphanumeric)
}
