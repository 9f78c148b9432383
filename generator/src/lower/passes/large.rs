//! Types that are too large for the stack.
//!
//! A value that is decoded, cloned or written is on the stack, several times in a build without optimization, and so is
//! everything around it. What is within itself, or within many others, is therefore small: where a struct is large, it is held
//! behind a pointer (`Deep`), and its codec never has it on the stack while what is within it is read.

use super::graph::components;
use crate::ir::{Api, Constant, Kind, Type};

/// The size of a struct, in bytes, from which on it is large if it is within itself.
const RECURSIVE: usize = 512;
/// The size from which on any struct is large.
const ANY: usize = 4096;
/// The stack, in bytes, that a struct may need together with what is within it.
const STACK: usize = 512 * 1024;
/// The size of a variant from which on its value is boxed, so that the other variants stay small. It is the default of clippy's
/// `large_enum_variant`.
const VARIANT: usize = 200;
/// How often a value is on the stack in a build without optimization.
const COPIES: usize = 8;

/// The sizes of a pointer, of one to a large struct, and of a string, a list or a map.
const POINTER: usize = 8;
const DEEP: usize = 2 * POINTER;
const TEXT: usize = 3 * POINTER;

/// Puts pointers to large structs, and boxes large variants.
pub(crate) fn point_to_large(api: &mut Api) {
    let edges: Vec<Vec<usize>> = api.types.iter().map(|def| def.kind.definitions().map(|id| id.0).collect()).collect();
    let component = components(&edges);
    let mut members = vec![0; api.types.len()];
    for &component in &component {
        members[component] += 1;
    }
    // What a definition is made of comes before it, also within a component: by value, there are no cycles.
    let by_value: Vec<Vec<usize>> = api.types.iter().map(|def| contained(&def.kind)).collect();
    let rank = components(&by_value);
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by_key(|&node| (component[node], rank[node]));

    let mut sizes = vec![0; api.types.len()];
    let mut stacks = vec![0; api.types.len()];
    for node in order {
        let is_recursive = members[component[node]] > 1 || edges[node].contains(&node);
        let kind = &mut api.types[node].kind;
        if is_recursive && let Kind::Union(union) = kind {
            // Each variant has its own place on the stack when a value is cloned.
            let variants = union.variants.iter().map(|variant| size(&variant.ty, &sizes));
            if variants.sum::<usize>() > RECURSIVE {
                union.variants.iter_mut().for_each(|variant| point(&mut variant.ty, |id| sizes[id] > TEXT));
            }
        }
        if let Kind::Union(union) = kind {
            for variant in &mut union.variants {
                if size(&variant.ty, &sizes) > VARIANT {
                    variant.ty.visit_by_value_mut(&mut |ty| match ty {
                        Type::Named(id) if sizes[id.0] > POINTER => *ty = Type::Boxed(*id),
                        _ => {}
                    });
                }
            }
        }
        let own = kind.types().into_iter().map(|ty| size(ty, &sizes));
        let own = match kind {
            Kind::Struct(_) => TEXT + own.sum::<usize>(),
            Kind::Union(_) => POINTER + own.max().unwrap_or(0).max(DEEP),
            Kind::Newtype(_) => own.sum(),
            Kind::Enum(_) => TEXT,
            Kind::Constant(_) => 0,
        };
        // What is within itself has been made small.
        let within = edges[node].iter().filter(|&&other| component[other] != component[node]);
        let within = within.map(|&other| stacks[other]).max().unwrap_or(0);
        let stack = if is_recursive { 0 } else { within + COPIES * own };
        if let Kind::Struct(object) = kind
            && (own > ANY || is_recursive && own > RECURSIVE || stack > STACK)
        {
            object.is_large = true;
            (sizes[node], stacks[node]) = (DEEP, within);
        } else {
            (sizes[node], stacks[node]) = (own, stack);
        }
    }

    let is_large: Vec<bool> =
        api.types.iter().map(|def| matches!(&def.kind, Kind::Struct(object) if object.is_large)).collect();
    for def in &mut api.types {
        def.kind.types_mut().into_iter().for_each(|ty| point(ty, |id| is_large[id]));
    }
}

/// Puts pointers to some of the definitions that a type names.
fn point(ty: &mut Type, is_large: impl Fn(usize) -> bool) {
    let mut pending = vec![ty];
    while let Some(ty) = pending.pop() {
        match ty {
            Type::Named(id) | Type::Boxed(id) if is_large(id.0) => *ty = Type::Deep(Box::new(Type::Named(*id))),
            // It is one already.
            Type::Deep(inner) if inner.definition().is_some() => {}
            ty => pending.extend(ty.children_mut()),
        }
    }
}

/// The definitions that one contains by value.
fn contained(kind: &Kind) -> Vec<usize> {
    let parts = kind.types().into_iter().flat_map(Type::walk_by_value);
    parts.filter_map(|ty| if let Type::Named(id) = ty { Some(id.0) } else { None }).collect()
}

/// The size of a type, in bytes, with those of the definitions. About: the compiler arranges fields.
fn size(ty: &Type, sizes: &[usize]) -> usize {
    let parts = ty.walk_by_value();
    parts
        .map(|ty| match ty {
            Type::Bool | Type::I32 | Type::Boxed(_) | Type::Constant(Constant::Bool(_)) => POINTER,
            Type::I64 | Type::Constant(_) | Type::Integer | Type::Number | Type::Any | Type::Deep(_) => DEEP,
            Type::String | Type::Text(_) | Type::List(_) | Type::Map(_) => TEXT,
            Type::Named(id) => sizes[id.0],
            Type::Null | Type::Tuple(_) | Type::Nullable(_) | Type::Implied(_) => 0,
        })
        .sum()
}
