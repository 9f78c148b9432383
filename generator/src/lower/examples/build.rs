//! Nodes of payloads that the description does not contain as they are.

use crate::document::{Node, Object, Origin, Value};

pub(super) fn object(members: Object, origin: &Origin) -> Node {
    Node::new(Value::Object(Box::new(members)), origin.clone())
}

pub(super) fn empty(origin: &Origin) -> Node {
    object(Object::new(), origin)
}

pub(super) fn array(elements: Vec<Node>, origin: &Origin) -> Node {
    Node::new(Value::Array(elements), origin.clone())
}

pub(super) fn text(text: &str, origin: &Origin) -> Node {
    Node::new(Value::String(text.into()), origin.clone())
}

pub(super) fn zero(origin: &Origin) -> Node {
    Node::new(Value::Number("0".into()), origin.clone())
}

pub(super) fn number(digits: &str, origin: &Origin) -> Node {
    Node::new(Value::Number(digits.into()), origin.clone())
}

pub(super) fn bool(value: bool, origin: &Origin) -> Node {
    Node::new(Value::Bool(value), origin.clone())
}

pub(super) fn null(origin: &Origin) -> Node {
    Node::new(Value::Null, origin.clone())
}

/// A value like another one, of the same type.
pub(super) fn varied(value: &Node, number: usize) -> Node {
    let origin = value.origin();
    match value.value() {
        Value::String(known) => text(&format!("{known}{number}"), origin),
        Value::Number(digits) => {
            let sum = digits.parse::<i64>().ok().zip(i64::try_from(number).ok()).and_then(|(a, b)| a.checked_add(b));
            sum.map_or_else(|| value.clone(), |sum| self::number(&sum.to_string(), origin))
        }
        Value::Bool(known) => bool(!known, origin),
        Value::Object(members) => {
            let mut members = (**members).clone();
            let text = members.iter().find(|(_, member)| matches!(member.value(), Value::String(_) | Value::Number(_)));
            if let Some((name, member)) = text.map(|(name, member)| (name.clone(), varied(member, number))) {
                members.insert(name, member);
            }
            object(members, origin)
        }
        Value::Null | Value::Array(_) => value.clone(),
    }
}
