//! Where deliveries state their event type.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::candidates::{Candidate, Candidates, SearchScope, names, survey};
use super::{header, spelling};
use crate::config::{self, Config, Located, Text};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::pointer;
use crate::ir::EventTypeLocation;
use crate::normalize::{Description, Webhook};

/// Names under which vendors state an event type, the most telling first; they decide between places that tell
/// equally much.
const USUAL_NAMES: [&str; 12] = [
    "eventType",
    "event_type",
    "type",
    "event",
    "webhook_type",
    "webhookType",
    "webhookEvent",
    "topic",
    "eventName",
    "event_name",
    "eventCode",
    "event_code",
];

/// How many members may lie between the body and the place.
const MAX_DEPTH: usize = 4;

/// How many places bodies may differ in.
const MAX_POINTERS: usize = 4;

type Path = Vec<String>;

/// From the configuration, else the place that tells the webhooks apart.
pub(super) fn choose(
    description: &Description,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Option<EventTypeLocation> {
    if let Some(location) = &config.event_types.carrier {
        return Some(configured(location, description, config, diagnostics));
    }
    let webhooks = &description.webhooks;
    let first = webhooks.first()?;
    let search = Search::new(description, config, diagnostics);
    let all: Vec<usize> = (0..webhooks.len()).collect();
    let apart = |best: &RankedLocation| best.resolved.len() == all.len() && best.distinct >= all.len();
    if let Some(best) = search.best(&search.top, &all).filter(apart) {
        return Some(EventTypeLocation::Body { pointers: vec![pointer::join(&best.path)], completed_by: None });
    }
    if let Some((name, completed_by)) = header::choose(description, diagnostics) {
        let body = completed_by.as_ref().map(|pointer| format!(", completed by the body at `{pointer}`"));
        let message = format!("the header `{name}` states the event type{}", body.unwrap_or_default());
        let stating = format!("header = {name:?}");
        let setting = [stating].into_iter().chain(completed_by.as_deref().map(completing)).collect();
        diagnostics.push(inferred(first, &message).setting("event-type", setting));
        return Some(EventTypeLocation::Header { name, completed_by });
    }
    let deep = surveys(description, MAX_DEPTH, diagnostics);
    let Cover { pointers, evident } = search.cover(&deep);
    if pointers.is_empty() && webhooks.len() == 1 {
        diagnostics.push(
            inferred(first, "there is but one webhook, and every delivery is taken for it")
                .setting("event-type", vec!["address = true".to_owned()]),
        );
        return Some(EventTypeLocation::Address);
    }
    if pointers.is_empty() {
        diagnostics.push(
            Diagnostic::new(Code::NoEventType, "the description does not tell where a delivery states its event type")
                .at(Place::Name(first.key.origin().clone()), "for instance here")
                .help("`pointer = \"/…\"` for a member of the body, `header = \"x-…\"` for a header")
                .setting(
                    "event-type",
                    vec!["address = true # each webhook is sent to an address of its own".to_owned()],
                ),
        );
        return None;
    }
    let completed_by = if pointers.len() == 1 { search.completion(&pointers[0], &deep) } else { None };
    if !evident || completed_by.is_some() {
        let shown: Vec<String> = pointers.iter().map(|pointer| format!("`{pointer}`")).collect();
        let body = completed_by.as_ref().map(|pointer| format!(", completed at `{pointer}`"));
        let message = format!("the body states the event type at {}{}", shown.join(" or "), body.unwrap_or_default());
        let setting = [stated_at(&pointers)].into_iter().chain(completed_by.as_deref().map(completing)).collect();
        diagnostics.push(inferred(first, &message).setting("event-type", setting));
    }
    Some(EventTypeLocation::Body { pointers, completed_by })
}

/// What is configured; with a warning where it seems to be but the first part.
fn configured(
    Located { value, place }: &Located<config::Carrier>,
    description: &Description,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> EventTypeLocation {
    let text = |pointer: &config::Pointer| pointer.as_str().to_owned();
    let (location, stating, completion) = match value {
        config::Carrier::Address => return EventTypeLocation::Address,
        config::Carrier::Body(pointers, completed_by) => {
            let pointers: Vec<String> = pointers.iter().map(text).collect();
            let completion = match (&pointers[..], completed_by) {
                ([only], None) => Search::new(description, config, diagnostics)
                    .completion(only, &surveys(description, MAX_DEPTH, diagnostics)),
                _ => None,
            };
            let stating = stated_at(&pointers);
            (EventTypeLocation::Body { pointers, completed_by: completed_by.as_ref().map(text) }, stating, completion)
        }
        config::Carrier::Header(name, completed_by) => {
            let name = name.as_str().to_owned();
            let completion = match completed_by {
                None => header::completion(description, &name, diagnostics),
                Some(_) => None,
            };
            let stating = format!("header = {name:?}");
            (EventTypeLocation::Header { name, completed_by: completed_by.as_ref().map(text) }, stating, completion)
        }
    };
    if let Some(pointer) = completion {
        let message = format!("what the bodies say at `{pointer}` seems to complete the event type");
        diagnostics.push(
            Diagnostic::new(Code::EventTypeInferred, message)
                .at(place.clone(), "deliveries are routed by this alone")
                .setting("event-type", vec![stating, completing(&pointer)]),
        );
    }
    location
}

fn stated_at(pointers: &[String]) -> String {
    match pointers {
        [only] => format!("pointer = {only:?}"),
        several => format!("pointer = {several:?}"),
    }
}

fn completing(pointer: &str) -> String {
    format!("completed-by = {pointer:?}")
}

fn inferred(webhook: &Webhook, message: &str) -> Diagnostic {
    Diagnostic::new(Code::EventTypeInferred, message)
        .at(Place::Name(webhook.key.origin().clone()), "no schema says so; it is what the names suggest")
}

/// A place, and the webhooks whose event type it tells.
struct RankedLocation {
    path: Path,
    /// The positions of the webhooks.
    resolved: Vec<usize>,
    /// How many different event types it tells.
    distinct: usize,
}

/// Where bodies state their event type.
struct Cover {
    pointers: Vec<String>,
    /// Whether the description leaves little doubt of it.
    evident: bool,
}

/// The bodies, with the candidates at their places.
struct Search<'a> {
    webhooks: &'a [Webhook],
    separator: &'a str,
    /// Event types by the configuration, by the key of the webhook.
    settled: &'a BTreeMap<String, Located<Text>>,
    /// The places at the top of each body.
    top: Vec<IndexMap<Path, Candidates>>,
}

impl<'a> Search<'a> {
    fn new(description: &'a Description, config: &'a Config, diagnostics: &mut Diagnostics) -> Self {
        let separator = config.event_types.separator.as_str();
        let (webhooks, settled) = (description.webhooks.as_slice(), &config.event_types.names);
        Self { webhooks, separator, settled, top: surveys(description, 1, diagnostics) }
    }

    /// The places that together tell most of the webhooks, each the best for what those before it leave.
    fn cover(&self, deep: &[IndexMap<Path, Candidates>]) -> Cover {
        let mut left: Vec<usize> = (0..self.webhooks.len()).collect();
        let mut paths: Vec<Path> = Vec::new();
        while !left.is_empty() && paths.len() < MAX_POINTERS {
            let (top, deep) = (self.best(&self.top, &left), self.best(deep, &left));
            let resolved =
                |candidate: &Option<RankedLocation>| candidate.as_ref().map_or(0, |best| best.resolved.len());
            let Some(best) = (if resolved(&deep) > resolved(&top) { deep } else { top }) else { break };
            // Both are in the order of the description.
            left.retain(|index| best.resolved.binary_search(index).is_err());
            paths.push(best.path);
        }
        let mut evident = paths.iter().all(|path| path.len() == 1);
        // A member of a usual name states an event type, even where nothing tells which. With one webhook alone, it may
        // be anything.
        if !left.is_empty()
            && self.webhooks.len() > 1
            && let Some(path) = self.likely(&left).filter(|path| !paths.contains(path))
        {
            paths.push(path);
            evident = false;
        }
        Cover { pointers: paths.iter().map(|path| pointer::join(path)).collect(), evident }
    }

    /// The place that tells most of these webhooks apart.
    fn best(&self, surveys: &[IndexMap<Path, Candidates>], among: &[usize]) -> Option<RankedLocation> {
        let mut paths: IndexMap<&Path, Vec<usize>> = IndexMap::new();
        for index in among {
            for path in surveys[*index].keys() {
                paths.entry(path).or_default().push(*index);
            }
        }
        let mut best: Option<((usize, usize, usize, usize), RankedLocation)> = None;
        for (path, having) in paths {
            let Some(candidate) = self.ranked(surveys, &having, path) else { continue };
            let rank = (candidate.resolved.len(), candidate.distinct, MAX_DEPTH - path.len(), usual(path));
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// What a place tells of the webhooks that have it.
    fn ranked(&self, surveys: &[IndexMap<Path, Candidates>], having: &[usize], path: &Path) -> Option<RankedLocation> {
        let (mut resolved, mut distinct, mut exact) = (Vec::new(), IndexSet::new(), false);
        for &index in having {
            let webhook = &self.webhooks[index];
            let Some(stated) = surveys[index].get(path) else { continue };
            let same = |candidate: &&Candidate| names(webhook).any(|name| spelling::same(&candidate.name, name));
            let agrees = |candidate: &&Candidate| names(webhook).any(|name| spelling::agree(&candidate.name, name));
            // Several event types under one webhook: only where their name or the schema says that they are that.
            let told_to_be = path.len() == 1 && (usual(path) > 0 || stated.discriminates);
            let may_be_several = told_to_be && !(stated.fixed.is_empty() && stated.listed.is_empty());
            let values: Vec<&Candidate> = if let [only] = &stated.fixed[..] {
                vec![only]
            } else if let Some(listed) = stated.listed_for(webhook) {
                vec![listed]
            } else if let Some(fixed) = stated.fixed.iter().find(same) {
                vec![fixed]
            } else if may_be_several {
                stated.fixed.iter().chain(&stated.listed).collect()
            } else {
                // An example tells an event type where it agrees with the webhook's own name, or looks like one at a place
                // that is called so: ids differ, too.
                let is_event_type = |candidate: &&Candidate| {
                    usual(path) > 0 && spelling::is_event_type(&candidate.name, self.separator)
                };
                stated.examples.iter().find(|example| agrees(example) || is_event_type(example)).into_iter().collect()
            };
            if !values.is_empty() {
                resolved.push(index);
            }
            exact |= values.iter().any(same);
            distinct.extend(values.into_iter().map(|value| &value.name));
        }
        let distinct = distinct.len();
        // One value for all may be anything: the version, the kind of the envelope.
        (distinct > 1 || (distinct == 1 && (usual(path) > 0 || exact))).then(|| RankedLocation {
            path: path.clone(),
            resolved,
            distinct,
        })
    }

    /// Another place, which tells those apart that say the same at the first.
    fn completion(&self, first: &str, deep: &[IndexMap<Path, Candidates>]) -> Option<String> {
        let first = pointer::split(first);
        // A body may have several alternatives: each candidate counts by itself.
        let mut alike: IndexMap<&str, Vec<(usize, &Candidate)>> = IndexMap::new();
        for (index, survey) in deep.iter().enumerate() {
            let unsettled = !self.settled.contains_key(&self.webhooks[index].name);
            for candidate in survey.get(&first).into_iter().flat_map(|stated| &stated.fixed).filter(|_| unsettled) {
                alike.entry(&candidate.name).or_default().push((index, candidate));
            }
        }
        alike.retain(|_, heads| heads.len() > 1);
        let (index, _) = alike.values().flatten().next()?;
        let parts = |path: &Path, (index, head): &(usize, &Candidate)| {
            let stated =
                deep[*index].get(path).into_iter().flat_map(|stated| stated.fixed.iter().chain(&stated.listed));
            stated.filter(|part| head.may_go_with(part)).map(|part| part.name.as_str()).collect::<Vec<_>>()
        };
        let tells_apart = |path: &&Path| {
            alike.values().all(|places| {
                let mut known = IndexSet::new();
                places
                    .iter()
                    .map(|place| parts(path, place))
                    .all(|parts| !parts.is_empty() && parts.into_iter().all(|part| known.insert(part)))
            })
        };
        let paths = deep[*index].keys().filter(|path| **path != first).filter(tells_apart);
        paths.max_by_key(|path| (MAX_DEPTH - path.len(), usual(path))).map(|path| pointer::join(path))
    }

    /// A member of a usual name, which each of these bodies has.
    fn likely(&self, among: &[usize]) -> Option<Path> {
        let everywhere = |path: &&Path| among.iter().all(|index| self.top[*index].contains_key(*path));
        let first = self.top[*among.first()?].keys();
        first.filter(|path| usual(path) > 0).filter(everywhere).max_by_key(|path| usual(path)).cloned()
    }
}

fn surveys(description: &Description, depth: usize, diagnostics: &mut Diagnostics) -> Vec<IndexMap<Path, Candidates>> {
    let survey = |webhook| survey(&description.schemas, webhook, SearchScope::Within(depth), diagnostics);
    description.webhooks.iter().map(survey).collect()
}

/// How usual the last name of a path is; 0 where it is not.
fn usual(path: &[String]) -> usize {
    let last = path.last().map_or("", String::as_str);
    USUAL_NAMES.iter().position(|usual| *usual == last).map_or(0, |position| USUAL_NAMES.len() - position)
}
