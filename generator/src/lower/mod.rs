//! The normalized description to the intermediate representation.

mod event_types;
mod examples;
mod passes;
mod schema;
mod signature;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::{Api, EventTypeLocation, Published, Webhook};
use crate::normalize::{self, Description};
use crate::source::Sources;
use event_types::Route;

/// Lowers a description. Errors are pushed, and then there may be no result.
pub fn lower(
    description: &Description,
    config: &Config,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Api> {
    let separator = config.event_types.separator.as_str();
    let scheme = signature::scheme(description, config, diagnostics);
    let (location, routes) = event_types::routes(description, config, diagnostics)?;
    let mut types = schema::Types::new(&description.schemas, sources);
    let mut payloads = Vec::new();
    for route in &routes {
        payloads.push(types.root(&route.event_type, route.body(), diagnostics));
    }
    // Examples are checked against the types: with wrong types, findings about examples would be wrong, too.
    if diagnostics.has_errors() {
        return None;
    }
    let mut api = Api {
        title: description.title.clone(),
        version: description.version.clone(),
        description: description.description.clone(),
        event_type_location: location,
        separator: separator.to_owned(),
        described: description.webhooks.len(),
        webhooks: Vec::new(),
        types: types.defs,
        untyped: types.untyped,
        published: description.webhooks.iter().flat_map(published).collect(),
        scheme,
    };
    for (route, payload) in routes.iter().zip(payloads) {
        let examples = examples::examples(&api, &types.cache, route, &routes, payload, diagnostics);
        let Route { webhook, event_type, head, .. } = route;
        api.webhooks.push(Webhook {
            key: webhook.name.clone(),
            event_type: event_type.clone(),
            header: matches!(api.event_type_location, EventTypeLocation::Header { .. }).then(|| head.clone()),
            payload,
            summary: webhook.operation.summary.clone(),
            description: webhook.operation.description.clone(),
            deprecated: webhook.operation.deprecated,
            examples,
            origin: webhook.key.origin().clone(),
        });
    }
    passes::merge_equal(&mut api);
    passes::report_endless(&api, diagnostics);
    passes::box_cycles(&mut api);
    passes::cut_chains(&mut api);
    (!diagnostics.has_errors()).then_some(api)
}

fn published(webhook: &normalize::Webhook) -> impl Iterator<Item = Published> {
    webhook.examples.iter().map(|example| Published {
        webhook: webhook.name.clone(),
        name: example.name.clone(),
        json: crate::document::json(&example.payload),
        origin: example.payload.origin().clone(),
    })
}
