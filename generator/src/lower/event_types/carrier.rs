//! Where deliveries state their event type.

use indexmap::{IndexMap, IndexSet};

use super::evidence::{Evidence, Stated, Way, names, survey};
use super::{header, spelling};
use crate::config::{self, Config};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::ir::Carrier;
use crate::normalize::{Description, Webhook};
use crate::text::pointer;

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
pub(super) fn carrier(description: &Description, config: &Config, diagnostics: &mut Diagnostics) -> Option<Carrier> {
    if let Some(configured) = &config.event_types.carrier {
        if let config::Carrier::Header(name, None) = &configured.value
            && let Some(pointer) = header::completion(description, name.as_str(), diagnostics)
        {
            diagnostics.push(
                Diagnostic::new(
                    Code::EventTypeInferred,
                    format!(
                        "the bodies seem to complete the header: what they say at `{pointer}` ends the webhooks' names"
                    ),
                )
                .at(configured.place.clone(), "deliveries are told apart by the header alone")
                .setting("event-type", vec![format!("header = {:?}", name.as_str()), format!("pointer = {pointer:?}")]),
            );
        }
        return Some(match &configured.value {
            config::Carrier::Body(pointers) => {
                Carrier::Body(pointers.iter().map(|pointer| pointer.as_str().to_owned()).collect())
            }
            config::Carrier::Header(name, pointer) => Carrier::Header {
                name: name.as_str().to_owned(),
                completed_by: pointer.as_ref().map(|pointer| pointer.as_str().to_owned()),
            },
            config::Carrier::Address => Carrier::Address,
        });
    }
    let webhooks = &description.webhooks;
    let first = webhooks.first()?;
    let search = Search::new(description, config, diagnostics);
    let all: Vec<usize> = (0..webhooks.len()).collect();
    let apart = |best: &Candidate| best.told.len() == all.len() && best.distinct >= all.len();
    if let Some(best) = search.best(&search.top, &all).filter(apart) {
        return Some(Carrier::Body(vec![pointer(&best.path)]));
    }
    if let Some((name, completed_by)) = header::carrier(description, diagnostics) {
        let body = completed_by.as_ref().map(|pointer| format!(", completed by the body at `{pointer}`"));
        let message = format!("the header `{name}` states the event type{}", body.unwrap_or_default());
        let pointer = completed_by.as_ref().map(|pointer| format!("pointer = {pointer:?}"));
        diagnostics.push(
            inferred(first, &message)
                .setting("event-type", [format!("header = {name:?}")].into_iter().chain(pointer).collect()),
        );
        return Some(Carrier::Header { name, completed_by });
    }
    let Cover { pointers, evident } = search.cover(description, diagnostics);
    if pointers.is_empty() && webhooks.len() == 1 {
        diagnostics.push(
            inferred(first, "there is but one webhook, and every delivery is taken for it")
                .setting("event-type", vec!["address = true".to_owned()]),
        );
        return Some(Carrier::Address);
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
    if !evident {
        let shown: Vec<String> = pointers.iter().map(|pointer| format!("`{pointer}`")).collect();
        let setting = match &pointers[..] {
            [only] => format!("pointer = {only:?}"),
            several => format!("pointer = {several:?}"),
        };
        diagnostics.push(
            inferred(first, &format!("the body states the event type at {}", shown.join(" or ")))
                .setting("event-type", vec![setting]),
        );
    }
    Some(Carrier::Body(pointers))
}

fn inferred(webhook: &Webhook, message: &str) -> Diagnostic {
    Diagnostic::new(Code::EventTypeInferred, message)
        .at(Place::Name(webhook.key.origin().clone()), "no schema says so; it is what the names suggest")
}

/// A place, and the webhooks whose event type it tells.
struct Candidate {
    path: Path,
    /// The positions of the webhooks.
    told: Vec<usize>,
    /// How many different event types it tells.
    distinct: usize,
}

/// Where bodies state their event type.
struct Cover {
    pointers: Vec<String>,
    /// Whether the description leaves little doubt of it.
    evident: bool,
}

/// The bodies, with what is said at their places.
struct Search<'a> {
    webhooks: &'a [Webhook],
    separator: &'a str,
    /// The places at the top of each body.
    top: Vec<IndexMap<Path, Stated>>,
}

impl<'a> Search<'a> {
    fn new(description: &'a Description, config: &'a Config, diagnostics: &mut Diagnostics) -> Self {
        let separator = config.event_types.separator.as_str();
        Self { webhooks: &description.webhooks, separator, top: surveys(description, 1, diagnostics) }
    }

    /// The places that together tell most of the webhooks, each the best for what those before it leave.
    fn cover(&self, description: &Description, diagnostics: &mut Diagnostics) -> Cover {
        let deep = surveys(description, MAX_DEPTH, diagnostics);
        let mut left: Vec<usize> = (0..self.webhooks.len()).collect();
        let mut paths: Vec<Path> = Vec::new();
        while !left.is_empty() && paths.len() < MAX_POINTERS {
            let (top, deep) = (self.best(&self.top, &left), self.best(&deep, &left));
            let told = |candidate: &Option<Candidate>| candidate.as_ref().map_or(0, |best| best.told.len());
            let Some(best) = (if told(&deep) > told(&top) { deep } else { top }) else { break };
            // Both are in the order of the description.
            left.retain(|index| best.told.binary_search(index).is_err());
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
        Cover { pointers: paths.iter().map(|path| pointer(path)).collect(), evident }
    }

    /// The place that tells most of these webhooks apart.
    fn best(&self, surveys: &[IndexMap<Path, Stated>], among: &[usize]) -> Option<Candidate> {
        let mut paths: IndexMap<&Path, Vec<usize>> = IndexMap::new();
        for index in among {
            for path in surveys[*index].keys() {
                paths.entry(path).or_default().push(*index);
            }
        }
        let mut best: Option<((usize, usize, usize, usize), Candidate)> = None;
        for (path, having) in paths {
            let Some(candidate) = self.candidate(surveys, &having, path) else { continue };
            let rank = (candidate.told.len(), candidate.distinct, MAX_DEPTH - path.len(), usual(path));
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// What a place tells of the webhooks that have it.
    fn candidate(&self, surveys: &[IndexMap<Path, Stated>], having: &[usize], path: &Path) -> Option<Candidate> {
        let (mut told, mut distinct, mut exact) = (Vec::new(), IndexSet::new(), false);
        for &index in having {
            let webhook = &self.webhooks[index];
            let Some(stated) = surveys[index].get(path) else { continue };
            let same = |evidence: &&Evidence| names(webhook).any(|name| spelling::same(&evidence.name, name));
            let agrees = |evidence: &&Evidence| names(webhook).any(|name| spelling::agree(&evidence.name, name));
            // Several event types under one webhook: only where their name or the schema says that they are that.
            let told_to_be = path.len() == 1 && (usual(path) > 0 || stated.discriminates);
            let may_be_several = told_to_be && !(stated.fixed.is_empty() && stated.listed.is_empty());
            let values: Vec<&Evidence> = if let [only] = &stated.fixed[..] {
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
                let is_event_type =
                    |evidence: &&Evidence| usual(path) > 0 && spelling::is_event_type(&evidence.name, self.separator);
                stated.examples.iter().find(|example| agrees(example) || is_event_type(example)).into_iter().collect()
            };
            if !values.is_empty() {
                told.push(index);
            }
            exact |= values.iter().any(same);
            distinct.extend(values.into_iter().map(|value| &value.name));
        }
        let distinct = distinct.len();
        // One value for all may be anything: the version, the kind of the envelope.
        (distinct > 1 || (distinct == 1 && (usual(path) > 0 || exact))).then(|| Candidate {
            path: path.clone(),
            told,
            distinct,
        })
    }

    /// A member of a usual name, which each of these bodies has.
    fn likely(&self, among: &[usize]) -> Option<Path> {
        let everywhere = |path: &&Path| among.iter().all(|index| self.top[*index].contains_key(*path));
        let first = self.top[*among.first()?].keys();
        first.filter(|path| usual(path) > 0).filter(everywhere).max_by_key(|path| usual(path)).cloned()
    }
}

fn surveys(description: &Description, depth: usize, diagnostics: &mut Diagnostics) -> Vec<IndexMap<Path, Stated>> {
    let survey = |webhook| survey(&description.schemas, webhook, Way::Within(depth), diagnostics);
    description.webhooks.iter().map(survey).collect()
}

/// How usual the last name of a path is; 0 where it is not.
fn usual(path: &[String]) -> usize {
    let last = path.last().map_or("", String::as_str);
    USUAL_NAMES.iter().position(|usual| *usual == last).map_or(0, |position| USUAL_NAMES.len() - position)
}
