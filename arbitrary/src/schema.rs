//! Schemas with every keyword that the generator knows.

use serde_json::{Map, Value, json};

use crate::words::{self, FORMATS, PATTERNS, STRINGS, Taste};
use crate::{Choices, instance};

/// The dialect of schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Of OpenAPI 3.0: `nullable`, no `const`, no lists of types.
    V30,
    /// Of OpenAPI 3.1 and 3.2: JSON Schema 2020-12.
    V31,
}

/// Makes schemas that can refer to components.
#[derive(Clone, Copy, Debug)]
pub struct Schemas<'n> {
    /// How likely nonsense is.
    pub taste: Taste,
    /// The dialect.
    pub dialect: Dialect,
    /// The names in `#/components/schemas`. Among plain components, the first, third and so on are objects, and cycles lead
    /// through a value that may be absent.
    pub components: &'n [String],
    /// How many of the components a value that is always present may refer to.
    reach: usize,
}

/// Makes a schema, with at most so many levels below it.
type Shape = fn(Schemas<'_>, &mut Choices<'_>, usize) -> Value;

/// Schemas without schemas in them.
const LEAVES: &[Shape] = &[
    |_, _, _| json!({ "type": "string" }),
    |s, c, _| s.string(c),
    |s, c, _| s.string(c),
    |s, c, _| s.number(c, "integer"),
    |s, c, _| s.number(c, "number"),
    |_, _, _| json!({ "type": "boolean" }),
    |s, c, _| s.reference(c),
    |s, c, _| s.reference(c),
    |s, c, _| s.values(c),
    |s, c, _| s.values(c),
    |s, c, _| s.constant(c),
    |s, c, _| s.types(c),
    |_, c, _| c.pick(&[json!({}), json!({ "type": "object" }), json!({ "type": "array", "items": {} })]).clone(),
];

/// Schemas with schemas in them.
const BRANCHES: &[Shape] = &[
    |s, c, depth| s.object(c, depth),
    |s, c, depth| s.object(c, depth),
    |s, c, depth| s.object(c, depth),
    |s, c, depth| s.list(c, depth),
    |s, c, depth| s.map(c, depth),
    |s, c, depth| s.all_of(c, depth),
    |s, c, depth| s.choice(c, depth),
    |s, c, depth| s.choice(c, depth),
    |s, c, depth| s.tagged(c, depth),
    |s, c, depth| s.tuple(c, depth),
    |s, c, depth| s.conditional(c, depth),
    |s, c, depth| s.local(c, depth),
];

impl<'n> Schemas<'n> {
    /// Makes schemas that can refer to these components.
    pub fn new(taste: Taste, dialect: Dialect, components: &'n [String]) -> Self {
        Self { taste, dialect, components, reach: components.len() }
    }

    /// A schema with at most so many levels of schemas below it.
    pub fn schema(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut schema = self.shape(choices, depth);
        if self.is_wild() {
            if choices.chance(8) {
                return self.nonsense(choices, depth, schema);
            }
            if choices.chance(12)
                && let (Value::Object(members), Value::Object(others)) = (&mut schema, self.shape(choices, depth))
            {
                members.extend(others);
            }
        }
        if let Value::Object(members) = &mut schema {
            self.annotate(choices, members);
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

    /// The components, by name.
    pub fn definitions(self, choices: &mut Choices<'_>, depth: usize) -> Map<String, Value> {
        let mut definitions = Map::new();
        let mut names = self.components;
        while let Some((name, others)) = names.split_first() {
            let within = Self { reach: definitions.len(), ..self };
            // The bases of plain objects are objects.
            let plain_object = !self.is_wild() && definitions.len().is_multiple_of(2);
            if plain_object {
                definitions.insert(name.clone(), within.object(choices, depth));
                names = others;
            } else if others.len() >= 2 && choices.chance(20) {
                let (variants, rest) = others.split_at(choices.number(2..=others.len().min(4)));
                within.family(choices, depth, name, variants, &mut definitions);
                names = rest;
            } else {
                definitions.insert(name.clone(), within.schema(choices, depth));
                names = others;
            }
        }
        definitions
    }

    fn is_wild(self) -> bool {
        self.taste == Taste::Wild
    }

    /// The same for a value that may be absent, which may lead back to any component.
    fn optional(self) -> Self {
        Self { reach: self.components.len(), ..self }
    }

    fn shape(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let branch = depth > 0 && choices.chance(60);
        let shape = choices.pick(if branch { BRANCHES } else { LEAVES });
        shape(self, choices, depth.saturating_sub(1))
    }

    fn string(self, choices: &mut Choices<'_>) -> Value {
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

    fn number(self, choices: &mut Choices<'_>, ty: &str) -> Value {
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

    fn reference(self, choices: &mut Choices<'_>) -> Value {
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
    fn values(self, choices: &mut Choices<'_>) -> Value {
        let count = choices.number(1..=5);
        match choices.number(0..=3) {
            0 | 1 => {
                let mut values = words::distinct(choices, self.taste, count);
                if self.is_wild() && choices.chance(5) {
                    values.extend((0..300).map(|number| format!("value{number}")));
                }
                if choices.chance(70) { json!({ "type": "string", "enum": values }) } else { json!({ "enum": values }) }
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

    fn constant(self, choices: &mut Choices<'_>) -> Value {
        let value = if choices.chance(60) { words::name(choices, self.taste).into() } else { self.scalar(choices) };
        match self.dialect {
            Dialect::V30 => json!({ "enum": [value] }),
            Dialect::V31 => json!({ "const": value }),
        }
    }

    /// A value of any type, mostly a small one.
    fn scalar(self, choices: &mut Choices<'_>) -> Value {
        match choices.number(0..=9) {
            0..=3 => (*choices.pick(&STRINGS)).into(),
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
    fn types(self, choices: &mut Choices<'_>) -> Value {
        let one = *choices.pick(&["string", "integer", "number", "boolean", "object", "array"]);
        if self.dialect == Dialect::V30 {
            let mut schema = json!({ "type": one, "nullable": true });
            if one == "array" {
                schema["items"] = json!({});
            }
            return schema;
        }
        let other = *choices.pick(&["null", "null", "string", "boolean", "integer", "object"]);
        if one == other {
            return json!({ "type": [one] });
        }
        json!({ "type": [one, other] })
    }

    fn object(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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
        match choices.number(0..=11) {
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

    fn list(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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

    fn tuple(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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

    fn map(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        json!({ "type": "object", "additionalProperties": self.optional().schema(choices, depth) })
    }

    fn all_of(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut parts = vec![if choices.chance(50) { self.base(choices) } else { self.object(choices, depth) }];
        for _ in 0..choices.number(0..=2) {
            parts.push(if self.is_wild() { self.schema(choices, depth) } else { self.object(choices, depth) });
        }
        let mut schema = json!({ "allOf": parts });
        if choices.chance(20)
            && let (Value::Object(members), Value::Object(beside)) = (&mut schema, self.object(choices, depth))
        {
            members.extend(beside);
        }
        schema
    }

    /// `oneOf` or `anyOf` of anything.
    fn choice(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let keyword = if choices.chance(50) { "oneOf" } else { "anyOf" };
        let mut alternatives: Vec<Value> = (0..choices.number(1..=4)).map(|_| self.schema(choices, depth)).collect();
        if self.dialect == Dialect::V31 && choices.chance(20) {
            alternatives.push(json!({ "type": "null" }));
        }
        let mut schema = json!({ keyword: alternatives });
        if self.is_wild() && choices.chance(20) {
            schema["discriminator"] = json!({ "propertyName": words::name(choices, self.taste) });
        }
        schema
    }

    /// A choice of objects that a member distinguishes.
    fn tagged(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let tag = *choices.pick(&["kind", "type", "object"]);
        let count = choices.number(1..=4);
        let values = words::distinct(choices, self.taste, count);
        let alternatives: Vec<Value> = values
            .into_iter()
            .map(|value| {
                let value = match self.dialect {
                    Dialect::V30 => json!({ "type": "string", "enum": [value] }),
                    Dialect::V31 => json!({ "const": value }),
                };
                self.object_with(choices, depth, vec![(tag.to_owned(), value)])
            })
            .collect();
        let mut schema = json!({ *choices.pick(&["oneOf", "anyOf"]): alternatives });
        if choices.chance(40) {
            schema["discriminator"] = json!({ "propertyName": tag });
        }
        schema
    }

    /// A component with a discriminator, and its variants, which extend it or which it lists.
    fn family(
        self,
        choices: &mut Choices<'_>,
        depth: usize,
        base: &str,
        variants: &[String],
        definitions: &mut Map<String, Value>,
    ) {
        let tag = "kind";
        let mut discriminator = json!({ "propertyName": tag });
        if choices.chance(60) {
            let mapping: Map<String, Value> = variants
                .iter()
                .enumerate()
                .map(|(number, variant)| {
                    let target = if choices.chance(80) { component_reference(variant) } else { variant.clone() };
                    (format!("kind{number}"), target.into())
                })
                .collect();
            discriminator["mapping"] = mapping.into();
        }
        let extended = choices.chance(50);
        for variant in variants {
            let own = self.object_with(choices, depth.saturating_sub(1), vec![]);
            let schema = if extended {
                json!({ "allOf": [{ "$ref": component_reference(base) }, own] })
            } else {
                self.object_with(choices, depth.saturating_sub(1), vec![(tag.to_owned(), json!({ "type": "string" }))])
            };
            definitions.insert(variant.clone(), schema);
        }
        let schema = if extended {
            let mut schema = self.object_with(choices, 0, vec![(tag.to_owned(), json!({ "type": "string" }))]);
            schema["discriminator"] = discriminator;
            schema
        } else {
            let references: Vec<Value> =
                variants.iter().map(|variant| json!({ "$ref": component_reference(variant) })).collect();
            json!({ "oneOf": references, "discriminator": discriminator })
        };
        definitions.insert(base.to_owned(), schema);
    }

    /// Rules that a type cannot express.
    fn conditional(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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
    fn local(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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

    /// Keywords that do not shape the data.
    fn annotate(self, choices: &mut Choices<'_>, schema: &mut Map<String, Value>) {
        // In 3.0, nothing beside a reference counts.
        if choices.chance(70) || self.dialect == Dialect::V30 && schema.contains_key("$ref") && !self.is_wild() {
            return;
        }
        let (keyword, value): (&str, Value) = match choices.number(0..=11) {
            0..=2 => ("description", words::text(choices, self.taste).into()),
            3 => ("title", words::name(choices, self.taste).into()),
            4 => ("deprecated", true.into()),
            5 => ("readOnly", true.into()),
            6 => ("writeOnly", true.into()),
            7 | 8 if self.is_wild() => ("example", self.scalar(choices)),
            7 | 8 => {
                // The components are not known yet, so that a reference has no example.
                let valid = instance(choices, &Value::Null, &Value::Object(schema.clone()));
                match valid {
                    Some(valid) if self.dialect == Dialect::V31 && choices.chance(50) => ("examples", json!([valid])),
                    Some(valid) => ("example", valid),
                    None => return,
                }
            }
            9 if self.is_wild() => ("default", self.scalar(choices)),
            10 if self.dialect == Dialect::V31 => ("$comment", "A comment.".into()),
            11 => ("externalDocs", json!({ "url": "https://example.com" })),
            _ => ("x-extension", json!({ "any": ["thing"] })),
        };
        schema.insert(keyword.to_owned(), value);
    }

    /// Something that is not a sensible schema.
    fn nonsense(self, choices: &mut Choices<'_>, depth: usize, mut schema: Value) -> Value {
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

/// A reference to a component.
pub(crate) fn component_reference(name: &str) -> String {
    let mut reference = "#/components/schemas/".to_owned();
    for c in name.chars() {
        match c {
            '~' => reference.push_str("~0"),
            '/' => reference.push_str("~1"),
            '%' => reference.push_str("%25"),
            c => reference.push(c),
        }
    }
    reference
}

/// A member of an object, which is added if it is missing.
fn entry<'v>(schema: &'v mut Value, keyword: &str, missing: Value) -> &'v mut Value {
    let slot = &mut schema[keyword];
    if slot.is_null() {
        *slot = missing;
    }
    slot
}
