//! Changes to the tree. Unchanged parts are shared between the old and the new tree.

use std::collections::HashSet;

use super::visits::TEXT;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Segment, Value, same};

/// The tree with the nodes at the paths changed, or removed where `change` returns `None`. The paths are sorted, each before
/// those below it. A parent is copied once for all its children; what `change` makes of a node is what those below it are
/// looked up in. The recursion is as deep as the paths are long. `None` if the root is removed.
pub(super) fn change<E>(
    node: &Node,
    paths: &[Vec<Segment>],
    mut change_one: impl FnMut(&Node) -> Result<Option<Node>, E>,
) -> Result<Option<Node>, E> {
    change_below(node, paths, 0, &mut change_one)
}

fn change_below<E>(
    node: &Node,
    mut paths: &[Vec<Segment>],
    depth: usize,
    change_one: &mut impl FnMut(&Node) -> Result<Option<Node>, E>,
) -> Result<Option<Node>, E> {
    let mut node = node.clone();
    if let Some((_, below)) = paths.split_first().filter(|(path, _)| path.len() == depth) {
        let Some(changed) = change_one(&node)? else { return Ok(None) };
        (node, paths) = (changed, below);
    }
    if paths.is_empty() {
        return Ok(Some(node));
    }
    let mut value = node.value().clone();
    let mut removed = HashSet::new();
    for group in paths.chunk_by(|one, other| one[depth] == other[depth]) {
        let segment = &group[0][depth];
        let Some(child) = node.child(segment) else { continue };
        match (change_below(child, group, depth + 1, change_one)?, &mut value, segment) {
            (None, _, _) => {
                removed.insert(segment);
            }
            (Some(child), Value::Object(members), Segment::Member(name)) => {
                members.insert(name.clone(), child);
            }
            (Some(child), Value::Array(elements), Segment::Element(index)) => elements[*index] = child,
            _ => {}
        }
    }
    if !removed.is_empty() {
        match &mut value {
            Value::Object(members) => members.retain(|name, _| !removed.contains(&Segment::Member(name.clone()))),
            Value::Array(elements) => {
                let mut index = 0..;
                elements.retain(|_| !index.next().is_some_and(|at| removed.contains(&Segment::Element(at))));
            }
            _ => {}
        }
    }
    Ok(Some(Node::new(value, node.origin().clone())))
}

/// How many children the parents have that `change` copies, each parent once.
pub(super) fn copied(root: &Node, paths: &[Vec<Segment>]) -> usize {
    let (mut copied, mut previous) = (0, None);
    for path in paths {
        let shared = previous.map_or(0, |previous: &Vec<Segment>| {
            1 + path.iter().zip(previous).take_while(|(one, other)| one == other).count()
        });
        let mut parent = Some(root);
        for (depth, segment) in path.iter().enumerate() {
            if depth >= shared {
                copied += parent.map_or(0, |parent| match parent.value() {
                    Value::Object(members) => members.len(),
                    Value::Array(elements) => elements.len(),
                    _ => 0,
                });
            }
            parent = parent.and_then(|parent| parent.child(segment));
        }
        previous = Some(path);
    }
    copied
}

/// What reading a value costs: a visit for each node, and more for long texts.
pub(super) fn cost(node: &Node) -> usize {
    let (mut cost, mut open) = (0, vec![node]);
    while let Some(node) = open.pop() {
        cost += 1 + node.as_str().map_or(0, |text| text.len() / TEXT);
        open.extend(node.children());
    }
    cost
}

/// How many nodes a value has, itself included.
pub(super) fn nodes(node: &Node) -> usize {
    let (mut nodes, mut open) = (0, vec![node]);
    while let Some(node) = open.pop() {
        nodes += 1;
        open.extend(node.children());
    }
    nodes
}

/// How many levels a node has below it.
pub(super) fn height(node: &Node) -> usize {
    let (mut height, mut open) = (0, vec![(node, 0)]);
    while let Some((node, level)) = open.pop() {
        height = height.max(level);
        open.extend(node.children().map(|node| (node, level + 1)));
    }
    height
}

/// How many nodes a merge adds to a node, and how many children it copies.
pub(super) fn growth(old: &Node, update: &Node) -> (usize, usize) {
    match (old.value(), update.value()) {
        (Value::Array(elements), Value::Array(appended)) => (appended.iter().map(nodes).sum(), elements.len()),
        (Value::Array(elements), _) => (nodes(update), elements.len()),
        (Value::Object(members), Value::Object(updates)) => {
            updates.iter().fold((0, members.len()), |(added, copied), (name, update)| match members.get(name) {
                Some(old) => {
                    let below = growth(old, update);
                    (added + below.0, copied + below.1)
                }
                None => (added + nodes(update), copied),
            })
        }
        _ => (0, 0),
    }
}

/// Merges a selected node with an update. An update that is not an array is appended to an array.
pub(super) fn merge(old: &Node, update: &Node, target: &Node) -> Result<Node, Diagnostic> {
    match (old.value(), update.value()) {
        (Value::Array(elements), appended) if !matches!(appended, Value::Array(_)) => {
            let elements = elements.iter().chain([update]).cloned().collect();
            Ok(Node::new(Value::Array(elements), old.origin().clone()))
        }
        _ => combine(old, update, target),
    }
}

/// How many visits it may take to detect an update that changes nothing.
const MAX_COMPARED: usize = 100_000;

/// Whether selected nodes already contain everything that an update would add, and how many visits it took to find out. For
/// an array it is enough that it has the elements. Arrays that are too long to compare count as different.
pub(super) fn say(nodes: &[Node], update: &Node) -> (bool, usize) {
    let mut compared = 0;
    let all = nodes.iter().all(|node| says(node, update, &mut compared));
    (all, compared)
}

fn says(old: &Node, update: &Node, compared: &mut usize) -> bool {
    if *compared > MAX_COMPARED {
        return false;
    }
    let has = |elements: &[Node], new: &Node, compared: &mut usize| {
        let cost = cost(new);
        elements.iter().any(|element| {
            *compared = compared.saturating_add(cost);
            *compared <= MAX_COMPARED && same(element, new)
        })
    };
    match (old.value(), update.value()) {
        (Value::Array(elements), Value::Array(appended)) => appended.iter().all(|new| has(elements, new, compared)),
        (Value::Array(elements), _) => has(elements, update, compared),
        (Value::Object(members), Value::Object(updates)) => updates.iter().all(|(name, update)| {
            // Only directly selected arrays take single elements.
            members.get(name).is_some_and(|old| {
                old.as_array().is_some() == update.as_array().is_some() && says(old, update, compared)
            })
        }),
        _ => {
            *compared = compared.saturating_add(cost(update));
            same(old, update)
        }
    }
}

/// Merges two values at the same place; they must have the same type. The depth of the update, which was read within the
/// limits, bounds the recursion.
fn combine(old: &Node, update: &Node, target: &Node) -> Result<Node, Diagnostic> {
    let value = match (old.value(), update.value()) {
        (Value::Object(members), Value::Object(updates)) => {
            let mut members = members.clone();
            for (name, update) in &**updates {
                let merged = match members.get(name) {
                    Some(old) => combine(old, update, target)?,
                    None => update.clone(),
                };
                members.insert(name.clone(), merged);
            }
            Value::Object(members)
        }
        (Value::Array(elements), Value::Array(appended)) => {
            Value::Array(elements.iter().chain(appended).cloned().collect())
        }
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
            let message = format!("cannot merge {} into {}", kind(update), kind(old));
            return Err(Diagnostic::new(Code::Overlay, message)
                .at(Place::Value(update.origin().clone()), "this is merged")
                .at(Place::Value(old.origin().clone()), "into this")
                .at(Place::Value(target.origin().clone()), "by this action")
                .help("to replace it, remove it in an earlier action"));
        }
        _ => return Ok(update.clone()),
    };
    Ok(Node::new(value, old.origin().clone()))
}

/// The type of a node, in words.
pub(super) fn kind(node: &Node) -> &'static str {
    match node.value() {
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        _ => "a single value",
    }
}
