//! Schemas with every keyword that the generator knows.

mod leaves;
mod nonsense;
mod objects;
mod unions;

pub(crate) use leaves::large;

use serde_json::{Map, Value, json};

use crate::words::{self, Taste};
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
    |s, c, _| s.null(c),
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
    |s, c, depth| s.any_objects(c, depth),
    |s, c, depth| s.typed_choice(c, depth),
    |s, c, depth| s.any_type(c, depth),
    |s, c, depth| s.beside_reference(c, depth),
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
        let mut schema = shape(self, choices, depth.saturating_sub(1));
        // Without a type, the keywords of a type are about values of this type only.
        if self.dialect == Dialect::V31
            && choices.chance(4)
            && let Value::Object(members) = &mut schema
        {
            members.remove("type");
        }
        schema
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
            9 => match instance(choices, &Value::Null, &Value::Object(schema.clone())) {
                Some(valid) => ("default", valid),
                None => return,
            },
            10 if self.dialect == Dialect::V31 => ("$comment", "A comment.".into()),
            11 => ("externalDocs", json!({ "url": "https://example.com" })),
            _ => ("x-extension", json!({ "any": ["thing"] })),
        };
        schema.insert(keyword.to_owned(), value);
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
