//! The normalized description.

use std::fmt::{self, Display, Formatter};

use super::{name_or_quoted, one_line};
use crate::document::{Node, json};
use crate::normalize::{Additional, Description, Example, Header, Inexpressible, JsonType, Schema, SchemaId, Webhook};

/// The webhooks and the schemas that they reach, each with its number.
pub fn normalized(description: &Description) -> String {
    Outline(description).to_string()
}

struct Outline<'a>(&'a Description);

impl Display for Outline<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for webhook in &self.0.webhooks {
            self::webhook(f, webhook)?;
        }
        for (index, schema) in self.0.schemas.iter().enumerate() {
            writeln!(f, "\n#{index} {}", schema.node.origin().pointer())?;
            self::schema(f, schema)?;
        }
        Ok(())
    }
}

fn webhook(f: &mut Formatter<'_>, webhook: &Webhook) -> fmt::Result {
    // The rest does not shape what is emitted.
    let Webhook { name, address, operation, operation_id, extensions, body, examples, headers, .. } = webhook;
    writeln!(f, "webhook {name:?}: {}", id(*body))?;
    line(f, "sent to", address.iter().map(|address| format!("{:?}", address.expression)))?;
    for text in [&operation.summary, &operation.description].into_iter().flatten() {
        writeln!(f, "    /// {}", one_line(text))?;
    }
    line(f, "operationId", operation_id.iter().map(json))?;
    line(f, "deprecated", operation.deprecated.then_some("true"))?;
    for (path, text) in extensions {
        writeln!(f, "    {path}: {}", json(text))?;
    }
    for Header { name, place: _, values, listed, description: _ } in headers {
        write!(f, "    header {name}")?;
        let texts = |nodes: &[Node]| nodes.iter().map(json).collect::<Vec<_>>().join(", ");
        if !values.is_empty() {
            write!(f, " = {}", texts(values))?;
        }
        if !listed.is_empty() {
            write!(f, " in {}", texts(listed))?;
        }
        writeln!(f)?;
    }
    for Example { name, payload } in examples {
        let name = name.iter().map(|name| format!(" {}", name_or_quoted(name))).collect::<String>();
        writeln!(f, "    example{name} {}", json(payload))?;
    }
    Ok(())
}

/// All that a schema states. A new field is a compile error here, so that none is forgotten.
fn schema(f: &mut Formatter<'_>, schema: &Schema) -> fmt::Result {
    let Schema {
        node: _,
        data,
        boolean,
        reference,
        types,
        only_null,
        format,
        required,
        properties,
        additional,
        unevaluated,
        items,
        prefix_items,
        closed_tuple,
        min_items,
        max_items,
        patterns,
        children,
        all_of,
        one_of,
        any_of,
        constant,
        values,
        examples,
        facts,
        inexpressible,
    } = schema;
    for text in [&data.title, &data.description].into_iter().flatten() {
        writeln!(f, "    /// {}", one_line(text))?;
    }
    let ids = |ids: &[SchemaId]| ids.iter().copied().map(id).collect::<Vec<_>>();
    line(f, "is", boolean)?;
    line(f, "deprecated", data.deprecated.then_some("true"))?;
    line(f, "$ref", reference.map(id))?;
    line(f, "type", types.iter().copied().map(type_name).chain(only_null.then_some("only null")))?;
    line(f, "nullable", data.nullable.then_some("true"))?;
    line(f, "format", format)?;
    line(f, "required", required.iter().map(|name| name_or_quoted(name)))?;
    line(f, "properties", properties.iter().map(|(name, schema)| format!("{} {}", name_or_quoted(name), id(*schema))))?;
    line(f, "additionalProperties", additional.map(additional_name))?;
    line(f, "unevaluatedProperties", unevaluated.map(additional_name))?;
    line(f, "patternProperties", ids(patterns))?;
    line(f, "prefixItems", ids(prefix_items))?;
    line(f, "items", items.iter().map(|item| id(*item)).chain(closed_tuple.then(|| "false".to_owned())))?;
    line(f, "minItems", min_items)?;
    line(f, "maxItems", max_items)?;
    line(f, "allOf", ids(all_of))?;
    line(f, "oneOf", ids(one_of))?;
    line(f, "anyOf", ids(any_of))?;
    line(f, "extended by", ids(children))?;
    if let Some(discriminator) = &data.discriminator {
        let mapping = discriminator.mapping.iter().map(|(tag, target)| format!("{tag:?} -> {target}"));
        let default = discriminator.extensions.values().map(|target| format!("otherwise -> {target}"));
        line(f, "discriminator", [discriminator.property_name.clone()].into_iter().chain(mapping).chain(default))?;
    }
    line(f, "const", constant.iter().map(json))?;
    line(f, "enum", values.iter().flatten().map(json))?;
    line(f, "examples", examples.iter().map(json))?;
    for (keyword, value) in facts {
        writeln!(f, "    /// {keyword}: {}", one_line(value))?;
    }
    let inexpressible = inexpressible.as_ref().map(|reason| match reason {
        Inexpressible::Keyword(keyword) => keyword.as_str(),
        Inexpressible::Fault => "a fault",
    });
    line(f, "no Rust type for", inexpressible)
}

/// A keyword with its values, unless it has none.
fn line(f: &mut Formatter<'_>, keyword: &str, values: impl IntoIterator<Item: Display>) -> fmt::Result {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    if values.is_empty() { Ok(()) } else { writeln!(f, "    {keyword}: {}", values.join(", ")) }
}

fn id(id: SchemaId) -> String {
    format!("#{}", id.index())
}

fn additional_name(additional: Additional) -> String {
    match additional {
        Additional::Forbidden => "false".to_owned(),
        Additional::Any => "true".to_owned(),
        Additional::Schema(schema) => id(schema),
    }
}

fn type_name(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Boolean => "boolean",
        JsonType::Integer => "integer",
        JsonType::Number => "number",
        JsonType::String => "string",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}
