//! The normalized description to the intermediate representation.

mod context;
mod corrections;
mod event_types;
mod examples;
mod passes;
mod patterns;
mod prefix;
mod reporter;
mod schema;
mod signature;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;

use crate::budget::{Budget, Resource};
use crate::config::Config;
use crate::diagnostics::Diagnostics;
use crate::document::json;
use crate::ir::{Api, EventTypeLocation, Published, TypeId, Webhook};
use crate::lock::Lock;
use crate::normalize::Description;
use crate::source::Sources;
use context::Context;
use corrections::Corrections;
use event_types::Route;
use schema::Types;

/// Lowers a description. Types that `lock` has given different names stay apart. Errors are pushed; then there may be no result.
pub fn lower(
    description: &Description,
    config: &Config,
    lock: &Lock,
    sources: &Sources,
    budget: &Budget,
    diagnostics: &mut Diagnostics,
) -> Option<Api> {
    let cx = Context::new(description, config, sources, budget, diagnostics);
    let mut api = api(&cx)?;
    passes::merge_equal(&mut api, lock, sources);
    passes::box_cycles(&mut api);
    passes::cut_chains(&mut api);
    passes::point_to_large(&mut api);
    (!cx.has_errors()).then_some(api)
}

fn api(cx: &Context<'_>) -> Option<Api> {
    let description = cx.description;
    let (scheme, stated) = signature::signature(cx);
    let (event_type_location, mut routes) = event_types::routes(cx)?;
    prefix::offer(cx, &routes);
    let corrections = Corrections::apply(cx, &mut routes);
    let mut types = Types::new(cx);
    let payloads: Vec<TypeId> = routes.iter().map(|route| types.root(&route.event_type, route.body())).collect();
    // Examples are checked against the types: with wrong types, findings about examples would be wrong, too.
    if cx.has_errors() {
        return None;
    }
    let mut api = Api {
        title: description.title.clone(),
        version: description.version.clone(),
        description: description.description.clone(),
        event_type_location,
        separator: cx.separator().to_owned(),
        dropped_prefix: cx.config.dropped_prefix.as_ref().map(|prefix| prefix.value.as_str().to_owned()),
        described: description.webhooks.len(),
        webhooks: Vec::new(),
        types: std::mem::take(&mut types.defs),
        untyped: std::mem::take(&mut types.untyped),
        published: published(cx),
        scheme,
        stated,
    };
    passes::state_event_types(&mut api, &routes, &payloads);
    corrections.report(cx, &types, &mut api, &routes, &payloads);
    passes::end_required(cx, &mut api);
    passes::cut_endless(cx, &mut api);
    passes::keep_null(&mut api);
    if cx.has_errors() {
        return None;
    }
    for (route, payload) in routes.iter().zip(payloads) {
        if cx.is_exceeded() {
            return None;
        }
        let webhook = webhook(cx, &api, route, &routes, payload);
        api.webhooks.push(webhook);
    }
    Some(api)
}

fn webhook(cx: &Context<'_>, api: &Api, route: &Route<'_>, routes: &[Route<'_>], payload: TypeId) -> Webhook {
    let Route { webhook, event_type, head, .. } = route;
    let origin = webhook.key.origin();
    for topic in api.topics(event_type) {
        cx.spend(Resource::Members, 1, origin);
        cx.spend(Resource::Texts, topic.len(), origin);
    }
    let in_header = matches!(api.event_type_location, EventTypeLocation::Header { .. });
    Webhook {
        key: webhook.name.clone(),
        event_type: event_type.clone(),
        header: in_header.then(|| head.clone()),
        payload,
        summary: webhook.operation.summary.clone(),
        description: webhook.operation.description.clone(),
        deprecated: webhook.operation.deprecated,
        examples: examples::examples(cx, api, route, routes, payload),
        origin: origin.clone(),
    }
}

fn published(cx: &Context<'_>) -> Vec<Published> {
    let mut published = Vec::new();
    for webhook in &cx.description.webhooks {
        for example in &webhook.examples {
            if cx.is_exceeded() {
                return published;
            }
            let (json, origin) = (json(&example.payload), example.payload.origin().clone());
            cx.spend(Resource::Texts, json.len(), &origin);
            published.push(Published { webhook: webhook.name.clone(), name: example.name.clone(), json, origin });
        }
    }
    published
}
