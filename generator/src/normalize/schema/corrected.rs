//! Corrections of a body, after references are resolved: copies of its schemas, so that others who use them keep theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::model::{Additional, Copies, JsonType, Schema, SchemaId, Schemas};

/// The name of all elements of an array, and of all values of a map.
pub const EACH: &str = "*";

/// What is corrected at one place of a body, and below.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Correction {
    /// The members that are always present.
    pub required: BTreeSet<String>,
    /// Whether the object may have members that no schema describes.
    pub open: bool,
    /// The corrections of members, of all elements, and of all values.
    pub below: BTreeMap<String, Rc<Correction>>,
}

/// A schema where a correction applies.
type Corrected = (SchemaId, Rc<Correction>);

impl Schemas {
    /// Corrects these bodies, each with its correction: returns the copies to use instead of them, and of others on the way.
    /// This can be done once.
    pub fn correct(&self, bodies: &[(SchemaId, Rc<Correction>)]) -> IndexMap<Corrected, SchemaId> {
        let mut drafts: IndexMap<Corrected, Draft> = IndexMap::new();
        for body in bodies {
            self.draft(body.clone(), &mut drafts);
        }
        let first = self.all.len();
        let is_changed = changed(&drafts);
        let changed = drafts.into_iter().zip(is_changed).filter_map(|(draft, is_changed)| is_changed.then_some(draft));
        let changed: Vec<(Corrected, Draft)> = changed.collect();
        let numbered = changed.iter().enumerate().map(|(index, (place, _))| (place.clone(), SchemaId(first + index)));
        let ids: IndexMap<Corrected, SchemaId> = numbered.collect();
        let mut copies = Copies::default();
        for ((original, correction), Draft { mut schema, .. }) in changed {
            schema.parts(&correction, |part, correction| {
                if let Some(copy) = ids.get(&(*part, Rc::clone(correction))) {
                    *part = *copy;
                }
            });
            copies.schemas.push(schema);
            copies.originals.push(original);
        }
        let is_first = self.copies.set(copies).is_ok();
        debug_assert!(is_first, "bodies are corrected once");
        ids
    }

    /// Corrects a schema and all that its correction reaches from it, as if each were changed.
    fn draft(&self, body: Corrected, drafts: &mut IndexMap<Corrected, Draft>) {
        let mut pending = vec![body];
        while let Some(place) = pending.pop() {
            if drafts.contains_key(&place) {
                continue;
            }
            let mut schema = self.get(place.0).clone();
            let is_changed = schema.make(&place.1);
            let mut parts = Vec::new();
            schema.parts(&place.1, |part, correction| parts.push((*part, Rc::clone(correction))));
            pending.extend(parts.iter().rev().cloned());
            drafts.insert(place, Draft { schema, is_changed, parts });
        }
    }
}

/// A schema as it is if its correction changes anything.
struct Draft {
    schema: Schema,
    /// Whether its own keywords are changed.
    is_changed: bool,
    /// What the correction reaches from it.
    parts: Vec<Corrected>,
}

/// Which schemas change, themselves or what they use.
fn changed(drafts: &IndexMap<Corrected, Draft>) -> Vec<bool> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    for (user, draft) in drafts.values().enumerate() {
        for part in &draft.parts {
            users[drafts.get_index_of(part).unwrap_or(user)].push(user);
        }
    }
    let mut changed = vec![false; drafts.len()];
    let mut pending: Vec<usize> =
        drafts.values().enumerate().filter(|(_, draft)| draft.is_changed).map(|(index, _)| index).collect();
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut changed[index], true) {
            pending.extend(&users[index]);
        }
    }
    changed
}

impl Schema {
    /// Whether the schema says that the value is an object, rather than to leave that to its parts.
    pub fn is_open_object(&self) -> Option<bool> {
        let is_composed = self.reference.is_some()
            || [&self.all_of, &self.one_of, &self.any_of, &self.children].iter().any(|parts| !parts.is_empty());
        let is_object =
            self.types.contains(&JsonType::Object) || self.additional.is_some() || !self.patterns.is_empty();
        let describes = !self.properties.is_empty() || (is_object && !is_composed);
        describes.then_some(matches!(self.additional, Some(Additional::Any | Additional::Schema(_))))
    }

    /// Makes a correction in the schema itself; whether anything changes.
    fn make(&mut self, correction: &Correction) -> bool {
        let missing = |name: &&String| self.properties.contains_key(*name) && !self.required.contains(name);
        let missing: Vec<String> = correction.required.iter().filter(missing).cloned().collect();
        let opens = correction.open && self.is_open_object() == Some(false);
        if opens {
            self.additional = Some(Additional::Any);
        }
        let is_changed = opens || !missing.is_empty();
        self.required.extend(missing);
        is_changed
    }

    /// Passes each part that the correction reaches, with the correction that applies to it.
    fn parts(&mut self, correction: &Rc<Correction>, mut visit: impl FnMut(&mut SchemaId, &Rc<Correction>)) {
        let same = [&mut self.all_of, &mut self.one_of, &mut self.any_of, &mut self.children];
        for part in self.reference.iter_mut().chain(same.into_iter().flatten()) {
            visit(part, correction);
        }
        for (name, member) in &mut self.properties {
            if let Some(correction) = correction.below.get(name) {
                visit(member, correction);
            }
        }
        let Some(each) = correction.below.get(EACH).filter(|_| !self.properties.contains_key(EACH)) else { return };
        let others = [&mut self.additional, &mut self.unevaluated].into_iter().filter_map(|others| match others {
            Some(Additional::Schema(values)) => Some(values),
            _ => None,
        });
        for part in others.chain(&mut self.items).chain(&mut self.prefix_items).chain(&mut self.patterns) {
            visit(part, each);
        }
    }

    /// The schemas that apply to the same value.
    pub fn applied(&self) -> impl Iterator<Item = SchemaId> {
        let parts = [&self.all_of, &self.one_of, &self.any_of, &self.children];
        self.reference.iter().chain(parts.into_iter().flatten()).copied()
    }

    /// The schemas of a member, or of [each](EACH) element or value.
    pub fn below(&self, name: &str) -> Vec<SchemaId> {
        if let Some(member) = self.properties.get(name) {
            return vec![*member];
        }
        if name != EACH {
            return Vec::new();
        }
        let others = [self.additional, self.unevaluated].into_iter().flatten().filter_map(|others| match others {
            Additional::Schema(values) => Some(values),
            Additional::Any | Additional::Forbidden => None,
        });
        let parts = [&self.items, &self.prefix_items, &self.patterns];
        others.chain(parts.into_iter().flatten().copied()).collect()
    }
}
