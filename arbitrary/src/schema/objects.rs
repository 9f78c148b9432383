//! Objects, maps, lists and tuples.

use serde_json::{Map, Value, json};

use super::{Dialect, Schemas, entry};
use crate::{Choices, words};

impl Schemas<'_> {
    pub(super) fn object(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let wide = self.is_wild() && choices.chance(1);
        let count = if wide { 120 } else { choices.number(1..=5) };
        let names = words::distinct(choices, self.taste, count);
        let mut required = Vec::new();
        let mut members = Map::new();
        for name in names {
            let is_required = choices.chance(40);
            let within = if is_required { self } else { self.optional() };
            members.insert(name.clone(), within.schema(choices, depth));
            if is_required {
                required.push(Value::String(name));
            }
        }
        let first = members.keys().next().cloned();
        let mut schema = json!({ "type": "object", "properties": members });
        if choices.chance(10)
            && let Value::Object(members) = &mut schema
        {
            members.remove("type");
        }
        if self.is_wild() && choices.chance(10) {
            required.push(words::name(choices, self.taste).into());
        }
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        match choices.number(0..=13) {
            12 => schema["additionalProperties"] = true.into(),
            13 => schema["additionalProperties"] = json!({}),
            0 | 1 => schema["additionalProperties"] = false.into(),
            2 => schema["additionalProperties"] = self.optional().schema(choices, depth),
            3 if self.dialect == Dialect::V31 => schema["unevaluatedProperties"] = false.into(),
            4 if self.dialect == Dialect::V31 => {
                schema["patternProperties"] = json!({ "^x-": self.optional().schema(choices, 0) });
            }
            5 => schema["minProperties"] = 1.into(),
            6 => schema["maxProperties"] = (count + 2).into(),
            7 if self.dialect == Dialect::V31 => schema["propertyNames"] = json!({ "maxLength": 1024 }),
            8 if self.dialect == Dialect::V31 => {
                if let Some(first) = first {
                    schema["dependentRequired"] = json!({ "unlikely": [first] });
                }
            }
            9 if self.dialect == Dialect::V31 => {
                schema["dependentSchemas"] = json!({ "unlikely": { "type": "object" } });
            }
            _ => {}
        }
        schema
    }

    /// An object with these members and others.
    pub fn object_with(self, choices: &mut Choices<'_>, depth: usize, fixed: Vec<(String, Value)>) -> Value {
        let mut schema = self.object(choices, depth);
        let required: Vec<Value> = fixed.iter().map(|(name, _)| name.as_str().into()).collect();
        let members = entry(&mut schema, "properties", json!({}));
        if let Value::Object(members) = members {
            members.extend(fixed);
        }
        if let Value::Array(names) = entry(&mut schema, "required", json!([])) {
            names.retain(|name| !required.contains(name));
            names.extend(required);
        }
        schema
    }

    pub(super) fn list(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut schema = json!({ "type": "array", "items": self.optional().schema(choices, depth) });
        match choices.number(0..=7) {
            0 => schema["maxItems"] = choices.number(1..=9).into(),
            1 => {
                schema["items"] = self.schema(choices, depth);
                schema["minItems"] = 1.into();
            }
            2 => schema["uniqueItems"] = true.into(),
            3 if self.dialect == Dialect::V31 => schema["contains"] = json!({}),
            4 if self.dialect == Dialect::V31 => schema["unevaluatedItems"] = false.into(),
            _ => {}
        }
        schema
    }

    pub(super) fn tuple(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        if self.dialect == Dialect::V30 {
            return self.list(choices, depth);
        }
        let count = choices.number(1..=4);
        let items: Vec<Value> = (0..count).map(|_| self.schema(choices, depth)).collect();
        let mut schema = json!({ "type": "array", "prefixItems": items });
        if choices.chance(60) {
            schema["minItems"] = count.into();
        }
        match choices.number(0..=2) {
            0 => schema["items"] = false.into(),
            1 => schema["maxItems"] = count.into(),
            _ => schema["items"] = self.optional().schema(choices, depth),
        }
        schema
    }

    pub(super) fn map(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut schema = json!({ "type": "object" });
        match choices.number(0..=5) {
            4 => schema["additionalProperties"] = true.into(),
            5 if self.dialect == Dialect::V31 => {
                schema["patternProperties"] = json!({ "^x-": self.optional().schema(choices, depth) });
                if choices.chance(50) {
                    schema["additionalProperties"] = self.optional().schema(choices, depth);
                }
            }
            _ => schema["additionalProperties"] = self.optional().schema(choices, depth),
        }
        schema
    }

    /// Rules that a type cannot express.
    pub(super) fn conditional(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut schema = self.object(choices, depth);
        if self.dialect == Dialect::V30 || choices.chance(50) {
            schema["not"] = json!({ "type": "object", "required": ["unlikely"] });
        } else {
            schema["if"] = json!({ "type": "object", "required": ["unlikely"] });
            schema["then"] = json!({ "type": "object", "minProperties": 1 });
            if choices.chance(50) {
                schema["else"] = json!({ "type": "object" });
            }
        }
        schema
    }

    /// A schema that refers to a definition of its own, by pointer, anchor or identifier.
    pub(super) fn local(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        if self.dialect == Dialect::V30 {
            return self.object(choices, depth);
        }
        let mut definition = self.object(choices, depth);
        let name = format!("d{:x}", choices.integer());
        let reference = if choices.chance(50) {
            definition["$anchor"] = name.as_str().into();
            format!("#{name}")
        } else {
            let id = format!("https://schemas.example/{name}");
            // An identifier is the base of the references below it, which lead into this document.
            if definition.to_string().contains("$ref") {
                definition = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
            }
            definition["$id"] = id.as_str().into();
            id
        };
        json!({
            "$defs": { "local": definition },
            "type": "object",
            "properties": { "local": { "$ref": reference }, "others": { "type": "array", "items": { "$ref": reference } } },
        })
    }
}
