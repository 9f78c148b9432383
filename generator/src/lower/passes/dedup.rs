//! Equal inline types become one.

use std::collections::{HashMap, HashSet};

use crate::ir::{Api, Fallback, Field, Kind, Literal, Naming, Presence, Select, Type, TypeDef, TypeId, Variant};
use crate::lock::Lock;
use crate::source::Sources;

/// Merges inline definitions of one concept that decode alike, and drops those that are then unused. Those that are recorded
/// with different names stay apart: each has users.
pub(crate) fn merge_equal(api: &mut Api, lock: &Lock, sources: &Sources) {
    drop_unused(api);
    loop {
        let concepts = api.concepts();
        let replaced = equal(api, &concepts, &lock.claims(api, sources));
        if replaced.is_empty() {
            break;
        }
        // A concept without its own name is named after the definition that contains it.
        let parent = |id: TypeId| match &api.def(id).naming {
            Naming::Inline { parent, .. } => concepts[parent.0].as_ref().ok_or(*parent),
            Naming::Root(_) | Naming::Component(_) => Err(id),
        };
        let in_several: HashSet<TypeId> =
            replaced.iter().filter(|(id, known)| parent(**id) != parent(**known)).map(|(_, known)| *known).collect();
        for id in in_several {
            if let Naming::Inline { shared, .. } = &mut api.types[id.0].naming {
                *shared = true;
            }
        }
        renumber(api, |id| replaced.get(&id).copied().unwrap_or(id));
        // Children of equal parents are now children of one parent, and may be equal in turn.
        drop_unused(api);
    }
}

/// The inline definitions that equal another one, each with that one: the first, as without a record. `claims` has the
/// entries of the record that each definition is known by.
fn equal(api: &Api, concepts: &[Option<String>], claims: &[Vec<usize>]) -> HashMap<TypeId, TypeId> {
    let mut groups: HashMap<(&str, Decoding<'_>), Vec<Vec<usize>>> = HashMap::new();
    let (recorded, new): (Vec<usize>, Vec<usize>) = (0..api.types.len()).partition(|&index| !claims[index].is_empty());
    for index in recorded.into_iter().chain(new) {
        let Some(concept) = &concepts[index] else { continue };
        let groups = groups.entry((concept, Decoding::of(&api.types[index]))).or_default();
        let own = &claims[index];
        let same = |group: &&mut Vec<usize>| own.is_empty() || claims[group[0]].iter().any(|entry| own.contains(entry));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    let mut replaced = HashMap::new();
    for group in groups.into_values().flatten() {
        let first = group.iter().copied().min().unwrap_or_default();
        replaced.extend(group.into_iter().filter(|index| *index != first).map(|index| (TypeId(index), TypeId(first))));
    }
    replaced
}

/// Everything that decides how a definition decodes. Docs and origins do not.
#[derive(PartialEq, Eq, Hash)]
enum Decoding<'a> {
    Struct(Vec<(&'a str, Presence, &'a Type)>, Option<&'a Type>),
    Enum(Vec<String>, Fallback),
    Constant(String),
    Union(Vec<(&'a str, &'a Type, &'a [String])>, &'a Select),
    Newtype(&'a Type),
}

impl<'a> Decoding<'a> {
    fn of(def: &'a TypeDef) -> Self {
        match &def.kind {
            Kind::Struct(object) => {
                let field = |field: &'a Field| (field.wire.as_str(), field.presence, &field.ty);
                Self::Struct(object.fields.iter().map(field).collect(), object.rest.as_ref())
            }
            Kind::Enum(listed) => Self::Enum(listed.values.iter().map(Literal::json).collect(), listed.fallback),
            Kind::Constant(value) => Self::Constant(value.json()),
            Kind::Union(union) => {
                let variant = |variant: &'a Variant| (variant.name.as_str(), &variant.ty, variant.tags.as_slice());
                Self::Union(union.variants.iter().map(variant).collect(), &union.select)
            }
            Kind::Newtype(inner) => Self::Newtype(inner),
        }
    }
}

/// Gives definitions other ids wherever they are used.
fn renumber(api: &mut Api, new: impl Fn(TypeId) -> TypeId) {
    for def in &mut api.types {
        if let Naming::Inline { parent, .. } = &mut def.naming {
            *parent = new(*parent);
        }
        for ty in def.kind.types_mut() {
            ty.visit_mut(&mut |ty| {
                if let Type::Named(id) | Type::Boxed(id) = ty {
                    *id = new(*id);
                }
            });
        }
    }
}

/// Drops definitions that no payload needs, neither as a part nor for the name of a part.
fn drop_unused(api: &mut Api) {
    let used = used(api);
    let kept: Vec<TypeId> = (0..api.types.len()).map(TypeId).filter(|id| used.contains(id)).collect();
    let index: HashMap<TypeId, TypeId> = kept.into_iter().enumerate().map(|(new, old)| (old, TypeId(new))).collect();
    let mut id = 0;
    api.types.retain(|_| {
        id += 1;
        used.contains(&TypeId(id - 1))
    });
    renumber(api, |id| index.get(&id).copied().unwrap_or(id));
    for webhook in &mut api.webhooks {
        webhook.payload = index[&webhook.payload];
    }
}

fn used(api: &Api) -> HashSet<TypeId> {
    let mut used = api.reachable(api.webhooks.iter().map(|webhook| webhook.payload));
    loop {
        let parent = |id: &TypeId| match &api.def(*id).naming {
            Naming::Inline { parent, .. } => Some(*parent),
            Naming::Root(_) | Naming::Component(_) => None,
        };
        let missing: Vec<TypeId> = used.iter().filter_map(parent).filter(|parent| !used.contains(parent)).collect();
        if missing.is_empty() {
            return used;
        }
        used.extend(api.reachable(missing));
    }
}
