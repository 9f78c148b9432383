//! Second pass: where deliveries state their event type.

use std::collections::HashSet;
use std::slice;

use super::allocate::Owners;
use super::evidence::Stated;
use super::gather::{Gathered, Path};
use super::names::Names;
use super::rank::{Cover, Ranking};
use super::{header, spelling};
use crate::config::{self, Located};
use crate::diagnostics::{Code, Diagnostic, Place, toml_string};
use crate::document::pointer;
use crate::ir::EventTypeLocation;
use crate::normalize::{Address, Webhook};

/// The setting for deliveries that do not state their event type.
const ADDRESS: &str = "address = true # each webhook has its own endpoint";

/// The configured location, or the one that distinguishes the webhooks.
pub(super) fn choose(gathered: &Gathered<'_, '_>) -> Option<EventTypeLocation> {
    if let Some(configured) = &gathered.cx.config.event_types.location {
        return Some(from_configuration(gathered, configured));
    }
    let webhooks = &gathered.cx.description.webhooks;
    let first = webhooks.first()?;
    let ranking = Ranking::new(gathered);
    let body = |path: &Path| EventTypeLocation::Body { pointers: vec![pointer::join(path)], completed_by: None };
    if let Some(path) = ranking.distinguishing() {
        gathered.settle();
        let pointer = pointer::join(&path);
        let message = match webhooks.len() {
            1 => format!("the body states the event type at `{pointer}`"),
            _ => format!("each webhook has its own value at `{pointer}` of its body"),
        };
        let setting = vec![pointer_setting(&[pointer])];
        if ranking.is_described(slice::from_ref(&path)) {
            gathered.cx.report(inferred(first, &message).inferred("event-type", setting));
        } else {
            let place = (Place::Name(first.key.origin().clone()), "for example this one");
            gathered.cx.choose(message, place, "event-type", setting);
        }
        return Some(body(&path));
    }
    let header = header::find(gathered.cx.description).map(|name| DocumentedHeader::new(gathered, name));
    if let Some(header) = &header
        && header.resolved == webhooks.len()
    {
        return Some(from_header(gathered, first, header));
    }
    if let Some(path) = ranking.partition() {
        let pointer = pointer::join(&path);
        let message = format!("the values at `{pointer}` of the bodies are different for each webhook");
        gathered.cx.report(inferred(first, &message).inferred("event-type", vec![pointer_setting(&[pointer])]));
        return Some(body(&path));
    }
    let cover = ranking.cover();
    match header {
        _ if webhooks.len() > 1
            && cover.resolved < webhooks.len()
            && Addresses::of(webhooks) == Addresses::Different =>
        {
            let message = "the event type is not sent, and each webhook has its own address";
            gathered.cx.report(inferred(first, message).inferred("event-type", vec![ADDRESS.to_owned()]));
            Some(EventTypeLocation::Address)
        }
        Some(header) if header.resolved >= cover.resolved => Some(from_header(gathered, first, &header)),
        _ => from_bodies(gathered, first, &ranking, &cover),
    }
}

/// A header that all webhooks document, and for how many it states the event type.
struct DocumentedHeader {
    name: String,
    stated: Vec<Stated>,
    resolved: usize,
}

impl DocumentedHeader {
    fn new(gathered: &Gathered<'_, '_>, name: String) -> Self {
        let stated = header::stated(gathered, &name);
        let separator = gathered.cx.separator();
        let owners = Owners::of(&stated);
        let has_own_example = |stated: &Stated| stated.examples.iter().any(|example| owners.is_own(example));
        let is_known = |(stated, names): &(&Stated, &Names)| {
            !stated.values.is_empty()
                // The example of an only webhook is not different from others.
                || gathered.names.len() > 1 && has_own_example(stated)
                || !names.extensions.is_empty()
                || !names.quoted.is_empty()
                || spelling::is_event_type(&names.key.name, separator)
        };
        let resolved = stated.iter().zip(&gathered.names).filter(is_known).count();
        Self { name, stated, resolved }
    }
}

/// What the description says about the addresses that webhooks are sent to.
#[derive(PartialEq, Eq)]
enum Addresses {
    Unknown,
    /// All are sent to one.
    Same,
    /// Each is sent to its own.
    Different,
}

impl Addresses {
    fn of(webhooks: &[Webhook]) -> Self {
        let known: Vec<&Address> = webhooks.iter().filter_map(|webhook| webhook.address.as_ref()).collect();
        let distinct = known.iter().collect::<HashSet<_>>().len();
        match (known.len() == webhooks.len(), distinct) {
            (true, 1) if webhooks.len() > 1 => Self::Same,
            (true, _) if distinct == webhooks.len() => Self::Different,
            _ => Self::Unknown,
        }
    }
}

/// Whether each is described under a path of its own.
pub(super) fn have_paths(webhooks: &[Webhook]) -> bool {
    let mut seen = HashSet::new();
    webhooks.iter().all(|webhook| webhook.path.as_ref().is_some_and(|path| seen.insert(path)))
}

/// The configured location. Reports a text in the bodies that seems to complete the event type.
fn from_configuration(
    gathered: &Gathered<'_, '_>,
    Located { value, place }: &Located<config::EventTypeLocation>,
) -> EventTypeLocation {
    let (location, setting, completion) = match value {
        config::EventTypeLocation::Address => return EventTypeLocation::Address,
        config::EventTypeLocation::Body(pointers, completed_by) => {
            let pointers: Vec<String> = pointers.iter().map(|pointer| pointer.as_str().to_owned()).collect();
            let completion = match (&pointers[..], completed_by) {
                ([only], None) => Ranking::new(gathered).completion(only),
                _ => None,
            };
            let completed_by = completed_by.as_ref().map(|pointer| pointer.as_str().to_owned());
            let setting = pointer_setting(&pointers);
            (EventTypeLocation::Body { pointers, completed_by }, setting, completion)
        }
        config::EventTypeLocation::Header(name, completed_by) => {
            let name = name.as_str().to_owned();
            let stated = header::stated(gathered, &name);
            let completion = if completed_by.is_none() { header::completion(gathered, &stated) } else { None };
            let completed_by = completed_by.as_ref().map(|pointer| pointer.as_str().to_owned());
            let setting = header_setting(&name);
            (EventTypeLocation::Header { name, completed_by }, setting, completion)
        }
    };
    if let Some(pointer) = completion {
        let message = format!("the text at `{pointer}` of the bodies seems to complete the event type");
        gathered.cx.report(
            Diagnostic::new(Code::EventTypeInferred, message)
                .at(place.clone(), "deliveries are routed by this alone")
                .setting("event-type", settings(setting, Some(&pointer))),
        );
    }
    location
}

fn from_header(gathered: &Gathered<'_, '_>, first: &Webhook, header: &DocumentedHeader) -> EventTypeLocation {
    let name = header.name.clone();
    let completed_by = header::completion(gathered, &header.stated);
    let body = completed_by.as_ref().map(|pointer| format!(", completed by the body at `{pointer}`"));
    let message = format!("the header `{name}` states the event type{}", body.unwrap_or_default());
    let settings = settings(header_setting(&name), completed_by.as_deref());
    gathered.cx.report(inferred(first, &message).inferred("event-type", settings));
    EventTypeLocation::Header { name, completed_by }
}

/// The places that together state the event types of most webhooks; no place, if there is only one webhook.
fn from_bodies(
    gathered: &Gathered<'_, '_>,
    first: &Webhook,
    ranking: &Ranking<'_, '_>,
    cover: &Cover,
) -> Option<EventTypeLocation> {
    let quoted = if cover.paths.is_empty() { ranking.quoted() } else { None };
    let pointers: Vec<String> = cover.paths.iter().chain(&quoted).map(|path| pointer::join(path)).collect();
    if pointers.is_empty() {
        let webhooks = &gathered.cx.description.webhooks;
        let candidates = if webhooks.len() == 1 { Vec::new() } else { candidates(gathered, ranking) };
        // A path of the description need not be an address of the receiver.
        let has_address = webhooks.len() == 1 || candidates.is_empty() && have_paths(webhooks);
        gathered.cx.report(match webhooks.len() {
            1 => only_webhook(first, ranking.listing().map(|path| pointer::join(&path))),
            _ if has_address => {
                let message = "no body states the event type, and each webhook has its own path";
                inferred(first, message).inferred("event-type", vec![ADDRESS.to_owned()])
            }
            _ => no_location(gathered, first, candidates),
        });
        return has_address.then_some(EventTypeLocation::Address);
    }
    let completed_by = if let [only] = &pointers[..] { ranking.completion(only) } else { None };
    let shown: Vec<String> = pointers.iter().map(|pointer| format!("`{pointer}`")).collect();
    let completed = completed_by.as_ref().map(|pointer| format!(", completed at `{pointer}`"));
    let message = format!("the body states the event type at {}{}", shown.join(" or "), completed.unwrap_or_default());
    let settings = settings(pointer_setting(&pointers), completed_by.as_deref());
    if cover.evident && !ranking.is_described(&cover.paths) && quoted.is_none() && completed_by.is_none() {
        let place = Place::Name(first.key.origin().clone());
        gathered.cx.choose(message, (place, "for example here"), "event-type", settings);
    } else {
        gathered.cx.report(inferred(first, &message).inferred("event-type", settings));
    }
    Some(EventTypeLocation::Body { pointers, completed_by })
}

fn inferred(webhook: &Webhook, message: &str) -> Diagnostic {
    Diagnostic::new(Code::EventTypeInferred, message)
        .at(Place::Name(webhook.key.origin().clone()), "inferred, for example here")
}

fn only_webhook(webhook: &Webhook, listing: Option<String>) -> Diagnostic {
    let message = "there is only one webhook, so every delivery is decoded as it";
    let text = match listing {
        Some(pointer) => {
            format!("if the values at `{pointer}` are its event types, set `pointer` instead of `address`")
        }
        None => "no schema states its event type".to_owned(),
    };
    Diagnostic::new(Code::EventTypeInferred, message)
        .at(Place::Name(webhook.key.origin().clone()), text)
        .inferred("event-type", vec!["address = true".to_owned()])
}

/// What the description has that may state the event type: the case, and the line for it.
fn candidates(gathered: &Gathered<'_, '_>, ranking: &Ranking<'_, '_>) -> Vec<(String, String)> {
    let pointers = ranking.candidates().into_iter().map(|path| pointer::join(&path));
    let pointers = pointers.map(|pointer| (format!("if `{pointer}` states it"), pointer_setting(&[pointer])));
    let headers = header::candidates(gathered.cx.description);
    let headers = headers.into_iter().map(|name| (format!("if the header `{name}` states it"), header_setting(&name)));
    pointers.chain(headers).collect()
}

/// The question where deliveries state their event type, with what may be the answer.
fn no_location(gathered: &Gathered<'_, '_>, webhook: &Webhook, mut candidates: Vec<(String, String)>) -> Diagnostic {
    let is_same = Addresses::of(&gathered.cx.description.webhooks) == Addresses::Same;
    let text = if is_same { "for example here; all webhooks are sent to one address" } else { "for example here" };
    let diagnostic = Diagnostic::new(Code::NoEventType, "cannot determine where a delivery states its event type")
        .at(Place::Name(webhook.key.origin().clone()), text);
    let diagnostic = match (candidates.is_empty(), is_same) {
        (true, false) => diagnostic.setting("event-type", vec![ADDRESS.to_owned()]),
        _ => diagnostic,
    };
    if candidates.is_empty() {
        let or = if is_same { "if" } else { "or, if" };
        candidates.push((format!("{or} a member of the body states it"), "pointer = \"/…\"".to_owned()));
        candidates.push((format!("{or} a header states it"), "header = \"x-…\"".to_owned()));
    } else if !is_same {
        candidates.push(("if each webhook has its own endpoint".to_owned(), "address = true".to_owned()));
    }
    candidates
        .into_iter()
        .fold(diagnostic, |diagnostic, (when, line)| diagnostic.candidate(when, "event-type", vec![line]))
}

/// The lines of `codegen.toml` that state a location.
fn settings(location: String, completed_by: Option<&str>) -> Vec<String> {
    let completed_by = completed_by.map(|pointer| format!("completed-by = {}", toml_string(pointer)));
    [location].into_iter().chain(completed_by).collect()
}

/// The line for places of the bodies.
pub(super) fn pointer_setting(pointers: &[String]) -> String {
    match pointers {
        [only] => format!("pointer = {}", toml_string(only)),
        several => {
            let several: Vec<String> = several.iter().map(|pointer| toml_string(pointer)).collect();
            format!("pointer = [{}]", several.join(", "))
        }
    }
}

fn header_setting(name: &str) -> String {
    format!("header = {}", toml_string(name))
}
