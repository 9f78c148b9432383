//! Names of types.

use std::collections::HashMap;

use super::ident::{extended, short_hash, snake, upper_camel};
use super::scope::Scope;
use crate::ir::{Api, Naming, TypeId};
use crate::source::Sources;

/// Names all types: first the payloads, whose names users write most, then reusable schemas, then inline types.
pub(super) fn name(api: &Api, sources: &Sources, scope: Scope, configured: Vec<Option<String>>) -> Vec<String> {
    let mut namer = TypeNamer { api, sources, scope, names: configured };
    namer.payloads();
    namer.components();
    namer.inline();
    namer.names.into_iter().map(Option::unwrap_or_default).collect()
}

struct TypeNamer<'a> {
    api: &'a Api,
    sources: &'a Sources,
    scope: Scope,
    /// `None` for types without a name yet.
    names: Vec<Option<String>>,
}

impl TypeNamer<'_> {
    fn payloads(&mut self) {
        let payloads = self.ids().filter_map(|id| match &self.api.def(id).naming {
            Naming::Root(event_type) => {
                let name = upper_camel(event_type);
                Some((id, vec![name.clone(), extended(&name, "Payload")]))
            }
            Naming::Component(_) | Naming::Inline { .. } => None,
        });
        self.claim(payloads.collect());
    }

    fn components(&mut self) {
        let components = self.ids().filter_map(|id| match &self.api.def(id).naming {
            Naming::Component(name) => {
                let file = self.sources.relative_name(self.api.def(id).origin.file());
                let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
                let (plain, qualified) = (upper_camel(name), upper_camel(&format!("{stem} {name}")));
                Some((id, vec![plain.clone(), extended(&plain, "Data"), qualified]))
            }
            Naming::Root(_) | Naming::Inline { .. } => None,
        });
        self.claim(components.collect());
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

    /// Gives each type without a name one of its candidates, or one with a fingerprint of its place. The name of the description's
    /// own file does not count.
    fn claim(&mut self, claimants: Vec<(TypeId, Vec<String>)>) {
        let unnamed = claimants.into_iter().filter(|(id, _)| self.names[id.0].is_none());
        let (ids, mut candidates): (Vec<TypeId>, Vec<Vec<String>>) = unnamed.unzip();
        for (id, candidates) in ids.iter().zip(&mut candidates) {
            let origin = &self.api.def(*id).origin;
            let file = Some(origin.file()).filter(|file| Some(*file) != self.sources.description());
            let place = format!("{}#{}", file.map_or("", |file| self.sources.relative_name(file)), origin.pointer());
            let last = candidates.last().cloned().unwrap_or_default();
            candidates.push(extended(&last, &upper_camel(&short_hash(&place))));
        }
        for (id, name) in ids.iter().zip(self.scope.claim(&candidates)) {
            self.names[id.0] = Some(name);
        }
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
