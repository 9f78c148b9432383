//! Values of members in the examples of payloads.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use crate::ir::{Api, Kind, Type, TypeId};

/// Longer values are left out.
const MAX_CHARS: usize = 60;

/// For each struct and index of a field, the first value in an example that says something: a number or a string that is
/// not empty.
#[derive(Default)]
pub(in crate::emit) struct Values(HashMap<(TypeId, usize), String>);

impl Values {
    /// The values in the examples of all webhooks.
    pub(in crate::emit) fn of(api: &Api) -> Self {
        let mut values = Self::default();
        for webhook in &api.webhooks {
            let examples = webhook.examples.iter().filter_map(|example| serde_json::from_str(&example.json).ok());
            examples.for_each(|example| values.add_definition(api, webhook.payload, &example));
        }
        values
    }

    /// The JSON text of the value of a field.
    pub(super) fn get(&self, id: TypeId, field: usize) -> Option<&str> {
        self.0.get(&(id, field)).map(String::as_str)
    }

    fn add_definition(&mut self, api: &Api, id: TypeId, value: &Value) {
        match &api.def(id).kind {
            Kind::Struct(object) => {
                for (index, field) in object.fields.iter().enumerate() {
                    let Some(member) = value.get(&field.wire) else { continue };
                    if let Entry::Vacant(entry) = self.0.entry((id, index))
                        && let Some(text) = telling(member)
                    {
                        entry.insert(text);
                    }
                    self.add_type(api, &field.ty, member);
                }
            }
            Kind::Newtype(inner) => self.add_type(api, inner, value),
            Kind::Union(_) | Kind::Enum(_) | Kind::Constant(_) => {}
        }
    }

    fn add_type(&mut self, api: &Api, ty: &Type, value: &Value) {
        if let Some(id) = ty.definition() {
            return self.add_definition(api, id, value);
        }
        let inner: Vec<&Value> = match (ty, value) {
            (Type::Map(_), Value::Object(members)) => members.values().take(1).collect(),
            (Type::List(_) | Type::Tuple(_), Value::Array(elements)) => elements.iter().collect(),
            _ => vec![value],
        };
        ty.children().iter().zip(inner).for_each(|(ty, value)| self.add_type(api, ty, value));
    }
}

/// The JSON text of a value that is useful in docs.
fn telling(value: &Value) -> Option<String> {
    let says = match value {
        Value::String(text) => !text.is_empty() && text != "string",
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => false,
    };
    says.then(|| value.to_string()).filter(|text| text.chars().count() <= MAX_CHARS)
}
