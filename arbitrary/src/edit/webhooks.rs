//! Changes of webhooks: their event types, operations, headers and examples.

use serde_json::{Map, Value, json};

use super::places::{constant, escaped, make_constant, names, operations, rename, replace_text, require, webhooks};
use super::{Editor, Kinds};
use crate::words;

const SIGNATURE: [&str; 3] = ["id", "timestamp", "signature"];

pub(super) const KINDS: Kinds = &[
    ("webhook added", |editor| {
        let map = webhooks(&editor.document.spec)?;
        let (name, to) = (webhook(editor)?, new_event(editor)?);
        let mut item = editor.object(map)?.get(&name)?.clone();
        replace_text(&mut item, &name, &to);
        editor.object(map)?.insert(to.clone(), item).is_none().then_some(to)
    }),
    ("webhook removed", |editor| {
        let map = webhooks(&editor.document.spec)?;
        let name = webhook(editor)?;
        editor.object(map)?.remove(&name)?;
        Some(name)
    }),
    ("event type renamed", |editor| {
        let map = webhooks(&editor.document.spec)?;
        let (name, to) = (webhook(editor)?, new_event(editor)?);
        replace_text(editor.object(map)?.get_mut(&name)?, &name, &to);
        rename(editor.object(map)?, &name, &to)?;
        Some(format!("{name} to {to}"))
    }),
    ("key renamed", |editor| {
        let map = webhooks(&editor.document.spec)?;
        let name = webhook(editor)?;
        rename(editor.object(map)?, &name, &format!("{name}_key"))?;
        Some(name)
    }),
    ("summary or description of a webhook", |editor| {
        let text = words::text(editor.choices, crate::Taste::Plain);
        let keyword = editor.pick(&["summary", "description"])?;
        operation(editor, |operation| operation.insert(keyword.to_owned(), text.into()))
    }),
    ("operationId, tags, deprecated or security", |editor| {
        let (keyword, value) = editor.pick(&[
            ("operationId", json!("renamed")),
            ("tags", json!(["renamed"])),
            ("deprecated", json!(true)),
            ("security", json!([])),
        ])?;
        operation(editor, |operation| operation.insert(keyword.to_owned(), value))
    }),
    ("method", |editor| {
        let place = place(editor)?;
        let (item, _) = place.rsplit_once('/')?;
        editor.at(item.to_owned(), |item| rename(item, "post", "put").or_else(|| rename(item, "put", "post")))
    }),
    ("media type", |editor| {
        let place = format!("{}/requestBody/content", place(editor)?);
        let media = names(&editor.document.spec, &place).first()?.clone();
        rename(editor.object(&place)?, &media, "application/vnd.acme+json")?;
        Some(place)
    }),
    ("example added or changed", |editor| {
        let place = content(editor)?;
        let spec = editor.document.spec.clone();
        let example = crate::instance(editor.choices, &spec, spec.pointer(&place)?.get("schema")?)?;
        editor.at(place, |content| {
            content.remove("examples");
            content.insert("example".to_owned(), example);
            Some(())
        })
    }),
    ("examples removed", |editor| {
        let place = content(editor)?;
        editor.at(place, |content| content.remove("example").or_else(|| content.remove("examples")).map(drop))
    }),
    ("another header", |editor| {
        let header = json!({ "in": "header", "name": "X-Trace-Id", "schema": { "type": "string" } });
        operation(editor, |operation| {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            parameters.as_array_mut()?.push(header);
            None
        })
    }),
    ("header removed", |editor| {
        let index = editor.choices.number(0..=3);
        let place = place(editor)?;
        editor.at(place, |operation| {
            let parameters = operation.get_mut("parameters")?.as_array_mut()?;
            (index < parameters.len()).then(|| drop(parameters.remove(index)))
        })
    }),
    ("headers of the signature renamed", |editor| {
        for name in SIGNATURE {
            replace_text(editor.spec(), &format!("webhook-{name}"), &format!("svix-{name}"));
        }
        Some("`webhook-` to `svix-`".to_owned())
    }),
    ("headers of the signature, or none", |editor| {
        let is_of_signature = |parameter: &Value| {
            let name = parameter["name"].as_str().unwrap_or_default();
            SIGNATURE.into_iter().any(|part| name == format!("webhook-{part}"))
        };
        let header =
            |part: &str| json!({ "in": "header", "name": format!("webhook-{part}"), "schema": { "type": "string" } });
        for place in operations(&editor.document.spec) {
            let parameters = editor.object(&place)?.entry("parameters").or_insert_with(|| json!([])).as_array_mut()?;
            let before = parameters.len();
            parameters.retain(|parameter| !is_of_signature(parameter));
            if parameters.len() == before {
                parameters.extend(SIGNATURE.map(header));
            }
        }
        Some("of all webhooks".to_owned())
    }),
    ("member that states the event type renamed", |editor| {
        for place in operations(&editor.document.spec) {
            let Some((body, name, _)) = statement(editor, &place) else { continue };
            let body = editor.object(&body)?;
            rename(body.get_mut("properties")?.as_object_mut()?, &name, &format!("{name}_of_event"))?;
            require(body, &name, false);
        }
        Some("of all webhooks".to_owned())
    }),
    ("event type stated by a header", |editor| {
        let dialect = editor.dialect();
        for place in operations(&editor.document.spec) {
            let Some((body, name, event)) = statement(editor, &place) else { continue };
            editor.object(&body)?.get_mut("properties")?.as_object_mut()?.remove(&name)?;
            let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
            make_constant(&mut schema, event, dialect);
            let header = json!({ "in": "header", "name": "X-Event-Type", "schema": schema });
            let operation = editor.object(&place)?;
            operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut()?.push(header);
        }
        Some("of all webhooks".to_owned())
    }),
];

/// An event type that no webhook has as its key.
fn new_event(editor: &mut Editor<'_, '_>) -> Option<String> {
    let map = webhooks(&editor.document.spec)?;
    let known = names(&editor.document.spec, map);
    let separator = known.first()?.chars().find(|c| ".:/-_".contains(*c)).unwrap_or('.').to_string();
    let event = words::event_type(editor.choices, &separator);
    (!known.contains(&event)).then_some(event)
}

fn webhook(editor: &mut Editor<'_, '_>) -> Option<String> {
    let names = names(&editor.document.spec, webhooks(&editor.document.spec)?);
    editor.pick(&names)
}

/// The place of an operation.
fn place(editor: &mut Editor<'_, '_>) -> Option<String> {
    let places = operations(&editor.document.spec);
    editor.pick(&places)
}

/// Changes an operation.
fn operation(
    editor: &mut Editor<'_, '_>,
    change: impl FnOnce(&mut Map<String, Value>) -> Option<Value>,
) -> Option<String> {
    let place = place(editor)?;
    change(editor.object(&place)?);
    Some(place)
}

/// The place of the only media type of a body.
fn content(editor: &mut Editor<'_, '_>) -> Option<String> {
    let place = format!("{}/requestBody/content", place(editor)?);
    let media = names(&editor.document.spec, &place).first()?.clone();
    Some(format!("{place}/{}", escaped(&media)))
}

/// The place of a body with the member that states the event type, and the event type.
fn statement(editor: &mut Editor<'_, '_>, operation: &str) -> Option<(String, String, Value)> {
    let content = format!("{operation}/requestBody/content");
    let media = names(&editor.document.spec, &content).first()?.clone();
    let body = format!("{content}/{}/schema", escaped(&media));
    let members = editor.spec().pointer(&body)?.get("properties")?.as_object()?;
    let (name, event) = ["type", "action"].into_iter().find_map(|name| {
        let event = constant(members.get(name)?.as_object()?)?.clone();
        Some((name, event))
    })?;
    Some((body, name.to_owned(), event))
}
