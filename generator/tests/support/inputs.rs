//! Descriptions with hostile text in place of every text. Shared with the fuzz targets.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }
    folder
}

/// A description whose one webhook has this schema beside its event type.
pub(crate) fn description(property: &Value, schemas: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Parcels", "version": "1" },
        "webhooks": {
            "parcel.sent": { "post": { "requestBody": { "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["type"],
                "properties": { "type": { "const": "parcel.sent" }, "x": property }
            } } } } } }
        },
        "components": { "schemas": schemas }
    })
}

/// A description with the text in place of every text that is not a name.
#[allow(dead_code, reason = "not every user of this module has texts")]
pub(crate) fn with_text(text: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": text, "version": text, "description": text, "license": { "name": text, "url": text },
                  "contact": { "url": text, "name": text } },
        "externalDocs": { "url": text, "description": text },
        "webhooks": {
            "parcel.sent": { "post": {
                "summary": text,
                "description": text,
                "requestBody": { "description": text, "content": { "application/json": { "schema": {
                    "type": "object",
                    "description": text,
                    "required": ["type"],
                    "properties": {
                        "type": { "const": "parcel.sent", "description": text },
                        "x": { "type": "string", "description": text, "example": text, "default": text, "pattern": text,
                               "x-rust-type": text, "x-go-type": text },
                        "y": { "type": "object", "description": text, "properties": { "z": {
                            "type": "integer", "description": text, "minimum": 1 } } },
                        "e": { "type": "string", "enum": ["a", "b"], "description": text }
                    }
                } } } }
            } }
        }
    })
}

/// The configuration that goes with [`with_text`]: a text may state a signature, which would be code.
#[allow(dead_code, reason = "not every user of this module has texts")]
pub(crate) const TEXT_CONFIG: &str = "[signature]\nscheme = \"none\"\n";

/// A description with the names wherever a description names something.
#[allow(dead_code, reason = "not every user of this module has names")]
pub(crate) fn with_names(names: &[&str]) -> Value {
    let mut properties = Map::new();
    let mut schemas = Map::new();
    let mut distinct: Vec<&str> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let pointer = name.replace('~', "~0").replace('/', "~1").replace('%', "%25");
        properties.insert((*name).to_owned(), json!({ "$ref": format!("#/components/schemas/{pointer}") }));
        schemas.insert(
            (*name).to_owned(),
            json!({ "type": "object", "title": name, "properties": { *name: { "type": "string" }, "n": { "const": index } } }),
        );
        if !distinct.contains(name) {
            distinct.push(name);
        }
    }
    properties.insert("listed by us".to_owned(), json!({ "type": "string", "enum": distinct }));
    properties.insert("event type by us".to_owned(), json!({ "type": "string" }));
    let schema = json!({ "type": "object", "properties": properties });
    let webhooks: Map<String, Value> = distinct
        .iter()
        .map(|name| {
            let post = json!({ "operationId": name, "tags": [name],
                "requestBody": { "content": { "application/json": { "schema": schema } } } });
            ((*name).to_owned(), json!({ "post": post }))
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Names", "version": "1" },
        "webhooks": webhooks,
        "components": { "schemas": schemas }
    })
}

/// The configuration that goes with [`with_names`]: every key is an event type.
#[allow(dead_code, reason = "not every user of this module has names")]
pub(crate) const NAMES_CONFIG: &str = "[event-type]\npointer = \"/event type by us\"\nfrom-keys = true\n";
