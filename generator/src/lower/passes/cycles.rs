//! Definitions that contain themselves.

use super::graph::components;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Api, Kind, Type, TypeDef};
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

/// Reports alternatives that contain what they are alternatives of before anything is read: decoding one would never end.
pub(crate) fn report_endless(cx: &Context<'_>, api: &Api) {
    let without_reading = |def: &TypeDef| match &def.kind {
        Kind::Union(_) | Kind::Newtype(_) => contained_by_value(def),
        Kind::Struct(_) | Kind::Enum(_) | Kind::Constant(_) => Vec::new(),
    };
    let edges: Vec<Vec<usize>> = api.types.iter().map(without_reading).collect();
    let component = components(&edges);
    for (index, def) in api.types.iter().enumerate() {
        if edges[index].iter().any(|target| component[*target] == component[index]) {
            cx.report(
                Diagnostic::new(Code::SchemaCycle, "a schema is one of its own alternatives")
                    .at(Place::Value(def.origin.clone()), "reached again through `oneOf` or `anyOf`")
                    .help("remove that alternative in an overlay"),
            );
        }
    }
}

/// The indexes of the definitions that a definition contains by value.
fn contained_by_value(def: &TypeDef) -> Vec<usize> {
    let types = def.kind.types();
    types.into_iter().flat_map(Type::walk_by_value).filter_map(Type::definition).map(|id| id.0).collect()
}
