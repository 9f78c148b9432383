//! Passes over finished definitions: equal inline types become one, and types that contain themselves are boxed.

use std::collections::{HashMap, HashSet};

use super::graph::components;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::ir::{Api, Field, Kind, Naming, Presence, Type, TypeDef, TypeId};

/// From how many members on an object stands for a thing of its own, whatever contains it.
const THING_MEMBERS: usize = 3;

/// Merges inline definitions of one proposed name and one shape, and drops what is then unused.
pub(super) fn merge_equal(api: &mut Api) {
    drop_unused(api);
    loop {
        let concepts = concepts(api, |_, def| is_thing(&def.kind));
        let mut first: HashMap<(&str, Decoding<'_>), TypeId> = HashMap::new();
        let mut replaced: HashMap<TypeId, TypeId> = HashMap::new();
        for (index, (def, concept)) in api.types.iter().zip(&concepts).enumerate() {
            if let Some(concept) = concept {
                let known = *first.entry((concept, Decoding::of(def))).or_insert(TypeId(index));
                if known != TypeId(index) {
                    replaced.insert(TypeId(index), known);
                }
            }
        }
        let parent = |id: TypeId| match &api.def(id).naming {
            Naming::Inline { parent, .. } => concepts[parent.0].clone().ok_or(*parent),
            Naming::Root(_) | Naming::Component(_) => Err(id),
        };
        let in_several: HashSet<TypeId> =
            replaced.iter().filter(|(id, known)| parent(**id) != parent(**known)).map(|(_, known)| *known).collect();
        if replaced.is_empty() {
            break;
        }
        for id in in_several {
            if let Naming::Inline { shared, .. } = &mut api.types[id.0].naming {
                *shared = true;
            }
        }
        replace(api, &|id| replaced.get(&id).copied().unwrap_or(id));
        // Children of equal parents are now children of one parent, and may be equal in turn.
        drop_unused(api);
    }
}

/// What inline definitions want to be called; none for those that are named otherwise.
///
/// A name of two words or more (`metadataTemplate`) is a name by itself. So is that of an object with several members
/// (`milestone`) right below a payload, or in several places. Any other (`type`) only means something after the name of
/// what contains it.
pub(crate) fn proposals(api: &Api) -> Vec<Option<String>> {
    concepts(api, |parent, def| {
        let shared = matches!(def.naming, Naming::Inline { shared: true, .. });
        is_thing(&def.kind) && (shared || matches!(api.def(parent).naming, Naming::Root(_)))
    })
}

/// Names of inline definitions, alone where they are of several words or `alone` says so, else after what contains them.
fn concepts(api: &Api, alone: impl Fn(TypeId, &TypeDef) -> bool) -> Vec<Option<String>> {
    let mut concepts: Vec<Option<String>> = Vec::new();
    for def in &api.types {
        concepts.push(match &def.naming {
            Naming::Inline { parent, hint, .. } if words(hint) > 1 || alone(*parent, def) => Some(hint.clone()),
            Naming::Inline { parent, hint, .. } => {
                // What contains a definition comes before it.
                let within = concepts.get(parent.0).cloned().flatten();
                Some(format!("{} {hint}", within.unwrap_or_else(|| format!("{}/", parent.0))))
            }
            Naming::Root(_) | Naming::Component(_) => None,
        });
    }
    concepts
}

fn is_thing(kind: &Kind) -> bool {
    matches!(kind, Kind::Struct(object) if object.fields.len() >= THING_MEMBERS)
}

/// How many words a name has.
pub(crate) fn words(name: &str) -> usize {
    heck::AsSnakeCase(name).to_string().split('_').filter(|word| !word.is_empty()).count()
}

/// All that decides how a definition decodes. Docs and places do not.
#[derive(PartialEq, Eq, Hash)]
enum Decoding<'a> {
    Struct(Vec<(&'a str, Presence, &'a Type)>, Option<&'a Type>),
    /// As it is shown.
    Other(String),
}

impl<'a> Decoding<'a> {
    fn of(def: &'a TypeDef) -> Self {
        match &def.kind {
            Kind::Struct(object) => {
                let field = |field: &'a Field| (field.wire.as_str(), field.presence, &field.ty);
                Self::Struct(object.fields.iter().map(field).collect(), object.rest.as_ref())
            }
            kind => Self::Other(format!("{kind:?}")),
        }
    }
}

fn replace(api: &mut Api, map: &dyn Fn(TypeId) -> TypeId) {
    for def in &mut api.types {
        if let Naming::Inline { parent, .. } = &mut def.naming {
            *parent = map(*parent);
        }
        for ty in types_mut(&mut def.kind) {
            rewrite(ty, map);
        }
    }
}

fn rewrite(ty: &mut Type, map: &dyn Fn(TypeId) -> TypeId) {
    match ty {
        Type::Named(id) | Type::Boxed(id) => *id = map(*id),
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::Deep(inner) => rewrite(inner, map),
        Type::Tuple(elements) => elements.iter_mut().for_each(|element| rewrite(element, map)),
        Type::Bool
        | Type::I32
        | Type::I64
        | Type::Integer
        | Type::Number
        | Type::String
        | Type::Text(_)
        | Type::Any => {}
    }
}

pub(super) fn types_mut(kind: &mut Kind) -> Vec<&mut Type> {
    match kind {
        Kind::Struct(object) => {
            object.fields.iter_mut().map(|field| &mut field.ty).chain(object.rest.as_mut()).collect()
        }
        Kind::Union(union) => union.variants.iter_mut().map(|variant| &mut variant.ty).collect(),
        Kind::Newtype(inner) => vec![inner],
        Kind::Enum(_) | Kind::Constant(_) | Kind::Pending => Vec::new(),
    }
}

/// The types that a definition is made of.
pub(crate) fn types(kind: &Kind) -> Vec<&Type> {
    match kind {
        Kind::Struct(object) => object.fields.iter().map(|field| &field.ty).chain(object.rest.as_ref()).collect(),
        Kind::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
        Kind::Newtype(inner) => vec![inner],
        Kind::Enum(_) | Kind::Constant(_) | Kind::Pending => Vec::new(),
    }
}

/// The definitions that a type names, at any depth.
pub(crate) fn named(ty: &Type) -> Vec<TypeId> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => vec![*id],
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::Deep(inner) => named(inner),
        Type::Tuple(elements) => elements.iter().flat_map(named).collect(),
        Type::Bool
        | Type::I32
        | Type::I64
        | Type::Integer
        | Type::Number
        | Type::String
        | Type::Text(_)
        | Type::Any => Vec::new(),
    }
}

fn drop_unused(api: &mut Api) {
    let mut used = reachable(api, api.webhooks.iter().map(|webhook| webhook.payload).collect());
    // A name may be made from the parent's, which then must stay.
    loop {
        let parent = |id: &TypeId| match &api.def(*id).naming {
            Naming::Inline { parent, .. } => Some(*parent),
            _ => None,
        };
        let missing: Vec<TypeId> = used.iter().filter_map(parent).filter(|parent| !used.contains(parent)).collect();
        if missing.is_empty() {
            break;
        }
        used.extend(reachable(api, missing));
    }
    let kept: Vec<TypeId> = (0..api.types.len()).map(TypeId).filter(|id| used.contains(id)).collect();
    let index: HashMap<TypeId, TypeId> = kept.into_iter().enumerate().map(|(new, old)| (old, TypeId(new))).collect();
    let mut id = 0;
    api.types.retain(|_| {
        id += 1;
        used.contains(&TypeId(id - 1))
    });
    replace(api, &|id| index.get(&id).copied().unwrap_or(id));
    for webhook in &mut api.webhooks {
        webhook.payload = index[&webhook.payload];
    }
}

/// The definitions that are needed for `from`, and those themselves.
pub(crate) fn reachable(api: &Api, from: Vec<TypeId>) -> HashSet<TypeId> {
    let mut seen = HashSet::new();
    let mut pending = from;
    while let Some(id) = pending.pop() {
        if seen.insert(id) {
            pending.extend(types(&api.def(id).kind).into_iter().flat_map(named));
        }
    }
    seen
}

/// Boxes every use of a definition within itself that no list or map separates from it.
pub(super) fn box_cycles(api: &mut Api) {
    let edges: Vec<Vec<usize>> =
        api.types.iter().map(|def| types(&def.kind).into_iter().flat_map(by_value).map(|id| id.0).collect()).collect();
    let component = components(&edges);
    for (owner, def) in api.types.iter_mut().enumerate() {
        for ty in types_mut(&mut def.kind) {
            box_uses(ty, &|target| component[target.0] == component[owner]);
        }
    }
}

/// Reports alternatives that lead back to what they are alternatives of before anything is read: decoding one would
/// never end.
pub(super) fn report_endless(api: &Api, diagnostics: &mut Diagnostics) {
    let without_reading = |def: &TypeDef| match &def.kind {
        Kind::Union(_) | Kind::Newtype(_) => types(&def.kind).into_iter().flat_map(by_value).map(|id| id.0).collect(),
        Kind::Struct(_) | Kind::Enum(_) | Kind::Constant(_) | Kind::Pending => Vec::new(),
    };
    let edges: Vec<Vec<usize>> = api.types.iter().map(without_reading).collect();
    let component = components(&edges);
    for (index, def) in api.types.iter().enumerate() {
        if edges[index].iter().any(|target| component[*target] == component[index]) {
            diagnostics.push(
                Diagnostic::new(Code::SchemaCycle, "a schema is one of its own alternatives")
                    .at(Place::Value(def.origin.clone()), "reached again through `oneOf` or `anyOf`")
                    .help("remove the alternative that leads back, in an overlay"),
            );
        }
    }
}

fn by_value(ty: &Type) -> Vec<TypeId> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => vec![*id],
        Type::Nullable(inner) => by_value(inner),
        Type::Tuple(elements) => elements.iter().flat_map(by_value).collect(),
        _ => Vec::new(),
    }
}

fn box_uses(ty: &mut Type, cyclic: &dyn Fn(TypeId) -> bool) {
    match ty {
        Type::Named(id) if cyclic(*id) => *ty = Type::Boxed(*id),
        Type::Nullable(inner) => box_uses(inner, cyclic),
        Type::Tuple(elements) => elements.iter_mut().for_each(|element| box_uses(element, cyclic)),
        _ => {}
    }
}
