//! Members that stay optional although the configuration requires them.

use std::collections::HashSet;

use super::{Applied, Corrections, Rule};
use crate::diagnostics::{Code, Diagnostic};
use crate::ir::{Api, Kind, Presence, Struct, Type, TypeId};
use crate::lower::context::Context;
use crate::normalize::EACH;

/// Reports the members that are not required in the types of these payloads, one for each route.
pub(super) fn report(corrections: &Corrections<'_>, cx: &Context<'_>, api: &Api, payloads: &[TypeId]) {
    let required = corrections.applied.iter().filter(|applied| applied.entry.rule == Rule::Required);
    for Applied { entry, route, .. } in required {
        let types =
            entry.parents().iter().fold(vec![Type::Named(payloads[*route])], |types, name| below(api, &types, name));
        let name = entry.names.last();
        let fields = structs(api, &types).into_iter().flat_map(|object| &object.fields);
        let mut presences = fields.filter(|field| Some(&field.wire) == name).map(|field| field.presence).peekable();
        let why = if presences.peek().is_none() {
            "its object has no type"
        } else if presences.all(|presence| matches!(presence, Presence::Required | Presence::Nullable)) {
            continue;
        } else {
            "not all alternatives of its object have it"
        };
        let message = format!("`{}` of `{}` is not required", entry.pointer, entry.event_type);
        cx.report(Diagnostic::new(Code::ConfigUnused, message).at(entry.place.clone(), why));
    }
}

/// The types of a member, or of each element or value.
fn below(api: &Api, types: &[Type], name: &str) -> Vec<Type> {
    let mut found = Vec::new();
    for object in structs(api, types) {
        found.extend(object.fields.iter().filter(|field| field.wire == name).map(|field| field.ty.clone()));
        found.extend(object.rest.iter().filter(|_| name == EACH).cloned());
    }
    if name == EACH {
        for ty in expanded(api, types) {
            match ty {
                Type::List(element) | Type::Map(element) => found.push((*element).clone()),
                Type::Tuple(elements) => found.extend(elements),
                _ => {}
            }
        }
    }
    found
}

fn structs<'a>(api: &'a Api, types: &[Type]) -> Vec<&'a Struct> {
    let of = |ty| match ty {
        Type::Named(id) => match &api.def(id).kind {
            Kind::Struct(object) => Some(object),
            _ => None,
        },
        _ => None,
    };
    expanded(api, types).into_iter().filter_map(of).collect()
}

/// The types that a value of one of these may be, without wrappers.
fn expanded(api: &Api, types: &[Type]) -> Vec<Type> {
    let mut pending = types.to_vec();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some(ty) = pending.pop() {
        match ty {
            Type::Nullable(inner) | Type::Implied(inner) | Type::Deep(inner) => pending.push(*inner),
            Type::Named(id) | Type::Boxed(id) if seen.insert(id) => match &api.def(id).kind {
                Kind::Newtype(inner) => pending.push(inner.clone()),
                Kind::Union(union) => pending.extend(union.variants.iter().map(|variant| variant.ty.clone())),
                Kind::Struct(_) => found.push(Type::Named(id)),
                Kind::Enum(_) | Kind::Constant(_) => {}
            },
            Type::Named(_) | Type::Boxed(_) => {}
            other => found.push(other),
        }
    }
    found
}
