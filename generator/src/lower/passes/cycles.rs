//! Definitions that contain themselves.

use super::graph::components;
use crate::ir::{Api, Type, TypeDef};

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

/// The indexes of the definitions that a definition contains by value.
fn contained_by_value(def: &TypeDef) -> Vec<usize> {
    let types = def.kind.types();
    types.into_iter().flat_map(Type::walk_by_value).filter_map(Type::definition).map(|id| id.0).collect()
}
