//! Changes of the members of an object.

use serde_json::{Value, json};

use super::places::{is_required, kind, properties, recased, rename, require};
use super::{Editor, Kinds};
use crate::{Dialect, words};

pub(super) const KINDS: Kinds = &[
    ("optional member added", |editor| add(editor, false)),
    ("required member added", |editor| add(editor, true)),
    ("member removed", |editor| {
        let (place, object, name) = editor.member()?;
        let schema = editor.object(&object)?;
        schema.get_mut("properties")?.as_object_mut()?.remove(&name)?;
        require(schema, &name, false);
        Some(place)
    }),
    ("member renamed", |editor| renamed(editor, |name| format!("{name}_renamed"))),
    ("member in another case", |editor| renamed(editor, recased)),
    ("member required, or no longer", |editor| {
        let (place, object, name) = editor.member()?;
        let schema = editor.object(&object)?;
        let required = !is_required(schema, &name);
        require(schema, &name, required);
        Some(format!("{place}: {required}"))
    }),
    ("null allowed, or no longer", |editor| {
        let dialect = editor.dialect();
        let place = editor.schema(|schema| schema.contains_key("type"))?;
        let schema = editor.object(&place)?;
        if dialect == Dialect::V30 {
            let is_nullable = schema.get("nullable") == Some(&Value::Bool(true));
            schema.insert("nullable".to_owned(), (!is_nullable).into());
            return Some(place);
        }
        let types = match schema.get("type")? {
            Value::String(only) => json!([only, "null"]),
            Value::Array(types) if types.iter().any(|ty| ty == "null") => {
                types.iter().filter(|ty| *ty != "null").cloned().collect()
            }
            Value::Array(types) => types.iter().cloned().chain(["null".into()]).collect(),
            _ => return None,
        };
        schema.insert("type".to_owned(), types);
        Some(place)
    }),
    ("member with another schema", |editor| {
        let (place, ..) = editor.member()?;
        let schema = editor.made(1);
        let what = format!("{place}: {schema}");
        *editor.spec().pointer_mut(&place)? = schema;
        Some(what)
    }),
    ("description, default, deprecated, readOnly", |editor| {
        let place = editor.schema(|_| true)?;
        let text = words::text(editor.choices, crate::Taste::Plain);
        let (keyword, value) = editor.pick(&[
            ("description", Value::from(text)),
            ("deprecated", true.into()),
            ("readOnly", true.into()),
            ("default", Value::Null),
        ])?;
        editor.at(place, |schema| {
            schema.insert(keyword.to_owned(), value);
            Some(())
        })
    }),
    ("object wrapped in another", |editor| {
        let place = editor.schema(|schema| kind(schema) == Some("object") && !properties(schema).is_empty())?;
        let inner = editor.spec().pointer(&place)?.clone();
        *editor.spec().pointer_mut(&place)? =
            json!({ "type": "object", "required": ["wrapped"], "properties": { "wrapped": inner } });
        Some(place)
    }),
    ("members in another order", |editor| {
        editor.document.reversed = !editor.document.reversed;
        Some("of all objects".to_owned())
    }),
];

fn add(editor: &mut Editor<'_, '_>, required: bool) -> Option<String> {
    let place = editor.schema(|schema| schema.contains_key("properties") || kind(schema) == Some("object"))?;
    let own = words::name(editor.choices, crate::Taste::Plain);
    // Names of generated code, and one that differs from another member in its case.
    let name = match editor.choices.number(0..=9) {
        0 => editor.pick(&["undeclared".to_owned(), "unknown".to_owned(), "type".to_owned()])?,
        1 => properties(editor.object(&place)?).first().map_or(own, |name| recased(name)),
        _ => own,
    };
    let depth = editor.choices.number(0..=2);
    let value = editor.made(depth);
    let what = format!("{place}: `{name}`: {value}");
    let schema = editor.object(&place)?;
    let members = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
    if members.contains_key(&name) {
        return None;
    }
    members.insert(name.clone(), value);
    require(schema, &name, required);
    Some(what)
}

fn renamed(editor: &mut Editor<'_, '_>, to: fn(&str) -> String) -> Option<String> {
    let (place, object, name) = editor.member()?;
    let to = to(&name);
    let schema = editor.object(&object)?;
    rename(schema.get_mut("properties")?.as_object_mut()?, &name, &to)?;
    let required = is_required(schema, &name);
    require(schema, &name, false);
    require(schema, &to, required);
    Some(format!("{place} to `{to}`"))
}
