//! Unions that are their own alternatives.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::graph::{components, depth_first};
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Api, Kind, Select, Type, TypeDef, TypeId, Union, Untyped, UntypedReason, Variant};
use crate::lower::context::Context;

/// How many alternatives may be inside each other before anything is read: decoding needs stack for each.
const MAX_ALTERNATIVES: usize = 64;

/// Replaces alternatives that lead back to what they are alternatives of before anything is read: decoding one would never
/// end. Reports them, and those that are too many inside each other.
pub(crate) fn cut_endless(cx: &Context<'_>, api: &mut Api) {
    let edges: Vec<Vec<usize>> = api.types.iter().map(without_reading).collect();
    let nodes: Vec<usize> = (0..edges.len()).collect();
    let (order, closing) = depth_first(&edges, &nodes, |_| true);
    if closing.is_empty() {
        report_height(cx, api, &edges, &order);
        return;
    }
    let outcomes = replace(cx, api, &edges, &order, &closing);
    for owner in nodes {
        if let Some(outcome) = outcomes.get(&owner) {
            report(cx, &api.types[owner], *outcome);
        }
    }
    if !cx.is_exceeded() {
        let edges: Vec<Vec<usize>> = api.types.iter().map(without_reading).collect();
        let nodes: Vec<usize> = (0..edges.len()).collect();
        let (order, _) = depth_first(&edges, &nodes, |_| true);
        report_height(cx, api, &edges, &order);
    }
}

/// What became of an alternative that leads back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It added no values.
    Needless,
    /// The alternatives that it leads to are in its place.
    Replaced,
    /// Its values do not have their types.
    Lost,
}

/// Drops the alternatives that lead back. Unions that contain each other have the same values, so each needs the alternatives
/// of all.
fn replace(
    cx: &Context<'_>,
    api: &mut Api,
    edges: &[Vec<usize>],
    order: &[usize],
    closing: &HashSet<(usize, usize)>,
) -> HashMap<usize, Outcome> {
    let component = components(edges);
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(owner, _) in closing {
        members.entry(component[owner]).or_default();
    }
    for (node, component) in component.iter().enumerate() {
        if let Some(members) = members.get_mut(component) {
            members.push(node);
        }
    }
    // The alternatives of each that lead out of its component.
    let leaves: HashMap<usize, Vec<Variant>> =
        members.values().flatten().map(|node| (*node, leaves(&api.types[*node], &component, *node))).collect();
    // The definitions whose leaves one reads, itself or through its alternatives.
    let mut read: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    let mut outcomes = HashMap::new();
    for &node in order {
        let Some(members) = members.get(&component[node]) else { continue };
        if cx.is_exceeded() {
            break;
        }
        let is_kept = |target: &&usize| component[**target] == component[node] && !closing.contains(&(node, **target));
        let mut reads = BTreeSet::from([node]);
        for target in edges[node].iter().filter(is_kept) {
            reads.extend(read.get(target).into_iter().flatten());
        }
        cx.spend(Resource::MergedMembers, reads.len(), &api.types[node].origin);
        if edges[node].iter().any(|target| closing.contains(&(node, *target))) {
            let missing: Vec<usize> = members.iter().filter(|member| !reads.contains(member)).copied().collect();
            let added = || missing.iter().flat_map(|member| &leaves[member]);
            let is_by_members = |member: &usize| is_by_members(&api.types[*member]);
            let outcome = if added().next().is_none() {
                Outcome::Needless
            } else if members.iter().all(is_by_members) {
                Outcome::Replaced
            } else {
                Outcome::Lost
            };
            let added = if outcome == Outcome::Replaced {
                cx.spend(Resource::MergedMembers, missing.len() + added().count(), &api.types[node].origin);
                let added = added().cloned().collect();
                reads.extend(missing);
                added
            } else {
                Vec::new()
            };
            let is_dropped = |ty: &Type| unread(ty).is_some_and(|id| closing.contains(&(node, id.0)));
            replace_alternatives(api, node, is_dropped, added);
            outcomes.insert(node, outcome);
        }
        read.insert(node, reads);
    }
    outcomes
}

/// The alternatives of a definition that lead out of its component.
fn leaves(def: &TypeDef, component: &[usize], node: usize) -> Vec<Variant> {
    let Kind::Union(union) = &def.kind else { return Vec::new() };
    let leads_out = |variant: &&Variant| unread(&variant.ty).is_none_or(|id| component[id.0] != component[node]);
    union.variants.iter().filter(leads_out).cloned().collect()
}

/// Whether a definition is a union that any value can select an alternative of.
fn is_by_members(def: &TypeDef) -> bool {
    matches!(&def.kind, Kind::Union(Union { select: Select::Shape, .. }))
}

fn report(cx: &Context<'_>, def: &TypeDef, outcome: Outcome) {
    let (label, help) = match outcome {
        Outcome::Needless => {
            ("that alternative is left out", "remove that alternative in an overlay: it adds no values")
        }
        Outcome::Replaced => (
            "the alternatives of the other schema are in its place",
            "list the alternatives of the other schema here in an overlay, instead of the schema",
        ),
        Outcome::Lost => (
            "that alternative is left out",
            "list the alternatives of the other schema here in an overlay: their values do not have their types here",
        ),
    };
    cx.report(
        Diagnostic::new(Code::SchemaFault, "a schema is one of its own alternatives")
            .at(Place::Value(def.origin.clone()), format!("reached again through `oneOf` or `anyOf`; {label}"))
            .help(help),
    );
}

/// Reports alternatives that are too many inside each other. `order` has those inside first.
fn report_height(cx: &Context<'_>, api: &Api, edges: &[Vec<usize>], order: &[usize]) {
    let mut heights = vec![0; edges.len()];
    for &node in order {
        heights[node] = edges[node].iter().map(|target| heights[*target] + 1).max().unwrap_or(0);
        if heights[node] == MAX_ALTERNATIVES {
            let message = format!("alternatives are inside alternatives through {MAX_ALTERNATIVES} levels or more");
            let place = Place::Value(api.types[node].origin.clone());
            cx.report(Diagnostic::new(Code::Limit, message).at(place, "the first of these levels"));
        }
    }
}

/// Replaces alternatives of a union. What has none left may have any value.
fn replace_alternatives(api: &mut Api, owner: usize, is_dropped: impl Fn(&Type) -> bool, added: Vec<Variant>) {
    let TypeDef { kind, origin, .. } = &mut api.types[owner];
    if let Kind::Union(union) = kind {
        if let Select::Tag { default, .. } = &mut union.select {
            let before =
                |index: usize| union.variants[..index].iter().filter(|variant| is_dropped(&variant.ty)).count();
            *default =
                default.filter(|index| !is_dropped(&union.variants[*index].ty)).map(|index| index - before(index));
        }
        let is_nullable = |variant: &Variant| matches!(variant.ty, Type::Nullable(_));
        let had_null = union.variants.iter().any(|variant| is_dropped(&variant.ty) && is_nullable(variant));
        union.variants.retain(|variant| !is_dropped(&variant.ty));
        union.variants.extend(added);
        if union.select == Select::Shape {
            // Any string is a plain one.
            union.variants.sort_by_key(|variant| variant.ty == Type::String);
        }
        if had_null
            && !union.variants.iter().any(is_nullable)
            && let Some(first) = union.variants.first_mut()
        {
            first.ty = Type::Nullable(Box::new(first.ty.clone()));
        }
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
