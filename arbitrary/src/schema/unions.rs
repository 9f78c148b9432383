//! Schemas that combine others.

use serde_json::{Map, Value, json};

use super::{Dialect, Schemas, component_reference};
use crate::{Choices, words};

impl Schemas<'_> {
    pub(super) fn all_of(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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
    pub(super) fn choice(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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
    pub(super) fn tagged(self, choices: &mut Choices<'_>, depth: usize) -> Value {
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

    /// `anyOf` of objects that share members, some of them with different constants, so that a value may match several.
    pub(super) fn any_objects(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let shared = words::distinct(choices, self.taste, 3);
        let alternatives: Vec<Value> = (0..choices.number(2..=3))
            .map(|_| {
                let mut members = vec![];
                for name in &shared {
                    match choices.number(0..=5) {
                        0 => members.push((name.clone(), self.constant(choices))),
                        1 => members.push((name.clone(), self.values(choices))),
                        2 => members.push((name.clone(), json!({ "type": "string" }))),
                        3 => members.push((name.clone(), self.schema(choices, 0))),
                        _ => {}
                    }
                }
                self.object_with(choices, depth.min(1), members)
            })
            .collect();
        json!({ "anyOf": alternatives })
    }

    /// Alternatives beside the type, the members, or the list that they are about.
    pub(super) fn typed_choice(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let keyword = if choices.chance(50) { "oneOf" } else { "anyOf" };
        match choices.number(0..=2) {
            0 => {
                let mut schema = self.object(choices, depth);
                let names: Vec<&String> =
                    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
                let alternatives: Vec<Value> = names.iter().take(3).map(|name| json!({ "required": [name] })).collect();
                schema["anyOf"] = alternatives.into();
                schema
            }
            1 => {
                let mut schema = self.object(choices, depth);
                let alternatives: Vec<Value> =
                    (0..choices.number(1..=3)).map(|_| self.object(choices, depth.min(1))).collect();
                schema[keyword] = alternatives.into();
                schema
            }
            _ => {
                let alternatives = [json!({ "maxLength": 3 }), json!({ "minLength": 2 }), self.string(choices)];
                json!({ "type": "string", "anyOf": alternatives })
            }
        }
    }

    /// A reference beside keywords that apply as well.
    pub(super) fn beside_reference(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let mut schema = self.base(choices);
        if let (Value::Object(own), Value::Object(members)) = (self.object(choices, depth), &mut schema) {
            members.extend(own);
        }
        schema
    }

    /// Alternatives of different types, some of them with alternatives of their own.
    pub(super) fn any_type(self, choices: &mut Choices<'_>, depth: usize) -> Value {
        let keyword = if choices.chance(50) { "oneOf" } else { "anyOf" };
        let mut alternatives = vec![self.types(choices), self.object(choices, depth)];
        match choices.number(0..=3) {
            0 => alternatives.push(self.list(choices, depth)),
            1 => alternatives.push(self.choice(choices, depth.min(1))),
            2 => alternatives.push(self.map(choices, depth)),
            _ => alternatives.push(self.values(choices)),
        }
        if choices.chance(50) {
            alternatives.reverse();
        }
        json!({ keyword: alternatives })
    }

    /// A component with a discriminator, and its variants, which extend it or which it lists.
    pub(super) fn family(
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
}
