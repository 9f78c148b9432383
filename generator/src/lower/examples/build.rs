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
