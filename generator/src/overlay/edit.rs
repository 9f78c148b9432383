//! Changes to the tree. Unchanged parts are shared between the old and the new tree.

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Segment, Value, same};
use crate::source::Limits;
use crate::source::limits::DEPTH;

/// The tree with another node at the path.
pub(super) fn replace(root: &Node, path: &[Segment], new: Node) -> Option<Node> {
    let mut parents = Vec::with_capacity(path.len());
    let mut at = root.clone();
    for segment in path {
        let next = at.child(segment)?.clone();
        parents.push(at);
        at = next;
    }
    let mut new = new;
    for (parent, segment) in parents.iter().zip(path).rev() {
        new = with(parent, segment, new);
    }
    Some(new)
}

/// The node with another child.
fn with(node: &Node, segment: &Segment, child: Node) -> Node {
    let mut value = node.value().clone();
    match (&mut value, segment) {
        (Value::Object(members), Segment::Member(name)) => {
            members.insert(name.clone(), child);
        }
        (Value::Array(elements), Segment::Element(index)) => {
            if let Some(element) = elements.get_mut(*index) {
                *element = child;
            }
        }
        _ => {}
    }
    Node::new(value, node.origin().clone())
}

/// The node without a child.
pub(super) fn without(node: &Node, segment: &Segment) -> Node {
    let mut value = node.value().clone();
    match (&mut value, segment) {
        (Value::Object(members), Segment::Member(name)) => {
            members.shift_remove(name);
        }
        (Value::Array(elements), Segment::Element(index)) if *index < elements.len() => {
            elements.remove(*index);
        }
        _ => {}
    }
    Node::new(value, node.origin().clone())
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

/// How many elements of arrays are compared to detect an update that changes nothing.
const MAX_COMPARED: usize = 100_000;

/// Whether selected nodes already contain everything that an update would add. For an array it is enough that it has the
/// elements. Arrays that are too long to compare count as different.
pub(super) fn say(nodes: &[Node], update: &Node) -> bool {
    let mut compared = 0;
    nodes.iter().all(|node| says(node, update, &mut compared))
}

fn says(old: &Node, update: &Node, compared: &mut usize) -> bool {
    let mut has = |elements: &[Node], new: &Node| {
        elements.iter().any(|element| {
            *compared += 1;
            *compared <= MAX_COMPARED && same(element, new)
        })
    };
    match (old.value(), update.value()) {
        (Value::Array(elements), Value::Array(appended)) => appended.iter().all(|new| has(elements, new)),
        (Value::Array(elements), _) => has(elements, update),
        (Value::Object(members), Value::Object(updates)) => updates.iter().all(|(name, update)| {
            // Only directly selected arrays take single elements.
            members.get(name).is_some_and(|old| {
                old.as_array().is_some() == update.as_array().is_some() && says(old, update, compared)
            })
        }),
        _ => same(old, update),
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

/// Refuses a tree that has outgrown the limits of documents.
pub(super) fn check_size(root: &Node, target: &Node, limits: &Limits) -> Result<(), Diagnostic> {
    let refuse = |message: String| {
        Err(Diagnostic::new(Code::Limit, message).at(Place::Value(target.origin().clone()), "by this action"))
    };
    let mut nodes = 0;
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        nodes += 1;
        if nodes > limits.nodes {
            return refuse(format!("the description grows beyond {} nodes", limits.nodes));
        }
        if depth > DEPTH {
            return refuse(format!("the description grows deeper than {DEPTH} levels"));
        }
        open.extend(node.children().map(|node| (node, depth + 1)));
    }
    Ok(())
}
