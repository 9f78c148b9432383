//! Findings about event types.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::evidence::{Evidence, Kind, Stated};
use super::gather::{Gathered, Unsearched};
use super::location::{have_paths, pointer_setting};
use super::names::Fit;
use super::rank::Ranking;
use super::spelling;
use super::weigh::{Claims, Decision, Doubt};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean, toml_line};
use crate::document::pointer;
use crate::ir::EventTypeLocation;
use crate::lower::context::Context;
use crate::normalize::Webhook;

/// With more webhooks than this, no line is suggested for each.
const MAX_LINES: usize = 8;

/// How many places of one finding are shown.
const MAX_PLACES: usize = 3;

/// Reports a configured location that no body declares, and returns whether it did: no delivery could be routed. If the bodies
/// declare no strings at all, they do not contradict the configuration.
pub(super) fn declared_nowhere(gathered: &Gathered<'_, '_>, pointers: &[String], stated: &[Stated]) -> bool {
    let Some(configured) = &gathered.cx.config.event_types.location else { return false };
    let is_declared = stated.iter().any(|stated| stated.declared) || !gathered.unsearched().is_empty();
    if is_declared || gathered.top().iter().all(IndexMap::is_empty) {
        return false;
    }
    let message = format!("no body declares `{}`, which states the event type", pointers.join("` or `"));
    let diagnostic =
        Diagnostic::new(Code::NoEventType, message).at(configured.place.clone(), "no delivery could be routed");
    let others: Vec<String> = Ranking::new(gathered).complete().iter().map(|path| pointer::join(path)).collect();
    gathered.cx.report(if others.is_empty() {
        diagnostic.help("if deliveries have it, declare it in an overlay; otherwise change the setting")
    } else {
        let when = "the bodies seem to state it elsewhere; if so, replace the setting";
        diagnostic.candidate(when, "event-type", vec![pointer_setting(&others)])
    });
    true
}

/// Reports webhooks whose bodies do not declare the location.
pub(super) fn undeclared(cx: &Context<'_>, webhooks: &[&Webhook], pointers: &[String]) {
    let shown = pointers.join("` or `");
    let message = match webhooks {
        [] => return,
        [webhook] => format!("the body of webhook `{}` does not declare `{shown}`", webhook.name),
        several => format!("the bodies of {} webhooks do not declare `{shown}`", several.len()),
    };
    let effect = "deliveries without it reach the fallback only";
    cx.report(first_places(Diagnostic::new(Code::EventTypeUndeclared, message), webhooks, effect));
}

/// Adds the first of these webhooks.
fn first_places(diagnostic: Diagnostic, webhooks: &[&Webhook], text: &str) -> Diagnostic {
    webhooks.iter().take(MAX_PLACES).enumerate().fold(diagnostic, |diagnostic, (index, webhook)| {
        diagnostic.at(Place::Name(webhook.key.origin().clone()), if index == 0 { text } else { "" })
    })
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

/// Reports weaker evidence that names another event type, for all webhooks that have it.
pub(super) fn doubtful(cx: &Context<'_>, doubts: &[Doubt<'_>]) {
    let [Doubt { webhook, chosen, others }, ..] = doubts else { return };
    let Some(name) = others.first().map(|other| &other.name) else { return };
    let mut sources: Vec<&str> = others.iter().map(|other| other.kind.shown()).collect();
    sources.dedup();
    let say = if sources.len() == 1 { "says" } else { "say" };
    let sources = sources.join(" and ");
    let subject = match doubts.len() {
        1 => format!("webhook `{}` is decoded as `{}`", webhook.name, chosen.name),
        count => format!("{count} webhooks are decoded as other event types"),
    };
    let message = format!("{subject}, although {sources} {say} `{name}`");
    let mut diagnostic = Diagnostic::new(Code::EventTypeDoubtful, message);
    let mut places: Vec<&Place> = others.iter().map(|other| &other.place).collect();
    places.dedup();
    for place in places {
        diagnostic = diagnostic.at(place.clone(), "weaker evidence, ignored");
    }
    for Doubt { chosen, .. } in doubts.iter().take(MAX_PLACES) {
        let decides = format!("{} decides", chosen.kind.shown());
        let decides = if doubts.len() == 1 { decides } else { format!("{decides}: `{}`", chosen.name) };
        diagnostic = diagnostic.at(chosen.place.clone(), decides);
    }
    let is_configured = doubts.len() > 1 || chosen.kind == Kind::Configuration;
    let help =
        format!("if `{name}` is right, add to codegen.toml:\n[event-type.names]\n{}", toml_line(&webhook.name, name));
    cx.report(diagnostic.maybe_help((!is_configured).then_some(help)));
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

/// Reports webhooks whose event types are unknown: an error for each if all are, else one warning.
pub(super) fn unresolved(
    gathered: &Gathered<'_, '_>,
    location: &EventTypeLocation,
    stated: &[Stated],
    decisions: &[Decision],
    claims: &Claims,
) {
    let (cx, webhooks) = (gathered.cx, &gathered.cx.description.webhooks);
    let unresolved: Vec<usize> = (0..decisions.len()).filter(|index| decisions[*index].chosen.is_empty()).collect();
    let mut offers = Offers { gathered, claims, offered: HashSet::new() };
    if claims.is_empty() {
        let many = unresolved.len() > MAX_LINES;
        for (position, &index) in unresolved.iter().enumerate() {
            let message = format!("cannot determine the event type of webhook `{}`", webhooks[index].name);
            let diagnostic = Diagnostic::new(Code::NoEventType, message)
                .at(Place::Name(webhooks[index].key.origin().clone()), searched(location));
            let diagnostic = with_evidence(diagnostic, &decisions[index].evidence);
            let is_last = position + 1 == unresolved.len();
            let diagnostic = if !many {
                diagnostic.setting("event-type.names", vec![offers.line(index, &decisions[index].evidence)])
            } else if is_last {
                diagnostic.setting("event-type", vec!["from-keys = true # the keys are the event types".to_owned()])
            } else {
                diagnostic
            };
            cx.report(match location {
                EventTypeLocation::Body { .. } if is_last && !many => {
                    let lines = vec!["from-keys = true".to_owned()];
                    let diagnostic = diagnostic.candidate("if the keys are the event types", "event-type", lines);
                    if have_paths(webhooks) {
                        diagnostic.candidate(endpoints(location), "event-type", address())
                    } else {
                        diagnostic
                    }
                }
                _ => diagnostic,
            });
        }
        return;
    }
    // A name alone does not help if the body cannot state it.
    let (declared, undeclared): (Vec<usize>, Vec<usize>) =
        unresolved.into_iter().partition(|index| stated[*index].declared);
    if let [first, ..] = &declared[..] {
        let lines = declared.iter().map(|index| offers.line(*index, &decisions[*index].evidence)).collect();
        let diagnostic = with_evidence(left_out(webhooks, &declared, &searched(location)), &decisions[*first].evidence);
        cx.report(diagnostic.setting("event-type.names", lines));
    }
    if !undeclared.is_empty() {
        let reason = "the body does not declare where other deliveries state their event type";
        let diagnostic = left_out(webhooks, &undeclared, reason);
        cx.report(if undeclared.len() * 2 > webhooks.len() {
            diagnostic.candidate(endpoints(location), "event-type", address())
        } else {
            let lines = undeclared.iter().map(|index| offers.line(*index, &decisions[*index].evidence)).collect();
            diagnostic.candidate("if their deliveries do state it there", "event-type.names", lines)
        });
    }
}

/// When the setting `address` is right, and what it replaces, be it set or inferred.
fn endpoints(location: &EventTypeLocation) -> String {
    let place = if matches!(location, EventTypeLocation::Header { .. }) { "header" } else { "pointer" };
    let completed = if location.completed_by().is_some() { " and `completed-by`" } else { "" };
    format!("if each webhook has its own endpoint, instead of `{place}`{completed}")
}

fn address() -> Vec<String> {
    vec!["address = true".to_owned()]
}

fn left_out(webhooks: &[Webhook], positions: &[usize], reason: &str) -> Diagnostic {
    let unknown: Vec<&Webhook> = positions.iter().map(|index| &webhooks[*index]).collect();
    let message = match &unknown[..] {
        [only] => format!("cannot determine the event type of webhook `{}`, which is left out", only.name),
        several => format!("cannot determine the event types of {} webhooks, which are left out", several.len()),
    };
    let text = format!("{reason}; deliveries reach the fallback");
    first_places(Diagnostic::new(Code::EventTypeUnknown, message), &unknown, &text)
}

/// Where nothing was found.
fn searched(location: &EventTypeLocation) -> String {
    match location {
        EventTypeLocation::Body { pointers, .. } => {
            format!("neither the key nor `{}` nor `operationId` names it", pointers.join("` nor `"))
        }
        EventTypeLocation::Header { name, .. } => {
            format!("neither the key nor the documentation of the header `{name}` names it")
        }
        EventTypeLocation::Address => String::new(),
    }
}

/// Adds evidence that does not suffice.
fn with_evidence(diagnostic: Diagnostic, evidence: &[Evidence]) -> Diagnostic {
    evidence.iter().take(MAX_PLACES).fold(diagnostic, |diagnostic, evidence| {
        diagnostic.at(evidence.place.clone(), format!("{} says `{}`", evidence.kind.shown(), evidence.name))
    })
}

/// Reports listed values that no webhook has.
pub(super) fn unclaimed(cx: &Context<'_>, values: &[Evidence]) {
    let Some(first) = values.first() else { return };
    let shown: Vec<String> = values.iter().take(MAX_LINES).map(|value| format!("`{}`", value.name)).collect();
    let others = values.len().saturating_sub(MAX_LINES);
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    let s = if values.len() == 1 { "" } else { "s" };
    let message = format!("listed event type{s} that no webhook has: {}{more}", shown.join(", "));
    cx.report(
        Diagnostic::new(Code::EventTypeUnclaimed, message)
            .at(first.place.clone(), "what is listed here and not described reaches the fallback"),
    );
}

/// Reports event types that a list lacks.
pub(super) fn unlisted(cx: &Context<'_>, listed: &Place, webhooks: &[(&Webhook, &Evidence)]) {
    let message = match webhooks {
        [] => return,
        [(webhook, chosen)] => {
            format!("webhook `{}` is decoded as `{}`, which its body does not list", webhook.name, chosen.name)
        }
        several => format!("the event types of {} webhooks are not among those that their bodies list", several.len()),
    };
    let diagnostic = Diagnostic::new(Code::EventTypeDoubtful, message).at(listed.clone(), "the first that is listed");
    let places = webhooks.iter().take(MAX_PLACES);
    cx.report(places.fold(diagnostic, |diagnostic, (_, chosen)| {
        diagnostic.at(chosen.place.clone(), format!("{} decides: `{}`", chosen.kind.shown(), chosen.name))
    }));
}

/// Reports event types that only descriptions, examples and defaults state, under other names than the webhooks'.
pub(super) fn unconfirmed(cx: &Context<'_>, webhooks: &[(&Webhook, &Evidence)]) {
    let lines: Vec<String> = webhooks.iter().map(|(webhook, chosen)| toml_line(&webhook.name, &chosen.name)).collect();
    let message = match webhooks {
        [] => return,
        [(webhook, chosen)] => {
            let (name, event_type, evidence) = (&webhook.name, &chosen.name, chosen.kind.shown());
            format!("webhook `{name}` is decoded as `{event_type}`, as {evidence} says")
        }
        several => {
            let is_of = |kind| several.iter().any(|(_, chosen)| chosen.kind == kind);
            let kinds = [(Kind::Described, "descriptions"), (Kind::Example, "examples"), (Kind::Default, "defaults")];
            let samples: Vec<&str> = kinds.into_iter().filter(|(kind, _)| is_of(*kind)).map(|(_, name)| name).collect();
            format!("the event types of {} webhooks are those of their {}", several.len(), samples.join(" and "))
        }
    };
    let places = webhooks.iter().take(MAX_PLACES).enumerate();
    let diagnostic =
        places.fold(Diagnostic::new(Code::EventTypeDoubtful, message), |diagnostic, (index, (_, chosen))| {
            diagnostic.at(chosen.place.clone(), if index == 0 { "not a spelling of the webhook's name" } else { "" })
        });
    cx.report(diagnostic.inferred("event-type.names", lines));
}

pub(super) fn claimed_twice(
    gathered: &Gathered<'_, '_>,
    name: &str,
    claimants: &[(usize, Evidence)],
    decisions: &[Decision],
    claims: &Claims,
) -> Diagnostic {
    let message = format!("{} webhooks claim the event type `{name}`", claimants.len());
    let mut diagnostic = Diagnostic::new(Code::EventTypeTwice, message);
    let mut offers = Offers { gathered, claims, offered: HashSet::new() };
    let keeper = keeper(gathered, name, claimants);
    let mut lines = Vec::new();
    for (index, claim) in claimants {
        let webhook = &gathered.cx.description.webhooks[*index];
        let key = Place::Name(webhook.key.origin().clone());
        let by_key = claim.place == key;
        diagnostic = diagnostic.at(key, format!("`{}`", webhook.name));
        if !by_key {
            diagnostic = diagnostic.at(claim.place.clone(), "states this event type");
        }
        lines.push(if keeper == Some(*index) {
            toml_line(&webhook.name, name)
        } else {
            offers.line(*index, &decisions[*index].evidence)
        });
    }
    diagnostic.setting("event-type.names", lines)
}

/// The webhook that is called like the event type, if no other one is as well.
fn keeper(gathered: &Gathered<'_, '_>, name: &str, claimants: &[(usize, Evidence)]) -> Option<usize> {
    let fits = claimants.iter().filter_map(|(index, _)| Some((gathered.names[*index].fit(name)?, *index)));
    let fits: Vec<(Fit, usize)> = fits.filter(|(fit, _)| fit.is_good()).collect();
    let (best, keeper) = *fits.iter().min()?;
    (fits.iter().filter(|(fit, _)| *fit == best).count() == 1).then_some(keeper)
}

/// A deprecated webhook whose event type another webhook has.
pub(super) fn yielded(webhook: &Webhook, other: &Webhook, chosen: &Evidence) -> Diagnostic {
    let (name, event_type) = (&webhook.name, &chosen.name);
    let message =
        format!("webhook `{name}` is deprecated, and left out: `{}` has its event type, `{event_type}`", other.name);
    Diagnostic::new(Code::Skipped, message)
        .at(Place::Name(webhook.key.origin().clone()), "skipped")
        .at(Place::Name(other.key.origin().clone()), "deliveries are decoded as this one")
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

/// Lines of `codegen.toml` that state event types, ready to paste: no two webhooks get the same.
struct Offers<'g, 'a> {
    gathered: &'g Gathered<'a, 'g>,
    claims: &'g Claims,
    offered: HashSet<String>,
}

impl Offers<'_, '_> {
    /// The line for a webhook: evidence before a guess, which is marked.
    fn line(&mut self, index: usize, evidence: &[Evidence]) -> String {
        let name = &self.gathered.cx.description.webhooks[index].name;
        let names = &self.gathered.names[index];
        let is_free = |name: &str| !self.claims.contains_key(name) && !self.offered.contains(name);
        let may_be = |evidence: &&Evidence| names.is_good(evidence) && is_free(&evidence.name);
        let separator = self.gathered.cx.separator();
        let hint = evidence.first().map(|evidence| evidence.name.as_str());
        let form = self.claims.keys().next().and_then(|other| spelling::in_form_of(other, name));
        let guess = form.unwrap_or_else(|| spelling::guess(name, hint, separator));
        let guesses =
            [guess.clone(), names.key.name.clone()].into_iter().chain((2..).map(|n| format!("{guess}{separator}{n}")));
        let is_own = |name: &String| !self.offered.contains(name) && spelling::same(name, &names.key.name);
        if let Some(evidence) = evidence.iter().find(may_be) {
            self.offered.insert(evidence.name.clone());
            return toml_line(name, &evidence.name);
        }
        let free = guesses.into_iter().find(|guess| is_free(guess) || is_own(guess));
        let event_type = free.unwrap_or(guess);
        let line = format!("{}  # a guess", toml_line(name, &event_type));
        self.offered.insert(event_type);
        line
    }
}
