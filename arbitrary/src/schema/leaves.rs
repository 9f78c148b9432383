//! Schemas without schemas in them.

use serde_json::{Value, json};

use super::{Dialect, Schemas, component_reference};
use crate::Choices;
use crate::words::{self, FORMATS, PATTERNS, STRINGS};

/// Integers at the bounds of `i64`, `u64` and of what a double keeps.
pub(super) const LARGE: [i128; 8] = [
    9_007_199_254_740_991,
    9_007_199_254_740_993,
    -9_007_199_254_740_993,
    4_294_967_296,
    i64::MAX as i128,
    i64::MIN as i128,
    u64::MAX as i128,
    i64::MAX as i128 + 1,
];

impl Schemas<'_> {
    pub(super) fn string(self, choices: &mut Choices<'_>) -> Value {
        let mut schema = json!({ "type": "string" });
        match choices.number(0..=4) {
            0 | 1 => schema["format"] = choices.pick(&FORMATS).0.into(),
            2 => {
                schema["minLength"] = choices.number(0..=3).into();
                schema["maxLength"] = choices.number(if self.is_wild() { 0 } else { 3 }..=40).into();
            }
            3 => schema["pattern"] = choices.pick(&PATTERNS).0.into(),
            _ => {
                let keyword = if choices.chance(50) { "contentMediaType" } else { "contentEncoding" };
                schema[keyword] = (*choices.pick(&["base64", "text/plain", "application/json"])).into();
            }
        }
        schema
    }

    pub(super) fn number(self, choices: &mut Choices<'_>, ty: &str) -> Value {
        let mut schema = json!({ "type": ty });
        if choices.chance(40) {
            let formats = if ty == "integer" { ["int32", "int64"] } else { ["float", "double"] };
            schema["format"] = (*choices.pick(&formats)).into();
        }
        if choices.chance(30) {
            schema["minimum"] = choices.pick(&[json!(0), json!(-5), json!(1), json!(0.5)]).clone();
        }
        if choices.chance(30) {
            schema["maximum"] = choices.pick(&[json!(10), json!(100), json!(2_147_483_647_i64), json!(1e10)]).clone();
        }
        if choices.chance(10) {
            match self.dialect {
                Dialect::V30 if schema.get("minimum").is_some() => schema["exclusiveMinimum"] = true.into(),
                Dialect::V30 => {}
                Dialect::V31 => schema["exclusiveMinimum"] = json!(0),
            }
        }
        if choices.chance(10) {
            schema["multipleOf"] = choices.pick(&[json!(1), json!(2), json!(0.5)]).clone();
        }
        schema
    }

    pub(super) fn reference(self, choices: &mut Choices<'_>) -> Value {
        let reach = if self.is_wild() { self.components.len() } else { self.reach };
        let Some(names) = self.components.get(..reach).filter(|names| !names.is_empty()) else {
            return json!({ "type": "string", "format": "uuid" });
        };
        let mut schema = json!({ "$ref": component_reference(choices.pick::<String>(names)) });
        if self.dialect == Dialect::V31 && choices.chance(20) {
            schema["description"] = words::text(choices, self.taste).into();
        }
        if self.is_wild() && choices.chance(5) {
            let odd = [
                "#",
                "#/components/schemas",
                "#/info",
                "#nowhere",
                "other.json#/a",
                "../a.json",
                "http://x.test/a",
                "",
            ];
            schema["$ref"] = (*choices.pick(&odd)).into();
        }
        schema
    }

    /// A reference to an object that is extended.
    pub(crate) fn base(self, choices: &mut Choices<'_>) -> Value {
        if self.is_wild() {
            return self.reference(choices);
        }
        let objects: Vec<&String> = self.components.iter().take(self.reach).step_by(2).collect();
        if objects.is_empty() {
            return json!({ "type": "object" });
        }
        json!({ "$ref": component_reference(choices.pick::<&String>(&objects)) })
    }

    /// A list of values.
    pub(super) fn values(self, choices: &mut Choices<'_>) -> Value {
        let count = choices.number(1..=5);
        match choices.number(0..=3) {
            0 | 1 => {
                let mut values = words::distinct(choices, self.taste, count);
                if self.is_wild() && choices.chance(5) {
                    values.extend((0..300).map(|number| format!("value{number}")));
                }
                if choices.chance(70) { json!({ "type": "string", "enum": values }) } else { json!({ "enum": values }) }
            }
            2 if choices.chance(40) => {
                let mut values: Vec<Value> = (0..count).map(|_| large(choices)).collect();
                values.dedup();
                values.push(json!(1));
                if choices.chance(50) {
                    json!({ "type": "integer", "enum": values })
                } else {
                    json!({ "enum": values })
                }
            }
            2 => json!({ "type": "integer", "enum": (0..count).collect::<Vec<_>>() }),
            _ => {
                let mut values: Vec<Value> = Vec::new();
                for _ in 0..count {
                    let value = self.scalar(choices);
                    if self.is_wild() || !values.contains(&value) {
                        values.push(value);
                    }
                }
                json!({ "enum": values })
            }
        }
    }

    pub(super) fn constant(self, choices: &mut Choices<'_>) -> Value {
        let value = if choices.chance(60) { words::name(choices, self.taste).into() } else { self.scalar(choices) };
        match self.dialect {
            Dialect::V30 => json!({ "enum": [value] }),
            Dialect::V31 => json!({ "const": value }),
        }
    }

    /// A value of any type, mostly a small one.
    pub(super) fn scalar(self, choices: &mut Choices<'_>) -> Value {
        match choices.number(0..=9) {
            0..=3 => (*choices.pick(&STRINGS)).into(),
            4 if choices.chance(50) => large(choices),
            4 => choices.integer().into(),
            5 => choices.number(0..=9).into(),
            6 => choices.pick(&[json!(1.5), json!(-0.25), json!(1e300), json!(2.0)]).clone(),
            7 => choices.chance(50).into(),
            8 if self.dialect == Dialect::V31 || self.is_wild() => Value::Null,
            9 => choices.pick(&[json!([]), json!({}), json!(["a", 1]), json!({ "a": null })]).clone(),
            _ => "plain".into(),
        }
    }

    /// Several types; one that may be null in 3.0.
    pub(super) fn types(self, choices: &mut Choices<'_>) -> Value {
        let one = *choices.pick(&["string", "integer", "number", "boolean", "object", "array"]);
        if self.dialect == Dialect::V30 {
            let mut schema = json!({ "type": one, "nullable": true });
            if one == "array" {
                schema["items"] = json!({});
            }
            return schema;
        }
        let mut types = vec![one];
        for _ in 0..choices.number(0..=2) {
            let other = *choices.pick(&["null", "null", "string", "boolean", "integer", "object", "array"]);
            if !types.contains(&other) {
                types.push(other);
            }
        }
        let mut schema = json!({ "type": types });
        // Each keyword is about one of the types.
        if choices.chance(30) {
            schema["format"] = choices.pick(&FORMATS).0.into();
        }
        if choices.chance(30) {
            schema["items"] = typed(choices);
        }
        if choices.chance(30) {
            schema["properties"] = json!({ words::name(choices, self.taste): typed(choices) });
        }
        schema
    }

    /// Null in one of its spellings.
    pub(super) fn null(self, choices: &mut Choices<'_>) -> Value {
        match (self.dialect, choices.number(0..=2)) {
            (Dialect::V30, _) => json!({ "type": "string", "nullable": true, "enum": [null] }),
            (Dialect::V31, 0) => json!({ "type": "null" }),
            (Dialect::V31, 1) => json!({ "const": null }),
            (Dialect::V31, _) => json!({ "enum": [null] }),
        }
    }
}

fn typed(choices: &mut Choices<'_>) -> Value {
    json!({ "type": *choices.pick(&["string", "integer", "number", "boolean"]) })
}

/// An integer that doubles or `i64` may not keep.
pub(crate) fn large(choices: &mut Choices<'_>) -> Value {
    let large = *choices.pick(&LARGE);
    i64::try_from(large).map_or_else(|_| u64::try_from(large).map_or(Value::Null, Value::from), Value::from)
}
