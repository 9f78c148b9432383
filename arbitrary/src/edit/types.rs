//! Changes of types, formats and bounds.

use serde_json::{Value, json};

use super::places::{kind, list, properties};
use super::{Editor, Kinds};
use crate::Dialect;

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "object", "array"];

const FORMATS: [&str; 14] = [
    "date-time",
    "date",
    "time",
    "duration",
    "uuid",
    "uri",
    "email",
    "ipv4",
    "hostname",
    "byte",
    "int32",
    "int64",
    "double",
    "x-odd",
];

pub(super) const KINDS: Kinds = &[
    ("another type", |editor| {
        let place = editor.schema(|schema| schema.contains_key("type"))?;
        let ty = editor.pick(&TYPES)?;
        set(editor, &place, "type", ty.into())
    }),
    ("one more type", |editor| {
        let is_31 = editor.dialect() == Dialect::V31;
        let place = editor.schema(|schema| is_31 && kind(schema).is_some())?;
        let more = editor.pick(&TYPES)?;
        let only = kind(editor.object(&place)?)?.to_owned();
        if only == more { None } else { set(editor, &place, "type", json!([only, more])) }
    }),
    ("one type less", |editor| {
        let place = editor.schema(|schema| list(schema, "type").is_some_and(|types| types.len() > 1))?;
        editor.at(place, |schema| schema.get_mut("type")?.as_array_mut()?.pop().map(drop))
    }),
    ("format added or changed", |editor| {
        let place = editor.schema(|schema| matches!(kind(schema), Some("string" | "integer" | "number")))?;
        let format = editor.pick(&FORMATS)?;
        set(editor, &place, "format", format.into())
    }),
    ("format removed", |editor| without(editor, "format")),
    ("in an array", |editor| {
        let (place, ..) = editor.member()?;
        let items = editor.spec().pointer(&place)?.clone();
        *editor.spec().pointer_mut(&place)? = json!({ "type": "array", "items": items });
        Some(place)
    }),
    ("out of an array", |editor| {
        let place = editor.schema(|schema| kind(schema) == Some("array") && schema.contains_key("items"))?;
        let items = editor.object(&place)?.get("items")?.clone();
        *editor.spec().pointer_mut(&place)? = items;
        Some(place)
    }),
    ("items of another type", |editor| {
        let place = editor.schema(|schema| schema.contains_key("items"))?;
        let items = editor.made(1);
        set(editor, &place, "items", items)
    }),
    ("items removed", |editor| without(editor, "items")),
    ("tuple longer", |editor| {
        let place = tuple(editor)?;
        let element = editor.made(0);
        editor.at(place, |schema| {
            let elements = schema.get_mut("prefixItems")?.as_array_mut()?;
            elements.push(element);
            let length = elements.len();
            bounded(schema, length);
            Some(())
        })
    }),
    ("tuple shorter", |editor| {
        let place = tuple(editor)?;
        editor.at(place, |schema| {
            let elements = schema.get_mut("prefixItems")?.as_array_mut()?;
            elements.pop()?;
            let length = elements.len();
            bounded(schema, length);
            (length > 0).then_some(())
        })
    }),
    ("tuple of any length", |editor| {
        let place = tuple(editor)?;
        editor.at(place, |schema| {
            let before = schema.len();
            for keyword in ["minItems", "maxItems", "items"] {
                schema.remove(keyword);
            }
            (schema.len() < before).then_some(())
        })
    }),
    ("undeclared members typed, forbidden or allowed", |editor| {
        let place = editor.schema(|schema| kind(schema) == Some("object"))?;
        let typed = editor.made(0);
        let value = editor.pick(&[Value::Bool(false), true.into(), typed])?;
        set(editor, &place, "additionalProperties", value)
    }),
    ("members no longer declared", |editor| {
        let place = editor.schema(|schema| !properties(schema).is_empty())?;
        let values = editor.made(0);
        editor.at(place, |schema| {
            schema.remove("properties")?;
            schema.remove("required");
            schema.insert("additionalProperties".to_owned(), values);
            Some(())
        })
    }),
    ("bounds", |editor| {
        let place = editor.schema(|schema| kind(schema).is_some())?;
        let keywords: &[(&str, Value)] = match kind(editor.object(&place)?)? {
            "string" => &[("minLength", json!(0)), ("maxLength", json!(500)), ("pattern", json!(""))],
            "integer" | "number" => &[("minimum", json!(-1000)), ("maximum", json!(100_000)), ("multipleOf", json!(1))],
            "array" => &[("minItems", json!(0)), ("maxItems", json!(50)), ("uniqueItems", json!(true))],
            "object" => &[("minProperties", json!(0)), ("maxProperties", json!(90))],
            _ => return None,
        };
        let (keyword, value) = editor.pick(keywords)?;
        set(editor, &place, keyword, value)
    }),
    ("a condition", |editor| {
        let place = editor.schema(|schema| !properties(schema).is_empty())?;
        let name = properties(editor.object(&place)?).first()?.clone();
        let (keyword, value) = editor.pick(&[
            ("not", json!({ "required": ["nonsense"] })),
            ("if", json!({ "required": [name] })),
            ("dependentRequired", json!({ &*name: ["other"] })),
        ])?;
        set(editor, &place, keyword, value)
    }),
    ("a keyword removed", |editor| {
        let place = editor.schema(|_| true)?;
        let schema = editor.object(&place)?;
        let keywords: Vec<String> = schema.keys().filter(|keyword| *keyword != "properties").cloned().collect();
        let keyword = editor.pick(&keywords)?;
        editor.object(&place)?.remove(&keyword)?;
        Some(format!("{place}: `{keyword}`"))
    }),
];

fn set(editor: &mut Editor<'_, '_>, place: &str, keyword: &str, value: Value) -> Option<String> {
    let what = format!("{place}: `{keyword}`: {value}");
    editor.object(place)?.insert(keyword.to_owned(), value);
    Some(what)
}

fn without(editor: &mut Editor<'_, '_>, keyword: &str) -> Option<String> {
    let place = editor.schema(|schema| schema.contains_key(keyword))?;
    editor.at(place, |schema| schema.remove(keyword).map(drop))
}

fn tuple(editor: &mut Editor<'_, '_>) -> Option<String> {
    editor.schema(|schema| list(schema, "prefixItems").is_some())
}

/// Makes the bounds of a tuple those of its new length, if it has any.
fn bounded(schema: &mut serde_json::Map<String, Value>, length: usize) {
    for keyword in ["minItems", "maxItems"] {
        if let Some(bound) = schema.get_mut(keyword) {
            *bound = length.into();
        }
    }
}
