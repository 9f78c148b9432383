//! Changes of alternatives and their discriminators.

use serde_json::{Map, Value};

use super::places::{list, rename};
use super::{Editor, Kinds};

const COMPOSED: [&str; 3] = ["oneOf", "anyOf", "allOf"];

pub(super) const KINDS: Kinds = &[
    ("alternative added", |editor| {
        let schema = editor.made(1);
        alternatives(editor, 1, |list| list.push(schema))
    }),
    ("alternative removed", |editor| alternatives(editor, 2, |list| drop(list.pop()))),
    ("alternative replaced", |editor| {
        let schema = editor.made(1);
        alternatives(editor, 1, |list| {
            list.pop();
            list.push(schema);
        })
    }),
    ("alternatives in another order", |editor| alternatives(editor, 2, |list| list.rotate_left(1))),
    ("`oneOf` to `anyOf`, or the reverse", |editor| {
        let place = editor.schema(|schema| schema.contains_key("oneOf") || schema.contains_key("anyOf"))?;
        editor.at(place, |schema| rename(schema, "oneOf", "anyOf").or_else(|| rename(schema, "anyOf", "oneOf")))
    }),
    ("object to one of several", |editor| {
        let place = editor.schema(|schema| schema.contains_key("properties"))?;
        let other = editor.made(1);
        let own = editor.spec().pointer(&place)?.clone();
        *editor.spec().pointer_mut(&place)? = serde_json::json!({ "oneOf": [own, other] });
        Some(place)
    }),
    ("one of several to its first", |editor| {
        let place = editor.schema(|schema| list(schema, "oneOf").is_some())?;
        let first = list(editor.object(&place)?, "oneOf")?.first()?.clone();
        *editor.spec().pointer_mut(&place)? = first;
        Some(place)
    }),
    ("discriminator removed", |editor| {
        let place = editor.schema(has_discriminator)?;
        editor.at(place, |schema| schema.remove("discriminator").map(drop))
    }),
    ("discriminator added", |editor| {
        let place = editor.schema(|schema| list(schema, "oneOf").is_some() && !has_discriminator(schema))?;
        editor.at(place, |schema| {
            let tag = common_member(list(schema, "oneOf")?)?;
            schema.insert("discriminator".to_owned(), serde_json::json!({ "propertyName": tag }));
            Some(())
        })
    }),
    ("discriminator's member renamed", |editor| {
        let place = editor.schema(has_discriminator)?;
        editor.at(place, |schema| {
            let tag = schema.get("discriminator")?.get("propertyName")?.as_str()?.to_owned();
            let to = format!("{tag}_renamed");
            schema.get_mut("discriminator")?.as_object_mut()?.insert("propertyName".to_owned(), to.clone().into());
            for keyword in ["oneOf", "anyOf"] {
                let alternatives = schema.get_mut(keyword).and_then(Value::as_array_mut);
                for properties in alternatives.into_iter().flatten().filter_map(|schema| schema.get_mut("properties")) {
                    rename(properties.as_object_mut()?, &tag, &to);
                }
            }
            Some(())
        })
    }),
    ("value of a discriminator changed", |editor| {
        let place = editor.schema(|schema| mapping(schema).is_some_and(|mapping| !mapping.is_empty()))?;
        editor.at(place, |schema| {
            let name = mapping(schema)?.keys().next()?.clone();
            let mapping = schema.get_mut("discriminator")?.get_mut("mapping")?.as_object_mut()?;
            rename(mapping, &name, &format!("{name}_changed"))
        })
    }),
];

fn has_discriminator(schema: &Map<String, Value>) -> bool {
    schema.get("discriminator").is_some_and(Value::is_object)
}

fn mapping(schema: &Map<String, Value>) -> Option<&Map<String, Value>> {
    schema.get("discriminator")?.get("mapping")?.as_object()
}

/// A member that all alternatives declare.
fn common_member(alternatives: &[Value]) -> Option<String> {
    let (first, others) = alternatives.split_first()?;
    let declares = |schema: &Value, name: &str| schema["properties"].get(name).is_some();
    let names = first["properties"].as_object()?.keys();
    names.into_iter().find(|name| others.iter().all(|other| declares(other, name))).cloned()
}

/// Changes a list of so many alternatives or more.
fn alternatives(editor: &mut Editor<'_, '_>, least: usize, change: impl FnOnce(&mut Vec<Value>)) -> Option<String> {
    let has_enough = |schema: &Map<String, Value>, keyword: &str| {
        list(schema, keyword).is_some_and(|alternatives| alternatives.len() >= least)
    };
    let place = editor.schema(|schema| COMPOSED.into_iter().any(|keyword| has_enough(schema, keyword)))?;
    let schema = editor.object(&place)?;
    let keyword = COMPOSED.into_iter().find(|keyword| has_enough(schema, keyword))?;
    change(schema.get_mut(keyword)?.as_array_mut()?);
    Some(format!("{place}/{keyword}"))
}
