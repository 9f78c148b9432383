//! Schemas for tests of the types that they become.

use serde_json::{Map, Value, json};

use crate::schema::component_reference;
use crate::{Dialect, Document, Schemas, Taste, seeded, words};

/// How many schemas a description has.
const SCHEMAS: usize = 8;

/// A description with a webhook for each of several schemas. Each payload has the schema as a required and as an optional
/// member, as the element of a list and as the value of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Cases {
    /// The description, with its configuration.
    pub document: Document,
    /// Each schema, by the event type of its webhook.
    pub schemas: Vec<(String, Value)>,
}

impl Cases {
    /// The schemas of a seed, as people write them, so that most have instances.
    pub fn from_seed(seed: u64) -> Self {
        let tape = seeded(seed);
        let mut choices = tape.choices();
        let dialect = if choices.chance(25) { Dialect::V30 } else { Dialect::V31 };
        let shared: Vec<String> =
            (0..choices.number(3..=6)).map(|number| words::component(&mut choices, Taste::Plain, number)).collect();
        let schemas = Schemas::new(Taste::Plain, dialect, &shared);
        let components = schemas.definitions(&mut choices, 1);
        let schemas = (0..SCHEMAS)
            .map(|number| {
                // A part of the bytes for each, so that none of them is out of choices.
                let tape = seeded(seed * 1_000 + number as u64);
                schemas.schema(&mut tape.choices(), 2)
            })
            .collect();
        Self::new(dialect, components, schemas)
    }

    /// A description of these schemas.
    pub fn new(dialect: Dialect, mut components: Map<String, Value>, schemas: Vec<Value>) -> Self {
        let mut webhooks = Map::new();
        let mut cases = Vec::new();
        for (number, schema) in schemas.into_iter().enumerate() {
            let event = format!("case.n{number}");
            // A schema with a name that references can use is there once; others are written inline at times.
            let text = schema.to_string();
            let used = if number % 4 == 3 && !text.contains("\"$id\"") && !text.contains("\"$anchor\"") {
                schema.clone()
            } else {
                let name = format!("Case{number}");
                let reference = json!({ "$ref": component_reference(&name) });
                components.insert(name, schema.clone());
                reference
            };
            let payload = json!({
                "type": "object",
                "required": ["required"],
                "properties": {
                    "required": used,
                    "optional": used,
                    "list": { "type": "array", "items": used },
                    "map": { "type": "object", "additionalProperties": used },
                },
            });
            let body = json!({ "content": { "application/json": { "schema": payload } } });
            webhooks.insert(event.clone(), json!({ "post": { "requestBody": body, "responses": {} } }));
            cases.push((event, schema));
        }
        let (version, place) = match dialect {
            Dialect::V30 => ("3.0.3", "x-webhooks"),
            Dialect::V31 => ("3.1.0", "webhooks"),
        };
        let spec = json!({
            "openapi": version,
            "info": { "title": "Cases", "version": "1" },
            "paths": {},
            place: webhooks,
            "components": { "schemas": components },
        });
        let config = ["[event-type]", "address = true"].map(str::to_owned).into();
        Self { document: Document { spec, config, ..Document::default() }, schemas: cases }
    }
}
