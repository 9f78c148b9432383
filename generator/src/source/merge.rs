//! Merge keys: `<<: *base` gives an object the members of another one.
//!
//! They are of YAML 1.1. OpenAPI does not ask for them, but most readers of YAML apply them, so descriptions have them.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Object, Value};

/// The plain key that merges.
pub(super) const MERGE: &str = "<<";

/// The tree in which the objects with these [identities](crate::document::Origin::identity) have the members that their
/// merge keys name. An object's own members win over them, and earlier objects of a list over later ones. Nodes keep their
/// origins, which lead through the merge key.
///
/// # Errors
///
/// If a merge key does not name objects.
pub(super) fn merged(node: &Node, merging: &HashSet<usize>) -> Result<Node, Diagnostic> {
    let value = match node.value() {
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|element| merged(element, merging)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let merges = merging.contains(&node.origin().identity());
            let mut all = Object::new();
            for (name, member) in members.iter() {
                let member = merged(member, merging)?;
                if !(merges && &**name == MERGE) {
                    all.insert(name.clone(), member);
                    continue;
                }
                for (name, member) in bases(&member)?.into_iter().flatten() {
                    if !members.contains_key(name) && !all.contains_key(name) {
                        all.insert(name.clone(), member.clone());
                    }
                }
            }
            Value::Object(Box::new(all))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Ok(node.clone()),
    };
    Ok(Node::new(value, node.origin().clone()))
}

/// The objects that a merge key names.
fn bases(named: &Node) -> Result<Vec<&Object>, Diagnostic> {
    let object = |node: &Node| {
        let message = "a merge key must name an object or a list of objects";
        Diagnostic::new(Code::Unsupported, message).at(Place::Value(node.origin().clone()), "")
    };
    match named.as_array() {
        Some(several) => several.iter().map(|base| base.as_object().ok_or_else(|| object(base))).collect(),
        None => Ok(vec![named.as_object().ok_or_else(|| object(named))?]),
    }
}
