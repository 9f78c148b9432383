//! Definitions that contain themselves.

use super::graph::{components, depth_first};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Api, Kind, Select, Type, TypeDef, TypeId, Untyped, UntypedReason};
use crate::lower::context::Context;

/// Boxes every use of a definition within itself, unless a list or map separates them.
pub(crate) fn box_cycles(api: &mut Api) {
    let edges: Vec<Vec<usize>> = api.types.iter().map(contained_by_value).collect();
    let component = components(&edges);
    for (owner, def) in api.types.iter_mut().enumerate() {
        for ty in def.kind.types_mut() {
            ty.visit_by_value_mut(&mut |ty| match ty {
                Type::Named(id) if component[id.0] == component[owner] => *ty = Type::Boxed(*id),
                _ => {}
            });
        }
    }
}

/// How many alternatives may be inside each other before anything is read: decoding needs stack for each.
const MAX_ALTERNATIVES: usize = 64;

/// Drops alternatives that lead back to what they are alternatives of before anything is read:
/// decoding one would never end. Reports them, and those that are too many inside each other.
pub(crate) fn cut_endless(cx: &Context<'_>, api: &mut Api) {
    let edges: Vec<Vec<usize>> = api.types.iter().map(without_reading).collect();
    let nodes: Vec<usize> = (0..edges.len()).collect();
    let (order, closing) = depth_first(&edges, &nodes, |_| true);
    for (owner, targets) in edges.iter().enumerate() {
        if targets.iter().any(|target| closing.contains(&(owner, *target))) {
            let origin = api.types[owner].origin.clone();
            let is_direct = targets.iter().all(|target| *target == owner || !closing.contains(&(owner, *target)));
            let help = if is_direct {
                "remove that alternative in an overlay: it adds no values"
            } else {
                "list the alternatives of the other schema here in an overlay: their values do not have their types here"
            };
            cx.report(
                Diagnostic::new(Code::SchemaFault, "a schema is one of its own alternatives")
                    .at(Place::Value(origin), "reached again through `oneOf` or `anyOf`; that alternative is left out")
                    .help(help),
            );
            drop_alternatives(api, owner, |ty| unread(ty).is_some_and(|id| closing.contains(&(owner, id.0))));
        }
    }
    let mut heights = vec![0; edges.len()];
    for node in order {
        let below = edges[node].iter().filter(|target| !closing.contains(&(node, **target)));
        heights[node] = below.map(|target| heights[*target] + 1).max().unwrap_or(0);
        if heights[node] == MAX_ALTERNATIVES {
            let message = format!("alternatives are inside alternatives through {MAX_ALTERNATIVES} levels or more");
            let place = Place::Value(api.types[node].origin.clone());
            cx.report(Diagnostic::new(Code::Limit, message).at(place, "the first of these levels"));
        }
    }
}

/// Drops alternatives of a union. What has none left may have any value.
fn drop_alternatives(api: &mut Api, owner: usize, is_dropped: impl Fn(&Type) -> bool) {
    let TypeDef { kind, origin, .. } = &mut api.types[owner];
    if let Kind::Union(union) = kind {
        if let Select::Tag { default, .. } = &mut union.select {
            let before =
                |index: usize| union.variants[..index].iter().filter(|variant| is_dropped(&variant.ty)).count();
            *default =
                default.filter(|index| !is_dropped(&union.variants[*index].ty)).map(|index| index - before(index));
        }
        union.variants.retain(|variant| !is_dropped(&variant.ty));
        if !union.variants.is_empty() {
            return;
        }
    }
    *kind = Kind::Newtype(Type::Any);
    let reason = UntypedReason::Inexpressible("a schema is its own only alternative".to_owned());
    api.untyped.push(Untyped { origin: origin.clone(), reason });
}

/// The definitions that decoding a definition passes to before it reads anything.
fn without_reading(def: &TypeDef) -> Vec<usize> {
    match &def.kind {
        Kind::Union(_) | Kind::Newtype(_) => def.kind.types().into_iter().filter_map(unread).map(|id| id.0).collect(),
        Kind::Struct(_) | Kind::Enum(_) | Kind::Constant(_) => Vec::new(),
    }
}

/// The definition that a type is, or is unless it is null.
fn unread(mut ty: &Type) -> Option<TypeId> {
    while let Type::Nullable(inner) | Type::Deep(inner) = ty {
        ty = inner;
    }
    ty.definition()
}

/// The indexes of the definitions that a definition contains by value.
fn contained_by_value(def: &TypeDef) -> Vec<usize> {
    let types = def.kind.types();
    types.into_iter().flat_map(Type::walk_by_value).filter_map(Type::definition).map(|id| id.0).collect()
}
