//! The normalized description to the intermediate representation.

mod choices;
mod depth;
mod event_types;
mod examples;
mod flatten;
mod graph;
pub(crate) mod shape;
mod signature;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod types;

use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::ir::{Api, Published, Webhook};
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
    let (carrier, routes) = event_types::routes(description, config, diagnostics)?;
    let mut types = types::Types::new(&description.schemas, sources);
    let mut payloads = Vec::new();
    for route in &routes {
        payloads.push(types.root(&route.event_type, route.body(), diagnostics));
    }
    // Examples are held against the types: where these are in doubt, so would be what is said of the examples.
    if diagnostics.has_errors() {
        return None;
    }
    let mut api = Api {
        title: description.title.clone(),
        version: description.version.clone(),
        description: description.description.clone(),
        carrier,
        separator: separator.to_owned(),
        described: description.webhooks.len(),
        webhooks: Vec::new(),
        types: types.defs,
        untyped: types.untyped,
        published: description.webhooks.iter().flat_map(published).collect(),
        scheme,
    };
    for (route, payload) in routes.iter().zip(payloads) {
        let examples = examples::examples(&api, &types.flats, route, &routes, payload, diagnostics);
        let Route { webhook, event_type, head, .. } = route;
        api.webhooks.push(Webhook {
            key: webhook.name.clone(),
            event_type: event_type.clone(),
            header: matches!(api.carrier, crate::ir::Carrier::Header { .. }).then(|| head.clone()),
            payload,
            summary: webhook.operation.summary.clone(),
            description: webhook.operation.description.clone(),
            deprecated: webhook.operation.deprecated,
            examples,
            origin: webhook.key.origin().clone(),
        });
    }
    shape::merge_equal(&mut api);
    shape::report_endless(&api, diagnostics);
    shape::box_cycles(&mut api);
    depth::cut_chains(&mut api);
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
