//! Types that nest too deep for the compiler.
//!
//! Whether a type may go to another thread is found out by looking into all that it is made of, down to a depth of 128
//! (`recursion_limit`), also in the crates that use ours. Where definitions contain each other in long chains, some of
//! them are held behind a pointer that answers the question by itself (`Deep`).

use super::graph::{components, depth_first};
use crate::ir::{Api, Type};

/// How many levels the compiler looks down for a definition, an option, and a list or map.
const DEFINITION: usize = 1;
const OPTION: usize = 1;
const LIST: usize = 5;

/// How many levels may lie between two pointers; the others are for what users build around.
const MAX_LEVELS: usize = 50;

/// Puts pointers into chains that are too long.
pub(crate) fn cut_chains(api: &mut Api) {
    let edges: Vec<Vec<usize>> = api.types.iter().map(|def| def.kind.definitions().map(|id| id.0).collect()).collect();
    let component = components(&edges);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); component.iter().max().map_or(0, |last| last + 1)];
    for (node, &component) in component.iter().enumerate() {
        members[component].push(node);
    }
    // How many levels are below a definition, itself included. Components are numbered from the leaves up.
    let mut levels = vec![0; edges.len()];
    for nodes in members {
        let inside = |target: usize| component[target] == component[nodes[0]];
        let around: usize = nodes.iter().map(|&node| within(api, node, inside)).sum();
        if around <= MAX_LEVELS / 2 {
            // A small circle is gone round once, wherever it is entered.
            let below = nodes.iter().map(|&node| cut(api, node, &levels, inside, |_| false)).max().unwrap_or(0);
            for node in nodes {
                levels[node] = around + below;
            }
        } else {
            // A large one is cut open where it closes.
            let (order, closing) = depth_first(&edges, &nodes, inside);
            for node in order {
                let closes = |target: usize| closing.contains(&(node, target));
                levels[node] = DEFINITION + cut(api, node, &levels, |_| false, closes);
            }
        }
    }
}

/// Cuts what a definition is made of where it closes a circle or is too deep, and says how many levels the rest has.
fn cut(
    api: &mut Api,
    node: usize,
    levels: &[usize],
    passed: impl Fn(usize) -> bool,
    closes: impl Fn(usize) -> bool,
) -> usize {
    let mut below = 0;
    for ty in api.types[node].kind.types_mut() {
        let reached: Vec<usize> = ty.definitions().map(|id| id.0).collect();
        let depth = reached.iter().filter(|&&target| !passed(target)).map(|&target| weight(ty) + levels[target]).max();
        let depth = depth.unwrap_or(0);
        if depth > MAX_LEVELS || reached.iter().any(|&target| closes(target)) {
            // One pointer is enough.
            let inner = match std::mem::replace(ty, Type::Any) {
                Type::Boxed(id) => Type::Named(id),
                inner => inner,
            };
            *ty = Type::Deep(Box::new(inner));
        } else {
            below = below.max(depth);
        }
    }
    below
}

/// The levels of a definition's own parts that lead on to where `inside` says.
fn within(api: &Api, node: usize, inside: impl Fn(usize) -> bool) -> usize {
    let parts = api.types[node].kind.types();
    let costs = parts.into_iter().filter(|ty| ty.definitions().any(|id| inside(id.0))).map(weight);
    DEFINITION + costs.max().unwrap_or(0)
}

/// The levels around the definitions that a type names.
fn weight(ty: &Type) -> usize {
    let own = match ty {
        Type::List(_) | Type::Map(_) => LIST,
        // A box, and the option that the member may be in: its presence is not known here.
        Type::Boxed(_) => OPTION + OPTION,
        _ => OPTION,
    };
    own + ty.children().iter().map(weight).max().unwrap_or(0)
}
