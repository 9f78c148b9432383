//! Changes of listed values and constants.

use serde_json::{Value, json};

use super::places::{constant, kind, list, make_constant, recased};
use super::{Editor, Kinds};
use crate::words;

pub(super) const KINDS: Kinds = &[
    ("value added", |editor| {
        let value = words::name(editor.choices, crate::Taste::Plain);
        values(editor, 1, |values| values.push(value.into()))
    }),
    ("value added in front", |editor| {
        let value = words::name(editor.choices, crate::Taste::Plain);
        values(editor, 1, |values| values.insert(0, value.into()))
    }),
    ("value `unknown` added", |editor| values(editor, 1, |values| values.push("unknown".into()))),
    ("value of another type added", |editor| values(editor, 1, |values| values.push(json!(7)))),
    ("null added", |editor| values(editor, 1, |values| values.push(Value::Null))),
    ("value removed", |editor| values(editor, 2, |values| drop(values.remove(0)))),
    ("value renamed", |editor| values(editor, 1, |values| map(values, |value| format!("{value}_renamed")))),
    ("value in another case", |editor| values(editor, 1, |values| map(values, recased))),
    ("values in another order", |editor| values(editor, 2, |values| values.rotate_left(1))),
    ("values no longer listed", |editor| {
        let place = editor.schema(|schema| list(schema, "enum").is_some() && schema.contains_key("type"))?;
        editor.at(place, |schema| schema.remove("enum").map(drop))
    }),
    ("values listed", |editor| {
        let place = editor.schema(|schema| kind(schema) == Some("string") && constant(schema).is_none())?;
        let count = editor.choices.number(2..=4);
        let listed = words::distinct(editor.choices, crate::Taste::Plain, count);
        editor.at(place, |schema| schema.insert("enum".to_owned(), listed.into()).is_none().then_some(()))
    }),
    ("constant of a list", |editor| {
        let dialect = editor.dialect();
        let place = editor.schema(|schema| list(schema, "enum").is_some_and(|values| values.len() > 1))?;
        editor.at(place, |schema| {
            let first = list(schema, "enum")?.first()?.clone();
            make_constant(schema, first, dialect);
            Some(())
        })
    }),
    ("constant of a string", |editor| {
        let dialect = editor.dialect();
        let place = editor.schema(|schema| kind(schema) == Some("string") && !schema.contains_key("enum"))?;
        let value = words::name(editor.choices, crate::Taste::Plain);
        editor.at(place, |schema| {
            make_constant(schema, value.into(), dialect);
            Some(())
        })
    }),
    ("list of a constant", |editor| {
        let place = editor.schema(|schema| constant(schema).is_some())?;
        let more = words::name(editor.choices, crate::Taste::Plain);
        editor.at(place, |schema| {
            let value = constant(schema)?.clone();
            schema.remove("const");
            schema.insert("enum".to_owned(), json!([value, more]));
            Some(())
        })
    }),
    ("constant changed", |editor| {
        let dialect = editor.dialect();
        let place = editor.schema(|schema| constant(schema).is_some())?;
        editor.at(place, |schema| {
            let value = match constant(schema)? {
                Value::String(text) => json!(format!("{text}_changed")),
                Value::Number(_) => json!(41),
                other => json!([other]),
            };
            make_constant(schema, value, dialect);
            Some(())
        })
    }),
    ("constant removed", |editor| {
        let place = editor.schema(|schema| constant(schema).is_some() && schema.contains_key("type"))?;
        editor.at(place, |schema| schema.remove("const").or_else(|| schema.remove("enum")).map(drop))
    }),
];

/// Changes a list of so many values or more.
fn values(editor: &mut Editor<'_, '_>, least: usize, change: impl FnOnce(&mut Vec<Value>)) -> Option<String> {
    let place = editor.schema(|schema| list(schema, "enum").is_some_and(|values| values.len() >= least))?;
    editor.at(place, |schema| {
        change(schema.get_mut("enum")?.as_array_mut()?);
        Some(())
    })
}

/// Changes the first string.
fn map(values: &mut [Value], change: impl Fn(&str) -> String) {
    if let Some(Value::String(text)) = values.iter_mut().find(|value| value.is_string()) {
        *text = change(text);
    }
}
