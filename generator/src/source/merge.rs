//! Merge keys: `<<: *base` gives an object the members of another one.
//!
//! They are of YAML 1.1. OpenAPI does not ask for them, but most readers of YAML apply them, so descriptions have them.

use std::slice;

use super::repeated::Repeated;
use crate::document::{Node, Object, Origin, Value};

/// The tree in which objects have the members that their merge keys name. An object's own members win over them, and earlier
/// objects of a list over later ones; several merge keys are like one with a list. Nodes keep their origins, which lead
/// through the merge key.
///
/// # Errors
///
/// The origin of what a merge key names that is not an object.
pub(super) fn merged(node: &Node, repeated: &Repeated) -> Result<Node, Origin> {
    let value = match node.value() {
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|element| merged(element, repeated)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut all = Object::new();
            for (name, member) in members.iter() {
                let member = merged(member, repeated)?;
                let Some(named) = member.as_array().filter(|_| repeated.is_merge(node.origin(), name)) else {
                    all.insert(name.clone(), member);
                    continue;
                };
                for (name, member) in bases(named)?.into_iter().flatten() {
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

/// The objects that merge keys name, each one or a list of them.
fn bases(named: &[Node]) -> Result<Vec<&Object>, Origin> {
    let each = named.iter().flat_map(|value| value.as_array().unwrap_or(slice::from_ref(value)));
    each.map(|node| node.as_object().ok_or_else(|| node.origin().clone())).collect()
}
