//! A JSON text within a document as a node.

use super::tree::{Node, Origin, Value};

/// The value of a JSON text, all of it with one origin; `None` if it is not JSON.
pub(crate) fn parsed_json(text: &str, origin: &Origin) -> Option<Node> {
    let value = serde_json::from_str(text).ok()?;
    Some(converted(value, origin))
}

fn converted(value: serde_json::Value, origin: &Origin) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(digits) => Value::Number(digits.to_string().into()),
        serde_json::Value::String(text) => Value::String(text.into()),
        serde_json::Value::Array(elements) => {
            Value::Array(elements.into_iter().map(|element| converted(element, origin)).collect())
        }
        serde_json::Value::Object(members) => {
            let members = members.into_iter().map(|(name, member)| (name.into(), converted(member, origin)));
            Value::Object(Box::new(members.collect()))
        }
    };
    Node::new(value, origin.clone())
}
