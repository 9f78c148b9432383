//! Every keyword of the Schema Objects of OpenAPI 3.0 to 3.2 and of JSON Schema 2020-12, and its treatment.
//!
//! `docs/support.md` has the same table for users; a test compares them.

use super::{Additional, Inexpressible, Reader, Schema};
use crate::diagnostics::did_you_mean;
use crate::document::{Node, Object, Segment, Value};

/// The treatment of a keyword.
pub(super) enum Treatment {
    /// It is read into the [`Schema`].
    Read(Read),
    /// It appears in the docs, with its value.
    Fact,
    /// A rule that a type cannot express; data that breaks it still decodes.
    Rule,
    /// Something that is not supported; values are kept untyped.
    Untyped,
    /// An annotation or a definition that does not describe the data.
    Nothing,
}

/// Reads the value of a keyword of this name into a schema.
type Read = fn(&mut Reader<'_, '_>, &mut Schema, &str, &Node);

use Treatment::{Fact, Nothing, Read as Reads, Rule, Untyped};

/// The keywords.
pub(super) const KEYWORDS: &[(&str, Treatment)] = &[
    ("$ref", Reads(|reader, schema, _, _| reader.reference(schema))),
    ("type", Reads(|reader, schema, _, value| reader.types(schema, value))),
    ("enum", Reads(|reader, schema, _, value| reader.values(schema, value))),
    ("const", Reads(|_, schema, _, value| constant(schema, value))),
    ("format", Reads(|reader, schema, keyword, value| schema.format = reader.text(value, keyword))),
    ("contentEncoding", Reads(|_, schema, keyword, value| encoding(schema, keyword, value))),
    ("nullable", Reads(|reader, schema, keyword, value| schema.data.nullable |= reader.flag(value, keyword))),
    (
        "properties",
        Reads(|reader, schema, keyword, value| schema.properties = reader.properties(schema, value, keyword)),
    ),
    ("required", Reads(|reader, schema, _, value| schema.required = reader.required(schema, value))),
    ("additionalProperties", Reads(|reader, schema, _, value| schema.additional = Some(reader.additional(value)))),
    (
        "patternProperties",
        Reads(|reader, schema, keyword, value| {
            schema.patterns = reader.properties(schema, value, keyword).into_values().collect();
        }),
    ),
    ("items", Reads(|reader, schema, _, value| reader.items(schema, value))),
    ("prefixItems", Reads(|reader, schema, keyword, value| schema.prefix_items = reader.schemas_of(value, keyword))),
    ("minItems", Reads(|_, schema, keyword, value| schema.min_items = length(schema, keyword, value))),
    ("maxItems", Reads(|_, schema, keyword, value| schema.max_items = length(schema, keyword, value))),
    ("allOf", Reads(|reader, schema, keyword, value| schema.all_of = reader.schemas_of(value, keyword))),
    ("oneOf", Reads(|reader, schema, keyword, value| schema.one_of = reader.schemas_of(value, keyword))),
    ("anyOf", Reads(|reader, schema, keyword, value| schema.any_of = reader.schemas_of(value, keyword))),
    ("discriminator", Reads(|reader, schema, _, value| schema.data.discriminator = reader.discriminator(value))),
    ("title", Reads(|reader, schema, keyword, value| schema.data.title = reader.text(value, keyword))),
    ("description", Reads(|reader, schema, keyword, value| schema.data.description = reader.text(value, keyword))),
    ("deprecated", Reads(|reader, schema, keyword, value| schema.data.deprecated = reader.flag(value, keyword))),
    ("readOnly", Reads(|reader, schema, keyword, value| schema.data.read_only = reader.flag(value, keyword))),
    ("writeOnly", Reads(|reader, schema, keyword, value| schema.data.write_only = reader.flag(value, keyword))),
    ("example", Reads(|_, schema, _, value| schema.examples.insert(0, value.clone()))),
    ("examples", Reads(|reader, schema, _, value| reader.examples(schema, value))),
    ("default", Fact),
    ("pattern", Fact),
    ("minLength", Fact),
    ("maxLength", Fact),
    ("minimum", Fact),
    ("maximum", Fact),
    ("exclusiveMinimum", Fact),
    ("exclusiveMaximum", Fact),
    ("multipleOf", Fact),
    ("uniqueItems", Fact),
    ("minProperties", Fact),
    ("maxProperties", Fact),
    ("contentMediaType", Fact),
    ("not", Rule),
    ("if", Rule),
    ("then", Rule),
    ("else", Rule),
    ("dependentRequired", Rule),
    ("dependentSchemas", Rule),
    ("propertyNames", Rule),
    ("unevaluatedProperties", Reads(|reader, schema, _, value| schema.unevaluated = Some(reader.additional(value)))),
    ("unevaluatedItems", Rule),
    ("contains", Rule),
    ("minContains", Rule),
    ("maxContains", Rule),
    ("contentSchema", Rule),
    ("$dynamicRef", Untyped),
    ("$recursiveRef", Untyped),
    // The resolver knows what these mean for references.
    ("$id", Nothing),
    ("$anchor", Nothing),
    ("$dynamicAnchor", Nothing),
    ("$defs", Nothing),
    ("definitions", Nothing),
    ("$schema", Nothing),
    ("$vocabulary", Nothing),
    ("$comment", Nothing),
    ("externalDocs", Nothing),
    ("xml", Nothing),
];

/// Keywords of older drafts, with what replaces them.
const REPLACED: [(&str, &str); 5] = [
    ("additionalItems", "items"),
    ("divisibleBy", "multipleOf"),
    ("id", "$id"),
    ("$recursiveAnchor", "$dynamicAnchor"),
    ("extends", "allOf"),
];

/// A line of help about an unknown keyword, given its value.
pub(super) fn help(keyword: &str, value: &Node) -> Option<String> {
    let replacement = match keyword {
        // Of a list of names, or of schemas.
        "dependencies" => match value.as_object().and_then(|rules| rules.values().find_map(Node::as_array)) {
            Some(_) => Some("dependentRequired"),
            None => Some("dependentSchemas"),
        },
        keyword => REPLACED.iter().find(|(replaced, _)| *replaced == keyword).map(|(_, replacement)| *replacement),
    };
    match replacement {
        Some(replacement) => Some(format!("`{replacement}` replaces it")),
        None => did_you_mean(keyword, super::keywords()),
    }
}

/// Whether a schema allows every value.
fn allows_all(schema: &Node) -> bool {
    schema.as_bool() == Some(true) || schema.as_object().is_some_and(Object::is_empty)
}

fn constant(schema: &mut Schema, value: &Node) {
    if matches!(value.value(), Value::Null) {
        schema.only_null = true;
    } else {
        schema.constant = Some(value.clone());
    }
}

fn encoding(schema: &mut Schema, keyword: &str, value: &Node) {
    if value.as_str() == Some("base64") {
        schema.format.get_or_insert_with(|| "byte".to_owned());
    } else {
        schema.fact(keyword, value);
    }
}

/// A length, which also appears in the docs.
fn length(schema: &mut Schema, keyword: &str, value: &Node) -> Option<usize> {
    schema.fact(keyword, value);
    match value.value() {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

impl Reader<'_, '_> {
    fn reference(&mut self, schema: &mut Schema) {
        match self.resolver.resolve(&schema.node) {
            Ok(target) => schema.reference = Some(self.reserve(&target)),
            Err(unresolved) => {
                schema.inexpressible = Some(Inexpressible::Fault);
                let is_only = schema.node.as_object().is_none_or(|members| members.len() == 1);
                let is_part = matches!(
                    schema.node.origin().segments().as_slice(),
                    [.., Segment::Member(keyword), Segment::Element(_)] if &**keyword == "allOf"
                );
                let instead =
                    if is_only && !is_part { "the value is kept untyped" } else { "this reference is ignored" };
                self.diagnostics.push(super::unresolved(unresolved, instead));
            }
        }
    }

    fn additional(&mut self, value: &Node) -> Additional {
        match value.value() {
            Value::Bool(false) => Additional::Forbidden,
            Value::Bool(true) => Additional::Any,
            Value::String(text) if matches!(&**text, "true" | "false") => {
                let rule = "a schema must be an object, `true` or `false`";
                self.fault(value, rule, &format!("read as `{text}`"), &format!("write `{text}` without quotes"));
                if &**text == "true" { Additional::Any } else { Additional::Forbidden }
            }
            Value::Object(members) if members.is_empty() => Additional::Any,
            // The same as `false`.
            Value::Object(members) if members.len() == 1 && members.get("not").is_some_and(allows_all) => {
                Additional::Forbidden
            }
            _ => Additional::Schema(self.reserve(value)),
        }
    }

    fn items(&mut self, schema: &mut Schema, value: &Node) {
        match value.value() {
            Value::Bool(false) => schema.closed_tuple = true,
            Value::Bool(true) => {}
            // As in drafts before 2020-12.
            Value::Array(schemas) => {
                let help = match schemas.len() {
                    1 => {
                        "for a list of this schema, write `items` without the brackets; for a tuple, write `prefixItems`"
                    }
                    _ => "for a tuple, write `prefixItems`; for a list of any of these, write `items: {anyOf: […]}`",
                };
                self.fault(value, "`items` must be a schema", "read as `prefixItems`", help);
                schema.prefix_items = self.schemas_of(value, "items");
            }
            _ => schema.items.push(self.reserve(value)),
        }
    }

    fn examples(&mut self, schema: &mut Schema, value: &Node) {
        match value.value() {
            Value::Array(examples) => schema.examples.extend(examples.iter().cloned()),
            // OpenAPI's map of Example Objects, which a Schema Object does not allow but some descriptions use.
            Value::Object(examples) => {
                schema.examples.extend(examples.values().filter_map(|e| e.get("value").cloned()));
            }
            _ => self.fault(value, "`examples` must be a list", "ignored", "write `examples: [ … ]`"),
        }
    }
}
