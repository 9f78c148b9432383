//! Names of types.

use std::collections::{HashMap, HashSet};

use super::ident::{extended, short_hash, snake, upper_camel};
use super::scope::{Claimant, Scope};
use crate::ir::{Api, Location, Naming, TypeId};
use crate::lock;
use crate::source::Sources;

/// Names all types that have no name yet: first the payloads, whose names users write most, then reusable schemas, then inline
/// types.
pub(super) fn name(
    api: &Api,
    sources: &Sources,
    locations: &[Location],
    scope: Scope,
    given: Vec<Option<String>>,
) -> Vec<String> {
    let mut namer = TypeNamer { api, sources, locations, scope, names: given };
    namer.payloads();
    namer.components();
    namer.inline();
    namer.names.into_iter().map(Option::unwrap_or_default).collect()
}

struct TypeNamer<'a> {
    api: &'a Api,
    sources: &'a Sources,
    locations: &'a [Location],
    scope: Scope,
    /// `None` for types without a name yet.
    names: Vec<Option<String>>,
}

impl TypeNamer<'_> {
    fn payloads(&mut self) {
        let payloads = self.ids().filter_map(|id| match &self.api.def(id).naming {
            Naming::Root(event_type) => {
                let name = upper_camel(self.api.short_name(event_type));
                Some((id, vec![name.clone(), extended(&name, "Payload")]))
            }
            Naming::Component(_) | Naming::Inline { .. } => None,
        });
        self.claim(payloads.collect());
    }

    fn components(&mut self) {
        let components = self.ids().filter_map(|id| match &self.api.def(id).naming {
            Naming::Component(name) => {
                let plain = upper_camel(name);
                // Beside a payload or a type of the receiver, what distinguishes it is that it is data.
                let data = self.scope.is_taken(&plain).then(|| extended(&plain, "Data"));
                let after_parent = self.named_parent(id).map(|parent| joined(&parent, name));
                let file = self.file(id).map(|file| {
                    let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
                    upper_camel(&format!("{stem} {name}"))
                });
                Some((id, [Some(plain), data, after_parent, file].into_iter().flatten().collect()))
            }
            Naming::Root(_) | Naming::Inline { .. } => None,
        });
        self.claim(components.collect());
    }

    /// The name of the nearest definition around one that has a name.
    fn named_parent(&self, id: TypeId) -> Option<String> {
        let mut seen = HashSet::new();
        let mut parent = self.locations[id.0].parent?;
        while seen.insert(parent) {
            if let Some(name) = &self.names[parent.0] {
                return Some(name.clone());
            }
            parent = self.locations[parent.0].parent?;
        }
        None
    }

    /// Names inline types, each after its parent.
    fn inline(&mut self) {
        let proposals = self.api.proposed_names();
        let mut alike: HashMap<&str, usize> = HashMap::new();
        for proposal in proposals.iter().flatten() {
            *alike.entry(proposal).or_default() += 1;
        }
        let unique = |id: TypeId| proposals[id.0].as_deref().filter(|name| alike[name] == 1 && !name.contains('/'));
        loop {
            let ready = self.ids().filter_map(|id| match &self.api.def(id).naming {
                Naming::Inline { parent, hint, .. } if self.names[id.0].is_none() => {
                    let parent = self.names[parent.0].as_ref()?;
                    let full = extended(parent, &upper_camel(hint));
                    Some((id, unique(id).map(upper_camel).into_iter().chain([joined(parent, hint), full]).collect()))
                }
                _ => None,
            });
            let ready: Vec<_> = ready.collect();
            if ready.is_empty() {
                break;
            }
            self.claim(ready);
        }
    }

    /// Gives each type without a name one of its candidates, or one with a fingerprint of its place. Of several with the same
    /// one, the first within bodies keeps it.
    fn claim(&mut self, unnamed: Vec<(TypeId, Vec<String>)>) {
        let unnamed = unnamed.into_iter().filter(|(id, _)| self.names[id.0].is_none());
        let (ids, claimants): (Vec<TypeId>, Vec<Claimant>) = unnamed
            .map(|(id, mut candidates)| {
                let place = lock::place(&self.api.def(id).origin, self.sources);
                let last = candidates.last().cloned().unwrap_or_default();
                candidates.push(extended(&last, &upper_camel(&short_hash(&place))));
                let called = match &self.api.def(id).naming {
                    Naming::Root(name) | Naming::Component(name) => name,
                    Naming::Inline { hint, .. } => hint,
                };
                let path = self.locations[id.0].path.as_deref().unwrap_or_default();
                (id, Claimant::called(format!("{path} {place}"), called, candidates))
            })
            .unzip();
        for (id, name) in ids.iter().zip(self.scope.claim(&claimants)) {
            self.names[id.0] = Some(name);
        }
    }

    /// The file of a definition, if it is not the description.
    fn file(&self, id: TypeId) -> Option<&str> {
        let file = self.api.def(id).origin.file();
        (Some(file) != self.sources.description()).then(|| self.sources.relative_name(file))
    }

    fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.api.types.len()).map(TypeId)
    }
}

/// The name of a member's type after its parent's, without repeated words: the `vocabulary` of `MetadataVocabularyUpdated`
/// is a `MetadataUpdatedVocabulary`.
fn joined(parent: &str, hint: &str) -> String {
    let words = |text: &str| snake(text).split('_').map(str::to_owned).collect::<Vec<_>>();
    let (mut all, own) = (words(parent), words(hint));
    if let Some(at) = all.windows(own.len()).position(|window| window == own) {
        all.drain(at..at + own.len());
    }
    all.extend(own);
    upper_camel(&all.join("_"))
}
