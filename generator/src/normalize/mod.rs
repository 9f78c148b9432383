//! One shape for all dialects: OpenAPI 3.0, 3.1 and 3.2, `webhooks` and `x-webhooks`.
//!
//! Only what webhooks use is read; mistakes elsewhere in the document are not reported.

mod absent;
mod entry;
mod fields;
mod media_type;
mod operation;
mod path_item;
mod pattern;
mod payloads;
mod places;
mod received;
mod schema;
mod statements;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod unread;
mod webhooks;

use std::collections::HashSet;

use openapiv3::Operation;

pub use entry::Address;
pub use schema::{
    Additional, Correction, DEFAULT_MAPPING, EACH, Inexpressible, JsonType, Schema, SchemaId, Schemas, keywords,
};
pub use statements::{Statement, StatementKind, prose};

use crate::budget::{Budget, Resource};
use crate::config::WebhookPlaces;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, did_you_mean};
use crate::document::{Node, Value, parsed_json, pointer};
use crate::http;
use crate::resolve::{Resolver, Unresolved};

/// The part of a description that webhooks use.
#[derive(Debug)]
pub struct Description {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`.
    pub description: Option<String>,
    /// The webhooks with a JSON body, in document order.
    pub webhooks: Vec<Webhook>,
    /// Their schemas.
    pub schemas: Schemas,
    /// Where the webhooks may say how deliveries are signed.
    pub statements: Vec<Statement>,
    /// The whole document.
    pub document: Node,
}

/// One operation under `webhooks`, or at another place that describes webhooks.
#[derive(Debug)]
pub struct Webhook {
    /// The node whose name is the key of the webhook.
    pub key: Node,
    /// Its name: the key, or one that is made of its place.
    pub name: String,
    /// Where it is sent to, if that is known.
    pub address: Option<Address>,
    /// The path that it is described under, if it is an operation under `paths`.
    pub path: Option<String>,
    /// The method of the request, in lower case.
    pub method: &'static str,
    /// The media type of the body.
    pub media_type: String,
    /// `security` of the operation.
    pub security: Option<Node>,
    /// The operation, as an OpenAPI 3.0 type. Bodies and headers are separate, since 3.0 cannot express all of them.
    pub operation: Operation,
    /// The place of `operationId`.
    pub operation_id: Option<Node>,
    /// The summaries and descriptions of the operation and its path item.
    pub texts: Vec<Node>,
    /// The strings in the extensions (`x-…`) of the operation and its path item, each with its path.
    pub extensions: Vec<(String, Node)>,
    /// The body's schema.
    pub body: SchemaId,
    /// Examples of the whole body.
    pub examples: Vec<Example>,
    /// The headers that the operation documents, on the request or, as some vendors do, on a response.
    pub headers: Vec<Header>,
}

/// An example of a whole body.
#[derive(Debug)]
pub struct Example {
    /// Its key under `examples`, if it has one.
    pub name: Option<String>,
    /// The body.
    pub payload: Node,
}

/// A documented header.
#[derive(Debug)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Where it is documented.
    pub place: Place,
    /// The documented values: a constant, a single enum value, examples.
    pub values: Vec<Node>,
    /// The values of its `enum`, or its `const`.
    pub listed: Vec<Node>,
    /// Its description, or that of its schema.
    pub description: Option<Node>,
}

/// How many examples of a header are read, of each kind.
const MAX_EXAMPLES: usize = 100;

/// Reads a description, with the webhooks at these places besides those under `webhooks`. After an error the result may be
/// incomplete.
pub fn normalize(
    root: &Node,
    places: &WebhookPlaces,
    resolver: &Resolver<'_>,
    budget: &Budget,
    diagnostics: &mut Diagnostics,
) -> Description {
    let mut reader = Reader {
        resolver,
        budget,
        diagnostics,
        schemas: Schemas::default(),
        checked: HashSet::new(),
        statements: Vec::new(),
        stated: HashSet::new(),
    };
    let info = root.get("info").and_then(|info| resolver.resolve(info).ok());
    let text = |name: &str| {
        let value = info.as_ref()?.get(name)?;
        match value.value() {
            Value::String(text) | Value::Number(text) => Some(text.to_string()),
            _ => None,
        }
    };
    reader.version(root);
    let is_openapi = root.get("openapi").is_some();
    let webhooks = if is_openapi { reader.webhooks(root, places) } else { Vec::new() };
    Description {
        title: text("title").unwrap_or_default(),
        version: text("version").unwrap_or_default(),
        description: text("description"),
        webhooks,
        schemas: reader.schemas,
        statements: reader.statements,
        document: root.clone(),
    }
}

struct Reader<'a, 'r> {
    resolver: &'a Resolver<'r>,
    budget: &'a Budget,
    diagnostics: &'a mut Diagnostics,
    schemas: Schemas,
    /// The [identities](crate::document::Origin::identity) of the objects whose fields are known to be reported.
    checked: HashSet<usize>,
    statements: Vec<Statement>,
    /// The identities of the places that have a statement.
    stated: HashSet<usize>,
}

impl Reader<'_, '_> {
    fn version(&mut self, root: &Node) {
        let supported = "OpenAPI 3.0, 3.1 and 3.2 are supported";
        let Some(version) = root.get("openapi") else {
            let (message, help) = if root.get("swagger").is_some() {
                let help = "convert it to OpenAPI 3.0 first; webhooks that it describes under `paths` can then be listed in the \
                            table `[webhooks]` of codegen.toml";
                ("Swagger 2.0 has no webhooks", Some(help))
            } else if root.get("asyncapi").is_some() {
                ("this is an AsyncAPI description", Some("describe the webhooks in OpenAPI, under `webhooks`"))
            } else {
                ("this is not an OpenAPI description: `openapi` is missing", None)
            };
            return self.diagnostics.push(
                Diagnostic::new(Code::Version, message)
                    .at(Place::Value(root.origin().clone()), supported)
                    .maybe_help(help.map(str::to_owned)),
            );
        };
        let text = match version.value() {
            Value::String(text) | Value::Number(text) => text,
            _ => "",
        };
        if !["3.0", "3.1", "3.2"].iter().any(|known| text == *known || text.starts_with(&format!("{known}."))) {
            self.diagnostics.push(
                Diagnostic::new(Code::Version, "this version of OpenAPI is not supported")
                    .at(Place::Value(version.origin().clone()), supported),
            );
        }
    }

    fn operation(&mut self, node: &Node) -> Operation {
        let mut operation = Operation::default();
        let mut text = |name: &str| {
            let value = node.get(name)?;
            if value.as_str().is_none() {
                // A text for people is not worth an error.
                self.diagnostics.push(
                    Diagnostic::new(Code::SchemaFault, format!("`{name}` must be a string"))
                        .at(Place::Value(value.origin().clone()), "ignored"),
                );
            }
            value.as_str().map(str::to_owned)
        };
        operation.summary = text("summary");
        operation.description = text("description");
        operation.operation_id = text("operationId");
        operation.deprecated = node.get("deprecated").and_then(Node::as_bool).unwrap_or_default();
        let tags = node.get("tags").and_then(Node::as_array).unwrap_or_default();
        self.spend(tags.len(), node);
        operation.tags = tags.iter().filter_map(Node::as_str).map(str::to_owned).collect();
        operation
    }

    fn examples(&mut self, media: &Node, schema: &Node) -> Vec<Example> {
        let example = media.get("example").cloned();
        let mut examples: Vec<Example> = example.into_iter().map(|payload| Example { name: None, payload }).collect();
        // A list is that of a schema: its elements are values.
        let listed = media.get("examples").and_then(Node::as_array).unwrap_or_default();
        self.spend(listed.len(), media);
        examples.extend(listed.iter().cloned().map(|payload| Example { name: None, payload }));
        for (name, example) in media.get("examples").and_then(Node::as_object).into_iter().flatten() {
            self.spend(1, example);
            if let Some(example) = self.follow_example(example) {
                // 3.2 has `dataValue` for what `value` is in 3.0 and 3.1.
                let payload = example.get("value").or_else(|| example.get("dataValue")).cloned();
                examples.extend(payload.map(|payload| Example { name: Some(name.to_string()), payload }));
            }
        }
        // If the media type has none, those of the schema are also examples of the whole body.
        if examples.is_empty()
            && let Some(schema) = self.follow_schema(schema)
        {
            let listed = schema.get("examples").and_then(Node::as_array).unwrap_or_default();
            self.spend(listed.len(), &schema);
            let payloads = schema.get("example").into_iter().chain(listed).cloned();
            examples.extend(payloads.map(|payload| Example { name: None, payload }));
        }
        for example in &mut examples {
            // Some write the JSON of an object as a text.
            if let Some(text) = example.payload.as_str().filter(|text| text.trim_start().starts_with('{')) {
                self.spend(text.len() / 8, schema);
                let object = parsed_json(text, example.payload.origin()).filter(|node| node.as_object().is_some());
                example.payload = object.unwrap_or_else(|| example.payload.clone());
            }
        }
        examples
    }

    fn headers(&mut self, item: &Node, operation: &Node) -> Vec<Header> {
        let mut headers = Vec::new();
        let parameters = [item, operation].into_iter().filter_map(|node| node.get("parameters")?.as_array()).flatten();
        for parameter in parameters {
            self.spend(1, parameter);
            let Some(parameter) = self.follow(parameter) else { continue };
            self.fields(&parameter, &[fields::PARAMETER]);
            if parameter.get("in").and_then(Node::as_str) == Some("header")
                && let Some(name) = parameter.get("name")
            {
                let Some(text) = name.as_str().filter(|text| http::is_token(text)) else {
                    self.skip_value(name, "a header name has letters, digits and a few signs");
                    continue;
                };
                let place = Place::Value(name.origin().clone());
                headers.push(self.header(text, place, &parameter));
            }
        }
        let responses = operation.get("responses").and_then(Node::as_object);
        for response in responses.into_iter().flat_map(|map| map.values()) {
            self.spend(1, response);
            // A response does not describe what is received: a broken reference there is not reported.
            let response = self.resolver.resolve(response).ok();
            let map = response.as_ref().and_then(|response| response.get("headers")?.as_object());
            for (name, header) in map.into_iter().flatten() {
                self.spend(1, header);
                let place = Place::Name(header.origin().clone());
                headers.push(Header {
                    name: name.to_string(),
                    place,
                    values: Vec::new(),
                    listed: Vec::new(),
                    description: None,
                });
            }
        }
        headers
    }

    fn header(&mut self, name: &str, place: Place, parameter: &Node) -> Header {
        let schema = parameter.get("schema").and_then(|schema| self.follow_schema(schema));
        let keyword = |name| schema.as_ref()?.get(name);
        let texts = |nodes: &[Option<&Node>]| {
            nodes.iter().copied().flatten().filter(|node| node.as_str().is_some()).cloned().collect::<Vec<Node>>()
        };
        let listed = keyword("enum").and_then(Node::as_array).unwrap_or_default().iter().map(Some);
        let listed = texts(&listed.chain([keyword("const")]).collect::<Vec<_>>());
        self.spend(listed.len(), parameter);
        let named =
            parameter.get("examples").and_then(Node::as_object).into_iter().flat_map(|examples| examples.values());
        let named = named.take(MAX_EXAMPLES).map(|example| example.get("value"));
        let plain =
            keyword("examples").and_then(Node::as_array).unwrap_or_default().iter().take(MAX_EXAMPLES).map(Some);
        let only = if let [only] = &listed[..] { Some(only) } else { None };
        let examples = [only, parameter.get("example"), keyword("example"), keyword("default")];
        let values = texts(&examples.into_iter().chain(named).chain(plain).collect::<Vec<_>>());
        let description = parameter.get("description").or_else(|| keyword("description")).cloned();
        Header { name: name.to_owned(), place, values, listed, description }
    }

    /// The strings in the extensions of an operation or a path item, in lists directly below an extension too.
    fn extensions(&mut self, operation: &Node) -> Vec<(String, Node)> {
        let members = operation.as_object().into_iter().flatten();
        let mut pending: Vec<(String, &Node)> =
            members.filter(|(name, _)| name.starts_with("x-")).map(|(name, node)| (name.to_string(), node)).collect();
        let mut texts = Vec::new();
        while let Some((path, node)) = pending.pop() {
            self.spend(1, node);
            match node.value() {
                Value::String(_) => texts.push((path, node.clone())),
                Value::Array(items) if !path.contains('/') => {
                    let items = items.iter().filter(|item| item.as_str().is_some());
                    texts.extend(items.map(|item| (path.clone(), item.clone())));
                }
                Value::Object(members) => {
                    let path = |name| format!("{path}/{}", pointer::escape(name));
                    pending.extend(members.iter().map(|(name, node)| (path(name), node)));
                }
                _ => {}
            }
        }
        texts.sort_by(|(a, _), (b, _)| a.cmp(b));
        texts
    }

    /// Counts parts of a webhook, which webhooks may share.
    fn spend(&mut self, amount: usize, node: &Node) {
        self.budget.spend(Resource::Members, amount, || Place::Value(node.origin().clone()));
    }

    /// Reports the fields of an object that it does not have in any version of OpenAPI.
    fn fields(&mut self, node: &Node, known: &[&[&str]]) {
        // Webhooks may share an object.
        if !self.checked.insert(node.origin().identity()) {
            return;
        }
        let known: Vec<&str> = known.iter().copied().flatten().copied().collect();
        let members = node.as_object().into_iter().flatten();
        for (name, value) in members.filter(|(name, _)| !name.starts_with("x-") && !known.contains(&&***name)) {
            let near = did_you_mean(name, known.iter().copied());
            self.diagnostics.push(
                Diagnostic::new(Code::UnknownKeyword, format!("unknown field `{name}` is ignored"))
                    .at(Place::Name(value.origin().clone()), "")
                    .maybe_help(near),
            );
        }
    }

    /// The node itself, or the target of its `$ref`.
    fn follow(&mut self, node: &Node) -> Option<Node> {
        if node.get("$ref").is_none() {
            return Some(node.clone());
        }
        match self.resolver.resolve(node) {
            Ok(target) => Some(target),
            Err(unresolved) => {
                self.diagnostics.push(unresolved.into_error());
                None
            }
        }
    }

    /// The example itself, or the target of its `$ref`; without one, it is not used.
    fn follow_example(&mut self, example: &Node) -> Option<Node> {
        match self.resolver.resolve(example) {
            Ok(target) => Some(target),
            Err(Unresolved::Wrong(diagnostic)) => {
                self.diagnostics.push(diagnostic.made(Code::ExampleUnusable, "not used as a fixture"));
                None
            }
            Err(Unresolved::Unavailable(diagnostic)) => {
                self.diagnostics.push(*diagnostic);
                None
            }
        }
    }

    /// The schema itself, or the target of its `$ref`. An unresolved `$ref` costs what the schema says.
    fn follow_schema(&mut self, schema: &Node) -> Option<Node> {
        match self.resolver.resolve(schema) {
            Ok(target) => Some(target),
            Err(unresolved) => {
                self.diagnostics.push(schema::unresolved(unresolved, "the value is kept untyped"));
                None
            }
        }
    }

    fn skip(&mut self, node: &Node, message: &str) {
        self.skip_with(node, message, None);
    }

    fn skip_with(&mut self, node: &Node, message: &str, help: Option<String>) {
        let skipped = Diagnostic::new(Code::Skipped, message).at(Place::Name(node.origin().clone()), "skipped");
        self.diagnostics.push(skipped.maybe_help(help));
    }

    fn skip_value(&mut self, node: &Node, message: &str) {
        let skipped = Diagnostic::new(Code::Skipped, message).at(Place::Value(node.origin().clone()), "skipped");
        self.diagnostics.push(skipped);
    }

    fn wrong(&mut self, node: &Node, message: &str, help: &str) {
        let error = Diagnostic::new(Code::Malformed, message).at(Place::Value(node.origin().clone()), "");
        self.diagnostics.push(error.help(help));
    }
}
