//! Changes of components and of references to them.

use serde_json::{Value, json};

use super::places::{COMPONENTS, escaped, names, properties, rename, replace_text};
use super::{Editor, Kinds};
use crate::schema::component_reference;
use crate::words;

const MAP: &str = "/components/schemas";

pub(super) const KINDS: Kinds = &[
    ("component added", |editor| {
        let schema = editor.made(2);
        let name = new_name(editor)?;
        editor.object(MAP)?.insert(name.clone(), schema);
        Some(name)
    }),
    ("component removed", |editor| {
        let name = component(editor)?;
        editor.object(MAP)?.remove(&name)?;
        Some(name)
    }),
    ("component renamed", |editor| {
        let (name, to) = (component(editor)?, new_name(editor)?);
        rename(editor.object(MAP)?, &name, &to)?;
        replace_text(editor.spec(), &component_reference(&name), &component_reference(&to));
        Some(format!("{name} to {to}"))
    }),
    ("component with another schema", |editor| {
        let name = component(editor)?;
        let schema = editor.made(2);
        editor.object(MAP)?.insert(name.clone(), schema)?;
        Some(name)
    }),
    ("inline schema to a component", |editor| {
        let place = editor.schema(|schema| !properties(schema).is_empty() || schema.contains_key("enum"))?;
        if place.matches('/').count() < 4 && place.starts_with(MAP) {
            return None; // a component already
        }
        let name = new_name(editor)?;
        let schema =
            std::mem::replace(editor.spec().pointer_mut(&place)?, json!({ "$ref": component_reference(&name) }));
        editor.object(MAP)?.insert(name, schema);
        Some(place)
    }),
    ("component to an inline schema", |editor| {
        let place = editor.schema(|schema| schema.contains_key("$ref"))?;
        let target = editor.object(&place)?.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?.to_owned();
        let schema = editor.spec().pointer(&format!("{MAP}/{target}"))?.clone();
        *editor.spec().pointer_mut(&place)? = schema;
        Some(place)
    }),
    ("reference to another component", |editor| {
        let place = editor.schema(|schema| schema.contains_key("$ref"))?;
        let name = component(editor)?;
        editor.at(place, |schema| schema.insert("$ref".to_owned(), component_reference(&name).into()).map(drop))
    }),
    ("reference in `allOf`", |editor| {
        let place = editor.schema(|schema| schema.contains_key("$ref"))?;
        let reference: Value = editor.spec().pointer(&place)?.clone();
        *editor.spec().pointer_mut(&place)? = json!({ "allOf": [reference], "description": "Wrapped." });
        Some(place)
    }),
    ("title", |editor| {
        let place = editor.schema(|schema| !schema.contains_key("$ref"))?;
        let title = words::component(editor.choices, crate::Taste::Plain, 0);
        editor.at(place, |schema| {
            schema.insert("title".to_owned(), title.into());
            Some(())
        })
    }),
];

fn component(editor: &mut Editor<'_, '_>) -> Option<String> {
    let names = names(&editor.document.spec, MAP);
    editor.pick(&names)
}

fn new_name(editor: &mut Editor<'_, '_>) -> Option<String> {
    let names = names(&editor.document.spec, MAP);
    let name = words::component(editor.choices, crate::Taste::Plain, names.len());
    let is_free = editor.spec().pointer(&format!("{MAP}/{}", escaped(&name))).is_none();
    is_free.then_some(name)
}
