//! Definitions without a finite value.

use super::graph::depth_first;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Api, Kind, Presence, Type, TypeDef, TypeId, Untyped, UntypedReason};
use crate::lower::context::Context;

/// Makes members optional that contain themselves through required members alone, so that each definition has a finite
/// value. Each is reported.
pub(crate) fn end_required(cx: &Context<'_>, api: &mut Api) {
    let Api { types: defs, untyped, .. } = api;
    let edges = endless(defs);
    let nodes: Vec<usize> = (0..defs.len()).collect();
    let (_, closing) = depth_first(&edges, &nodes, |_| true);
    for (index, targets) in edges.iter().enumerate() {
        for target in targets.iter().filter(|target| closing.contains(&(index, **target))) {
            make_optional(cx, &mut defs[index], *target, untyped);
        }
    }
}

/// For each definition without a finite value, the definitions without one that each of its values contains.
fn endless(defs: &[TypeDef]) -> Vec<Vec<usize>> {
    let needed: Vec<Vec<usize>> = defs.iter().map(needed).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); defs.len()];
    for (user, needed) in needed.iter().enumerate() {
        for target in needed {
            users[*target].push(user);
        }
    }
    // A definition is finite if all that it needs is.
    let mut open: Vec<usize> = needed.iter().map(Vec::len).collect();
    let mut finite: Vec<usize> = (0..defs.len()).filter(|def| open[*def] == 0).collect();
    while let Some(def) = finite.pop() {
        for user in &users[def] {
            open[*user] -= 1;
            if open[*user] == 0 {
                finite.push(*user);
            }
        }
    }
    let is_endless = |def: &usize| open[*def] > 0;
    let of = |(def, needed): (usize, Vec<usize>)| {
        if is_endless(&def) { needed.into_iter().filter(is_endless).collect() } else { Vec::new() }
    };
    needed.into_iter().enumerate().map(of).collect()
}

/// The definitions that each value of this one contains. A union also keeps values of no alternative.
fn needed(def: &TypeDef) -> Vec<usize> {
    let types: Vec<&Type> = match &def.kind {
        Kind::Struct(object) => {
            let required = object.fields.iter().filter(|field| field.presence == Presence::Required);
            required.map(|field| &field.ty).collect()
        }
        Kind::Newtype(inner) => vec![inner],
        Kind::Union(_) | Kind::Enum(_) | Kind::Constant(_) => Vec::new(),
    };
    types.into_iter().flat_map(inside).collect()
}

/// The definitions that each value of a type contains.
fn inside(ty: &Type) -> Vec<usize> {
    match ty {
        Type::Deep(inner) => inside(inner),
        Type::Tuple(elements) => elements.iter().flat_map(inside).collect(),
        _ => ty.definition().map(|TypeId(index)| index).into_iter().collect(),
    }
}

fn make_optional(cx: &Context<'_>, def: &mut TypeDef, target: usize, untyped: &mut Vec<Untyped>) {
    let report = |place: Place, problem: String, instead: &str, help: String| {
        cx.report(Diagnostic::new(Code::SchemaFault, problem).at(place, instead).help(help));
    };
    match &mut def.kind {
        Kind::Struct(object) => {
            let fields = object.fields.iter_mut().filter(|field| field.presence == Presence::Required);
            for field in fields.filter(|field| inside(&field.ty).contains(&target)) {
                field.presence = Presence::Optional;
                report(
                    Place::Name(field.origin.clone()),
                    format!("`{}` is required, but contains itself: no value is finite", field.wire),
                    "read as optional",
                    format!("remove `{}` from `required`", field.wire),
                );
            }
        }
        kind => {
            *kind = Kind::Newtype(Type::Any);
            let problem = "a tuple contains itself: no value is finite".to_owned();
            report(Place::Value(def.origin.clone()), problem, "kept untyped", "remove the inner reference".to_owned());
            let reason = UntypedReason::Inexpressible("a tuple contains itself".to_owned());
            untyped.push(Untyped { origin: def.origin.clone(), reason });
        }
    }
}
