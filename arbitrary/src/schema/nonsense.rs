//! What is not a sensible schema.

use serde_json::{Value, json};

use super::Schemas;
use crate::Choices;

impl Schemas<'_> {
    /// Something that is not a sensible schema.
    pub(super) fn nonsense(self, choices: &mut Choices<'_>, depth: usize, mut schema: Value) -> Value {
        match choices.number(0..=6) {
            0 => choices.chance(50).into(),
            1 => self.scalar(choices),
            2 => {
                // Many levels of one keyword.
                let keyword = *choices.pick(&["allOf", "oneOf", "items", "additionalProperties", "properties", "not"]);
                for _ in 0..choices.number(2..=40) {
                    schema = match keyword {
                        "allOf" | "oneOf" => json!({ keyword: [schema] }),
                        "properties" => json!({ "type": "object", "properties": { "a": schema } }),
                        _ => json!({ keyword: schema }),
                    };
                }
                schema
            }
            3 => {
                // A union or merge of alternatives, each of them again one.
                let keyword = *choices.pick(&["oneOf", "anyOf", "allOf"]);
                for _ in 0..choices.number(1..=4) {
                    let other = self.shape(choices, depth.min(1));
                    schema = json!({ keyword: [schema, other, self.reference(choices)] });
                }
                schema
            }
            4 => {
                let keywords = [
                    "type",
                    "enum",
                    "properties",
                    "required",
                    "items",
                    "allOf",
                    "oneOf",
                    "format",
                    "nullable",
                    "$ref",
                    "discriminator",
                    "additionalProperties",
                    "$id",
                    "$anchor",
                    "$dynamicRef",
                    "minItems",
                    "patternProperties",
                    "prefixItems",
                    "definitions",
                    "const",
                    "pattern",
                    "unknown-keyword",
                ];
                let value = self.scalar(choices);
                if let Value::Object(members) = &mut schema {
                    members.insert((*choices.pick(&keywords)).to_owned(), value);
                }
                schema
            }
            5 => json!({ "type": *choices.pick(&["text", "int", "", "String", "list"]) }),
            _ => {
                let reference = self.reference(choices);
                json!({ "allOf": [reference, schema], "oneOf": [{}, { "not": {} }], "nullable": true })
            }
        }
    }
}
