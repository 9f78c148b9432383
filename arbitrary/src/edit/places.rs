//! Where a description has what can be changed.

use serde_json::{Map, Value};

use crate::Dialect;

/// The places of all schemas that have a type, members, values, alternatives or a reference.
pub(super) fn schemas(spec: &Value) -> Vec<String> {
    let mut places = Vec::new();
    collect(spec, &mut String::new(), &mut places);
    places
}

fn collect(value: &Value, place: &mut String, places: &mut Vec<String>) {
    let length = place.len();
    match value {
        Value::Object(members) => {
            // The names of members may be the same as those of keywords.
            let is_map = place.ends_with("/properties") || place.ends_with("/example");
            if !is_map && has_shape(members) {
                places.push(place.clone());
            }
            for (name, value) in members {
                if is_map || !["example", "examples", "enum", "const", "default"].contains(&name.as_str()) {
                    place.push('/');
                    place.push_str(&escaped(name));
                    collect(value, place, places);
                    place.truncate(length);
                }
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                place.push_str(&format!("/{index}"));
                collect(value, place, places);
                place.truncate(length);
            }
        }
        _ => {}
    }
}

fn has_shape(members: &Map<String, Value>) -> bool {
    let shaping = ["type", "properties", "enum", "const", "oneOf", "anyOf", "allOf", "$ref"];
    shaping.into_iter().any(|keyword| match members.get(keyword) {
        Some(Value::Object(_)) => keyword == "properties",
        Some(Value::String(target)) if keyword == "$ref" => target.starts_with(COMPONENTS),
        Some(Value::Array(_) | Value::String(_)) => keyword != "properties" && keyword != "$ref",
        Some(_) => keyword == "const",
        None => false,
    })
}

/// What references to components begin with.
pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// The places of all operations of webhooks.
pub(super) fn operations(spec: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for map in ["/webhooks", "/x-webhooks", "/components/pathItems"] {
        for (name, item) in spec.pointer(map).and_then(Value::as_object).into_iter().flatten() {
            for method in ["post", "put"].into_iter().filter(|method| item[method].is_object()) {
                found.push(format!("{map}/{}/{method}", escaped(name)));
            }
        }
    }
    found
}

/// Where the webhooks are, if there are any.
pub(super) fn webhooks(spec: &Value) -> Option<&'static str> {
    ["/webhooks", "/x-webhooks"].into_iter().find(|map| !names(spec, map).is_empty())
}

/// The names of the members of an object; none if there is no such object.
pub(super) fn names(spec: &Value, place: &str) -> Vec<String> {
    let members = spec.pointer(place).and_then(Value::as_object);
    members.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The names of the declared members of a schema.
pub(super) fn properties(schema: &Map<String, Value>) -> Vec<String> {
    let members = schema.get("properties").and_then(Value::as_object);
    members.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The type of a schema, if it has one.
pub(super) fn kind(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// A list that is the value of a keyword, if it is not empty.
pub(super) fn list<'s>(schema: &'s Map<String, Value>, keyword: &str) -> Option<&'s Vec<Value>> {
    schema.get(keyword)?.as_array().filter(|list| !list.is_empty())
}

/// The only value of a schema.
pub(super) fn constant(schema: &Map<String, Value>) -> Option<&Value> {
    schema.get("const").or_else(|| match schema.get("enum")?.as_array()?.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

/// Makes a value the only one of a schema.
pub(super) fn make_constant(schema: &mut Map<String, Value>, value: Value, dialect: Dialect) {
    schema.remove("const");
    schema.remove("enum");
    match dialect {
        Dialect::V30 => schema.insert("enum".to_owned(), Value::Array(vec![value])),
        Dialect::V31 => schema.insert("const".to_owned(), value),
    };
}

/// A name as a step of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Renames a member of an object; `None` if there is none, or the other name is taken.
pub(super) fn rename(object: &mut Map<String, Value>, name: &str, to: &str) -> Option<()> {
    if object.contains_key(to) {
        return None;
    }
    let value = object.remove(name)?;
    object.insert(to.to_owned(), value);
    Some(())
}

/// Replaces a string wherever it is a value.
pub(super) fn replace_text(value: &mut Value, text: &str, with: &str) {
    match value {
        Value::String(own) if own == text => with.clone_into(own),
        Value::Array(elements) => elements.iter_mut().for_each(|value| replace_text(value, text, with)),
        Value::Object(members) => members.values_mut().for_each(|value| replace_text(value, text, with)),
        _ => {}
    }
}

/// Whether a member is required.
pub(super) fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    list(schema, "required").is_some_and(|names| names.iter().any(|other| other == name))
}

/// Makes a member required, or no longer required.
pub(super) fn require(schema: &mut Map<String, Value>, name: &str, required: bool) {
    let mut names = match schema.remove("required") {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    names.retain(|other| other != name);
    if required {
        names.push(name.into());
    }
    if !names.is_empty() {
        schema.insert("required".to_owned(), names.into());
    }
}

/// A name in another spelling: `created_at` and `createdAt`, or with another first letter.
pub(super) fn recased(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default();
    let rest: String = parts.map(capitalized).collect();
    if rest.is_empty() { capitalized(name) } else { format!("{first}{rest}") }
}

/// With its first letter in the other case.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| match first {
        'A'..='Z' => first.to_ascii_lowercase(),
        other => other.to_ascii_uppercase(),
    });
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::recased;

    #[test]
    fn names_have_another_spelling() {
        assert_eq!(recased("created_at"), "createdAt");
        assert_eq!(recased("note"), "Note");
        assert_eq!(recased("Note"), "note");
    }
}
