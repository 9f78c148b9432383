//! Findings about event types.

use super::candidates::{Candidate, Source};
use super::gather::{Gathered, Unsearched};
use super::spelling;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::ir::EventTypeLocation;
use crate::lower::context::Context;
use crate::normalize::Webhook;

/// With more webhooks than this, no line is suggested for each.
const MAX_LINES: usize = 8;

pub(super) fn undeclared(webhook: &Webhook, pointers: &[String]) -> Diagnostic {
    let message = format!("the body of webhook `{}` does not declare `{}`", webhook.name, pointers.join("` or `"));
    Diagnostic::new(Code::EventTypeUndeclared, message)
        .at(Place::Name(webhook.key.origin().clone()), "deliveries without it reach the fallback only")
}

/// Reports a configured completion that no body declares.
pub(super) fn undeclared_completion(gathered: &Gathered<'_, '_>, location: &EventTypeLocation) {
    let configured = &gathered.cx.config.event_types.location;
    let (Some(pointer), Some(configured)) = (location.completed_by(), configured) else { return };
    let mut webhooks = gathered.cx.description.webhooks.iter();
    if !webhooks.any(|webhook| gathered.at(webhook, pointer).declared) {
        let message = format!("no body declares `{pointer}`, which completes event types");
        gathered.cx.report(
            Diagnostic::new(Code::EventTypeUndeclared, message).at(configured.place.clone(), "this alone decides"),
        );
    }
}

pub(super) fn contradiction(webhook: &Webhook, resolved: &Candidate, other: &Candidate, separator: &str) -> Diagnostic {
    let message = format!("conflicting event types for webhook `{}`", webhook.name);
    Diagnostic::new(Code::EventTypeContradicted, message)
        .at(resolved.place.clone(), format!("{} says `{}`", resolved.source.shown(), resolved.name))
        .at(other.place.clone(), format!("{} says `{}`", other.source.shown(), other.name))
        .at(Place::Name(webhook.key.origin().clone()), "the webhook")
        .setting("event-type.names", vec![name_setting(webhook, Some(&resolved.name), separator)])
}

/// Weaker candidates that name another event type.
pub(super) fn doubt(webhook: &Webhook, resolved: &Candidate, name: &str, others: &[&Candidate]) -> Diagnostic {
    let mut sources: Vec<&str> = others.iter().map(|other| other.source.shown()).collect();
    sources.dedup();
    let say = if sources.len() == 1 { "says" } else { "say" };
    let sources = sources.join(" and ");
    let message =
        format!("webhook `{}` is decoded as `{}`, although {sources} {say} `{name}`", webhook.name, resolved.name);
    let doubt = Diagnostic::new(Code::EventTypeDoubtful, message);
    let doubt = others.iter().fold(doubt, |doubt, other| doubt.at(other.place.clone(), "weaker evidence, ignored"));
    let doubt = doubt.at(resolved.place.clone(), format!("{} decides", resolved.source.shown()));
    let line = format!("{:?} = {name:?}", webhook.name);
    let help = format!("if `{name}` is right, add to codegen.toml:\n[event-type.names]\n{line}");
    doubt.maybe_help((resolved.source != Source::Configuration).then_some(help))
}

pub(super) fn template(name: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::EventTypeInferred, format!("`{name}` is a template: `{{…}}` matches any segment"))
        .at(place, "the event type")
}

/// Reports bodies that were not searched to the end.
pub(super) fn unsearched(gathered: &Gathered<'_, '_>) {
    let unsearched = gathered.unsearched();
    let Some(Unsearched { webhook, schema }) = unsearched.first() else { return };
    let name = &webhook.name;
    let message = match unsearched.len() - 1 {
        0 => format!("the body of webhook `{name}` is too large to search all of it for the event type"),
        1 => format!("the bodies of webhook `{name}` and another are too large to search all of them for event types"),
        more => {
            format!(
                "the bodies of webhook `{name}` and {more} others are too large to search all of them for event types"
            )
        }
    };
    let limit = gathered.cx.limits().candidates;
    let is_configured = gathered.cx.config.event_types.location.is_some();
    let setting = vec!["pointer = \"/…\" # or header = \"x-…\"".to_owned()];
    let finding = Diagnostic::new(Code::Skipped, message)
        .at(Place::Value(schema.clone()), "not searched from here on")
        .at(Place::Name(webhook.key.origin().clone()), "in this webhook")
        .help(format!("if you trust the description, search further with `--limit candidates=NUMBER`; it is {limit}"));
    gathered.cx.report(if is_configured { finding } else { finding.setting("event-type", setting) });
}

/// Reports webhooks without an event type.
pub(super) fn unresolved(cx: &Context<'_>, unresolved: &[&Webhook], location: &EventTypeLocation) {
    let searched = match location {
        EventTypeLocation::Body { pointers, .. } => {
            format!("nor `{}` nor `operationId` names it", pointers.join("` nor `"))
        }
        EventTypeLocation::Header { name, .. } => format!("nor the documentation of the header `{name}` names it"),
        EventTypeLocation::Address => String::new(),
    };
    let many = unresolved.len() > MAX_LINES;
    for (index, webhook) in unresolved.iter().enumerate() {
        let message = format!("cannot determine the event type of webhook `{}`", webhook.name);
        let diagnostic = Diagnostic::new(Code::NoEventType, message)
            .at(Place::Name(webhook.key.origin().clone()), format!("neither the key {searched}"));
        cx.report(if !many {
            diagnostic.setting("event-type.names", vec![name_setting(webhook, None, cx.separator())])
        } else if index + 1 == unresolved.len() {
            let line = "from-keys = true # the keys are the event types".to_owned();
            diagnostic.setting("event-type", vec![line])
        } else {
            diagnostic
        });
    }
}

pub(super) fn claimed_twice(name: &str, claimants: &[(&Webhook, Place)], separator: &str) -> Diagnostic {
    let message = format!("{} webhooks claim the event type `{name}`", claimants.len());
    let mut diagnostic = Diagnostic::new(Code::EventTypeTwice, message);
    for (webhook, place) in claimants {
        let key = Place::Name(webhook.key.origin().clone());
        let by_key = *place == key;
        diagnostic = diagnostic.at(key, format!("`{}`", webhook.name));
        if !by_key {
            diagnostic = diagnostic.at(place.clone(), "states this event type");
        }
    }
    let lines = claimants.iter().map(|(webhook, _)| name_setting(webhook, None, separator)).collect();
    diagnostic.setting("event-type.names", lines)
}

/// Reports configured event types of webhooks that do not exist.
pub(super) fn unused_names(cx: &Context<'_>) {
    let keys: Vec<&str> = cx.description.webhooks.iter().map(|webhook| webhook.name.as_str()).collect();
    for (key, name) in &cx.config.event_types.names {
        if !keys.contains(&key.as_str()) {
            cx.report(
                Diagnostic::new(Code::ConfigUnused, format!("unknown webhook `{key}`"))
                    .at(name.place.clone(), "this line has no effect")
                    .maybe_help(did_you_mean(key, keys.iter().copied())),
            );
        }
    }
}

/// The line of `codegen.toml` that states the event type of a webhook, ready to paste.
fn name_setting(webhook: &Webhook, other: Option<&str>, separator: &str) -> String {
    let guess = spelling::guess(&webhook.name, other, separator);
    let or = other.filter(|other| *other != guess).map(|other| format!(" # or {other:?}")).unwrap_or_default();
    format!("{:?} = {guess:?}{or}", webhook.name)
}
