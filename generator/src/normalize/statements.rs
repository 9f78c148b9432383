//! Where a description may say how deliveries are signed. What the words mean is not known here.

use super::Reader;
use crate::diagnostics::Place;
use crate::document::{Node, Object};
use crate::http;

/// A place that may say how deliveries are signed.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The kind of place.
    pub kind: StatementKind,
    /// The header that it documents; `None` for prose.
    pub header: Option<String>,
    /// Descriptions, summaries, examples and listed values.
    pub texts: Vec<Node>,
    /// The place.
    pub place: Place,
}

/// The kind of a [`Statement`], from the most to the least direct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementKind {
    /// A header parameter of a webhook.
    Parameter,
    /// A header of a security scheme that the `security` of a webhook names.
    Security,
    /// A header of a webhook's response.
    Response,
    /// The summary or description of a webhook.
    Webhook,
    /// Any other description.
    Prose,
}

/// The members that contain data, whatever their own members are called.
const DATA: [&str; 6] = ["example", "examples", "default", "enum", "const", "x-codeSamples"];

/// The descriptions in a document, with a kind of [`StatementKind::Prose`].
pub fn prose(document: &Node) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut pending = vec![document];
    while let Some(node) = pending.pop() {
        for (name, member) in node.as_object().into_iter().flatten() {
            if member.as_str().is_some() {
                if ["description", "summary"].contains(&&**name) {
                    statements.push(Statement::prose(StatementKind::Prose, member));
                }
            } else if !DATA.contains(&&**name) {
                pending.push(member);
            }
        }
        pending.extend(node.as_array().unwrap_or_default());
    }
    statements.reverse();
    statements
}

impl Statement {
    fn prose(kind: StatementKind, text: &Node) -> Self {
        Self { kind, header: None, texts: vec![text.clone()], place: Place::Value(text.origin().clone()) }
    }

    fn header(kind: StatementKind, name: &str, place: Place, described: &Node) -> Self {
        let nodes = [Some(described), described.get("schema")].into_iter().flatten();
        let members = ["summary", "description", "example", "const", "pattern"];
        let mut texts: Vec<Node> =
            nodes.clone().flat_map(|node| members.iter().filter_map(|name| node.get(name))).cloned().collect();
        texts.extend(nodes.filter_map(|node| node.get("enum")?.as_array()).flatten().cloned());
        texts.retain(|text| text.as_str().is_some());
        Self { kind, header: Some(name.to_owned()), texts, place }
    }
}

impl Reader<'_, '_> {
    /// Adds what a webhook says, once for each place.
    pub(super) fn add_statements(&mut self, root: &Node, item: &Node, operation: &Node) {
        self.add_parameters(item, operation);
        self.add_security(root, operation);
        self.add_responses(operation);
        for text in [item, operation].into_iter().flat_map(|node| [node.get("summary"), node.get("description")]) {
            if let Some(text) = text.filter(|text| text.as_str().is_some()) {
                self.state(Statement::prose(StatementKind::Webhook, text));
            }
        }
    }

    fn state(&mut self, statement: Statement) {
        let (Place::Value(origin) | Place::Name(origin)) = &statement.place else { return };
        if self.stated.insert(origin.identity()) {
            self.statements.push(statement);
        }
    }

    fn add_parameters(&mut self, item: &Node, operation: &Node) {
        let parameters = [item, operation].into_iter().filter_map(|node| node.get("parameters")?.as_array()).flatten();
        for parameter in parameters {
            // A broken reference is reported where headers are read.
            let Ok(target) = self.resolver.resolve(parameter) else { continue };
            if target.get("in").and_then(Node::as_str) == Some("header") {
                self.state_header(StatementKind::Parameter, &target);
            }
        }
    }

    /// Adds the headers of the security schemes that the operation itself names. Those of the whole description are for
    /// calls to the vendor's API.
    fn add_security(&mut self, root: &Node, operation: &Node) {
        let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
        let requirements = operation.get("security").and_then(Node::as_array).unwrap_or_default();
        for name in requirements.iter().filter_map(Node::as_object).flat_map(Object::keys) {
            let Some(scheme) = schemes.and_then(|schemes| self.resolver.resolve(schemes.get(name)?).ok()) else {
                continue;
            };
            if scheme.get("in").and_then(Node::as_str) == Some("header") {
                self.state_header(StatementKind::Security, &scheme);
            }
        }
    }

    fn state_header(&mut self, kind: StatementKind, described: &Node) {
        let Some(name) = described.get("name") else { return };
        let Some(text) = name.as_str().filter(|text| http::is_token(text)) else { return };
        self.state(Statement::header(kind, text, Place::Value(name.origin().clone()), described));
    }

    fn add_responses(&mut self, operation: &Node) {
        let responses = operation.get("responses").and_then(Node::as_object);
        for response in responses.into_iter().flat_map(Object::values) {
            let Ok(response) = self.resolver.resolve(response) else { continue };
            for (name, header) in response.get("headers").and_then(Node::as_object).into_iter().flatten() {
                let Ok(described) = self.resolver.resolve(header) else { continue };
                if http::is_token(name) {
                    let place = Place::Name(header.origin().clone());
                    self.state(Statement::header(StatementKind::Response, name, place, &described));
                }
            }
        }
    }
}
