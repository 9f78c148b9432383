//! Payloads for tests: examples of the description, or payloads assembled from the examples of properties.
//!
//! Every one is checked against the lowered types, so that the emitted tests cannot fail.

mod assemble;
mod build;
mod check;
mod fit;
mod scalar;
mod statement;
mod synthesize;

use assemble::assemble;
use check::{Decoded, Mismatch, decode};
use statement::Statement;
use synthesize::smallest;

use super::context::Context;
use super::event_types::Route;
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Origin, pretty_json};
use crate::ir::{Api, Example, Type, TypeId};

/// How many values a payload may have that the description does not state as a whole.
const MAX_VALUES: usize = 10_000;

/// The examples of a webhook under one of its event types, at least one unless that is an error.
pub(super) fn examples(
    cx: &Context<'_>,
    api: &Api,
    route: &Route<'_>,
    routes: &[Route<'_>],
    payload: TypeId,
) -> Vec<Example> {
    let statement = Statement::of(&api.event_type_location, &api.separator, route);
    let examples = Examples { cx, api, payload, statement, route, routes };
    let published = examples.published();
    if published.is_empty() { examples.assembled().into_iter().collect() } else { published }
}

/// Makes the examples of one event type.
struct Examples<'a, 'c> {
    cx: &'c Context<'a>,
    api: &'c Api,
    payload: TypeId,
    statement: Statement<'c>,
    route: &'c Route<'c>,
    routes: &'c [Route<'c>],
}

impl Examples<'_, '_> {
    /// The examples of the description that decode.
    fn published(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        for published in self.route.webhook.examples.iter().map(|example| &example.payload) {
            // Counted before it is tried, since webhooks and event types may share it.
            self.cx.spend(Resource::Texts, 1 + published.children().count(), published.origin());
            if self.cx.is_exceeded() {
                break;
            }
            if let Some(other) = self.statement.other_event_type(published) {
                self.report_other_event_type(published, &other);
                continue;
            }
            match self.example(published) {
                Ok((example, undeclared)) => {
                    for member in undeclared {
                        self.report_undeclared(member);
                    }
                    examples.push(example);
                }
                Err(Mismatch { origin, expected }) => self.cx.report(
                    Diagnostic::new(
                        Code::ExampleUnusable,
                        format!("the example does not match its schema: expected {expected}"),
                    )
                    .at(Place::Value(origin), "not used as a fixture"),
                ),
            }
        }
        examples
    }

    /// An example from the examples of properties, else the smallest payload that decodes.
    fn assembled(&self) -> Option<Example> {
        let webhook = self.route.webhook;
        let origin = webhook.key.origin();
        let assembled = assemble(self.cx, self.route.body());
        if !assembled.has_example {
            let is_only = self.routes.iter().filter(|route| std::ptr::eq(route.webhook, webhook)).nth(1).is_none();
            let example = match (webhook.examples.is_empty(), is_only) {
                (true, _) => "example",
                (false, true) => "usable example",
                (false, false) => "usable example of some event types",
            };
            let message = format!("webhook `{}` has no {example}, and its properties have none", webhook.name);
            self.cx.report(
                Diagnostic::new(Code::NoExample, message)
                    .at(Place::Name(origin.clone()), "its fixture has made-up values"),
            );
        }
        let payload = assembled.payload.unwrap_or_else(|| build::empty(origin));
        // What is assembled decodes, unless the body has no finite value within the limits.
        let example =
            self.example(&payload).or_else(|_| self.example(&smallest(self.api, &Type::Named(self.payload), origin)));
        match example {
            Ok((example, _)) => Some(Example { assembled: true, origin: origin.clone(), ..example }),
            Err(mismatch) => {
                self.report_no_payload(mismatch);
                None
            }
        }
    }

    /// An example of a payload, and its undeclared members. If the payload declares a place for the event type, the example
    /// states it.
    fn example(&self, payload: &Node) -> Result<(Example, Vec<Origin>), Mismatch> {
        let decode = |node: &Node| {
            let (decoded, steps) = decode(self.api, &Type::Named(self.payload), node);
            self.cx.spend(Resource::Checks, steps, payload.origin());
            decoded
        };
        let example = |decoded: Decoded, states_event_type| {
            let json = pretty_json(&decoded.value);
            self.cx.spend(Resource::Texts, json.len(), payload.origin());
            let example = Example { json, assembled: false, states_event_type, origin: payload.origin().clone() };
            (example, decoded.undeclared)
        };
        let is_stated = |node: &Node| self.statement.is_in(node, self.routes);
        let stating = if is_stated(payload) { vec![payload.clone()] } else { self.statement.added_to(payload) };
        let mut decoded = stating.iter().filter_map(|node| decode(node).ok());
        match decoded.find(|decoded| is_stated(&decoded.value)) {
            Some(decoded) => Ok(example(decoded, true)),
            None => decode(payload).map(|decoded| example(decoded, false)),
        }
    }

    fn report_other_event_type(&self, example: &Node, other: &str) {
        let Route { webhook, event_type, .. } = self.route;
        // An example of another event type of the same webhook is used there.
        if !self.routes.iter().any(|route| route.webhook.name == webhook.name && route.event_type == other) {
            self.cx.report(
                Diagnostic::new(
                    Code::ExampleUnusable,
                    format!("this example is for `{other}`, not for `{event_type}`"),
                )
                .at(Place::Value(example.origin().clone()), "not used as a fixture"),
            );
        }
    }

    fn report_undeclared(&self, member: Origin) {
        self.cx.report(
            Diagnostic::new(Code::ExampleUndeclared, "the example has a member that the schema does not declare")
                .at(Place::Name(member), "kept as undeclared"),
        );
    }

    fn report_no_payload(&self, Mismatch { origin, expected }: Mismatch) {
        let name = &self.route.webhook.name;
        self.cx.report(
            Diagnostic::new(
                Code::Limit,
                format!("no payload of up to {MAX_VALUES} values matches the schema of webhook `{name}`"),
            )
            .at(Place::Value(origin), format!("always requires {expected}")),
        );
    }
}
