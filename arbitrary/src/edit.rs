//! Changes of a description.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::{Choices, Dialect, Schemas, Taste, words};

/// A change of a description. Places are JSON pointers.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds a member to an object: a webhook, a component, or a keyword.
    Add {
        /// The object.
        object: String,
        /// The name of the member.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Removes a member of an object: a webhook, a component, or a keyword.
    Remove {
        /// The object.
        object: String,
        /// The name of the member.
        name: String,
    },
    /// Renames a member of an object, and references to it: a webhook or a component.
    Rename {
        /// The object.
        object: String,
        /// The name of the member.
        name: String,
        /// The other name.
        to: String,
    },
    /// Declares a member in a schema.
    AddProperty {
        /// The schema.
        schema: String,
        /// The name of the member.
        name: String,
        /// Its schema.
        value: Value,
        /// Whether it is required.
        required: bool,
    },
    /// Removes the declaration of a member.
    RemoveProperty {
        /// The schema.
        schema: String,
        /// The name of the member.
        name: String,
    },
    /// Renames a member.
    RenameProperty {
        /// The schema.
        schema: String,
        /// The name of the member.
        name: String,
        /// The other name.
        to: String,
    },
    /// Makes a member required, or no longer required.
    Require {
        /// The schema.
        schema: String,
        /// The name of the member.
        name: String,
        /// Whether it is required.
        required: bool,
    },
    /// Replaces a value: another type, format, constant, text or schema.
    Replace {
        /// The place of the value.
        place: String,
        /// The new one.
        value: Value,
    },
    /// Appends an element to a list: a value, or an alternative.
    Append {
        /// The list.
        list: String,
        /// The element.
        value: Value,
    },
    /// Removes an element of a list.
    Drop {
        /// The list.
        list: String,
        /// The index of the element.
        index: usize,
    },
    /// Moves the first elements of a list to its end.
    Reorder {
        /// The list.
        list: String,
        /// How many.
        count: usize,
    },
}

/// Changes that apply to this description one after the other.
pub fn edits(choices: &mut Choices<'_>, spec: &Value, count: usize) -> Vec<Edit> {
    let mut spec = spec.clone();
    let mut edits = Vec::new();
    for _ in 0..count {
        let edit = edit(choices, &spec);
        if let Some(edit) = edit
            && edit.apply(&mut spec)
        {
            edits.push(edit);
        }
    }
    edits
}

impl Edit {
    /// Changes the description; false if the place is not there.
    pub fn apply(&self, spec: &mut Value) -> bool {
        self.applied(spec).is_some()
    }

    fn applied(&self, spec: &mut Value) -> Option<()> {
        match self {
            Self::Add { object, name, value } => {
                spec.pointer_mut(object)?.as_object_mut()?.insert(name.clone(), value.clone());
            }
            Self::Remove { object, name } => drop(spec.pointer_mut(object)?.as_object_mut()?.remove(name)?),
            Self::Rename { object, name, to } => {
                rename(spec.pointer_mut(object)?, name, to)?;
                let target = |name: &str| format!("#{object}/{}", escaped(name).replace('%', "%25"));
                replace_text(spec, &target(name), &target(to));
            }
            Self::AddProperty { schema, name, value, required } => {
                let schema = spec.pointer_mut(schema)?.as_object_mut()?;
                let members = schema.entry("properties").or_insert_with(|| json!({}));
                members.as_object_mut()?.insert(name.clone(), value.clone());
                require(schema, name, *required);
            }
            Self::RemoveProperty { schema, name } => {
                let schema = spec.pointer_mut(schema)?.as_object_mut()?;
                schema.get_mut("properties")?.as_object_mut()?.remove(name)?;
                require(schema, name, false);
            }
            Self::RenameProperty { schema, name, to } => {
                let schema = spec.pointer_mut(schema)?.as_object_mut()?;
                rename(schema.get_mut("properties")?, name, to)?;
                let required = is_required(schema, name);
                require(schema, name, false);
                require(schema, to, required);
            }
            Self::Require { schema, name, required } => {
                require(spec.pointer_mut(schema)?.as_object_mut()?, name, *required);
            }
            Self::Replace { place, value } => *spec.pointer_mut(place)? = value.clone(),
            Self::Append { list, value } => spec.pointer_mut(list)?.as_array_mut()?.push(value.clone()),
            Self::Drop { list, index } => {
                let list = spec.pointer_mut(list)?.as_array_mut()?;
                drop((*index < list.len()).then(|| list.remove(*index))?);
            }
            Self::Reorder { list, count } => {
                let list = spec.pointer_mut(list)?.as_array_mut()?;
                let count = Some(*count).filter(|count| *count <= list.len())?;
                list.rotate_left(count);
            }
        }
        Some(())
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add { object, name, value } => write!(f, "add `{name}` to {object}: {value}"),
            Self::Remove { object, name } => write!(f, "remove `{name}` from {object}"),
            Self::Rename { object, name, to } => write!(f, "rename `{name}` in {object} to `{to}`"),
            Self::AddProperty { schema, name, value, required } => {
                let kind = if *required { "required" } else { "optional" };
                write!(f, "declare {kind} `{name}` in {schema}: {value}")
            }
            Self::RemoveProperty { schema, name } => write!(f, "remove the declaration of `{name}` from {schema}"),
            Self::RenameProperty { schema, name, to } => write!(f, "rename the member `{name}` of {schema} to `{to}`"),
            Self::Require { schema, name, required: true } => write!(f, "require `{name}` in {schema}"),
            Self::Require { schema, name, required: false } => write!(f, "no longer require `{name}` in {schema}"),
            Self::Replace { place, value } => write!(f, "replace {place} with {value}"),
            Self::Append { list, value } => write!(f, "append {value} to {list}"),
            Self::Drop { list, index } => write!(f, "remove element {index} from {list}"),
            Self::Reorder { list, count } => write!(f, "move the first {count} of {list} to its end"),
        }
    }
}

/// A change that applies to this description; `None` if the place that was chosen has nothing to change.
fn edit(choices: &mut Choices<'_>, spec: &Value) -> Option<Edit> {
    let plain = Taste::Plain;
    let is_30 = spec["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
    let dialect = if is_30 { Dialect::V30 } else { Dialect::V31 };
    let components: Vec<String> =
        spec["components"]["schemas"].as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect();
    let schemas = Schemas::new(plain, dialect, &components);
    let maps: Vec<&str> = ["/webhooks", "/x-webhooks", "/components/schemas"]
        .into_iter()
        .filter(|place| spec.pointer(place).and_then(Value::as_object).is_some_and(|members| !members.is_empty()))
        .collect();
    if choices.chance(30) && !maps.is_empty() {
        let object = (*choices.pick(&maps)).to_owned();
        let members = spec.pointer(&object)?.as_object()?;
        let names: Vec<&String> = members.keys().collect();
        let name = (*choices.pick(&names)).clone();
        let new = match object.as_str() {
            "/components/schemas" => words::component(choices, plain, members.len()),
            _ => words::event_type(choices, "."),
        };
        let new = if members.contains_key(&new) { format!("{new}.again") } else { new };
        return Some(match choices.number(0..=2) {
            0 if object == "/components/schemas" => Edit::Add { object, name: new, value: schemas.schema(choices, 2) },
            0 => Edit::Add { object, name: new, value: members[&name].clone() },
            1 => Edit::Remove { object, name },
            _ => Edit::Rename { object, name, to: new },
        });
    }
    let mut places = Vec::new();
    collect(spec, &mut String::new(), &mut places);
    if places.is_empty() {
        return None;
    }
    let place = choices.pick(&places).clone();
    let schema = spec.pointer(&place)?.as_object()?;
    let members: Vec<&String> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(k, _)| k).collect();
    let lists: Vec<&str> = ["enum", "required", "oneOf", "anyOf", "allOf", "type"]
        .into_iter()
        .filter(|keyword| schema.get(*keyword).and_then(Value::as_array).is_some_and(|list| !list.is_empty()))
        .collect();
    let child = |keyword: &str| format!("{place}/{}", escaped(keyword));
    match choices.number(0..=9) {
        0 => Some(Edit::AddProperty {
            name: words::name(choices, plain),
            value: schemas.schema(choices, 2),
            required: choices.chance(50),
            schema: place,
        }),
        1..=4 if !members.is_empty() => {
            let name = (*choices.pick(&members)).clone();
            Some(match choices.number(0..=3) {
                0 => Edit::RemoveProperty { schema: place, name },
                1 => Edit::RenameProperty { schema: place, to: format!("{name}_renamed"), name },
                2 => Edit::Require { required: !is_required(schema, &name), schema: place, name },
                _ => Edit::Replace {
                    place: format!("{place}/properties/{}", escaped(&name)),
                    value: schemas.schema(choices, 1),
                },
            })
        }
        5 | 6 if !lists.is_empty() => {
            let keyword = *choices.pick(&lists);
            let list = child(keyword);
            let elements = schema[keyword].as_array()?;
            Some(match choices.number(0..=2) {
                0 if keyword == "enum" => Edit::Append { list, value: words::name(choices, plain).into() },
                0 if keyword.ends_with("Of") => Edit::Append { list, value: schemas.schema(choices, 1) },
                1 if elements.len() > 1 => Edit::Drop { list, index: choices.number(0..=elements.len() - 1) },
                _ => Edit::Reorder { list, count: choices.number(1..=elements.len()) },
            })
        }
        7 => {
            Some(Edit::Add { object: place, name: "description".to_owned(), value: words::text(choices, plain).into() })
        }
        8 => {
            let keywords: Vec<&String> = schema.keys().filter(|keyword| *keyword != "properties").collect();
            if keywords.is_empty() {
                return None;
            }
            let name = (*choices.pick(&keywords)).clone();
            Some(Edit::Remove { object: place, name })
        }
        _ => {
            let types = ["string", "integer", "number", "boolean", "object"];
            let value = Value::from(*choices.pick(&types));
            Some(Edit::Add { object: place, name: "type".to_owned(), value })
        }
    }
}

/// The places of all schemas that are objects with a type, members, values or alternatives.
fn collect(value: &Value, place: &mut String, places: &mut Vec<String>) {
    let length = place.len();
    match value {
        Value::Object(members) => {
            let shaping = ["type", "properties", "enum", "const", "oneOf", "anyOf", "allOf"];
            // The names of members may be the same as those of keywords.
            let is_map = place.ends_with("/properties") || place.ends_with("/example");
            let has_shape = |keyword: &&str| match members.get(*keyword) {
                Some(Value::Object(_)) => *keyword == "properties",
                Some(Value::Array(_) | Value::String(_)) => *keyword != "properties",
                _ => *keyword == "const" && members.contains_key("const"),
            };
            if !is_map && shaping.iter().any(has_shape) {
                places.push(place.clone());
            }
            for (name, value) in members {
                if !["example", "examples", "enum", "const", "default"].contains(&name.as_str()) || is_map {
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

/// A name as a segment of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn rename(object: &mut Value, name: &str, to: &str) -> Option<()> {
    let members = object.as_object_mut()?;
    if members.contains_key(to) {
        return None;
    }
    let value = members.remove(name)?;
    members.insert(to.to_owned(), value);
    Some(())
}

fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|other| other == name))
}

fn require(schema: &mut Map<String, Value>, name: &str, required: bool) {
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

/// Replaces a string wherever it is a value.
fn replace_text(value: &mut Value, text: &str, with: &str) {
    match value {
        Value::String(own) if own == text => with.clone_into(own),
        Value::Array(elements) => elements.iter_mut().for_each(|value| replace_text(value, text, with)),
        Value::Object(members) => members.values_mut().for_each(|value| replace_text(value, text, with)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::component_reference;
    use crate::{Document, seeded};

    #[test]
    fn each_edit_changes_the_description_or_its_order() {
        let mut kinds = BTreeSet::new();
        for seed in 0..200 {
            let mut spec = Document::from_seed(seed).spec;
            for edit in edits(&mut seeded(seed).choices(), &spec.clone(), 20) {
                assert!(edit.apply(&mut spec), "{edit}");
                kinds.insert(format!("{edit:?}").split(' ').next().unwrap_or_default().to_owned());
            }
        }
        assert_eq!(kinds.len(), 11, "{kinds:?}");
    }

    #[test]
    fn references_follow_a_component_that_is_renamed() {
        let mut spec = json!({
            "a": { "$ref": component_reference("x/y%") },
            "components": { "schemas": { "x/y%": {} } },
        });
        let edit =
            Edit::Rename { object: "/components/schemas".to_owned(), name: "x/y%".to_owned(), to: "z".to_owned() };
        assert!(edit.apply(&mut spec));
        assert_eq!(
            spec,
            json!({ "a": { "$ref": "#/components/schemas/z" }, "components": { "schemas": { "z": {} } } })
        );
    }
}
