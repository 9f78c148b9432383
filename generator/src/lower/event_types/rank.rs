//! The places of bodies, ranked by how many event types they state.

use indexmap::{IndexMap, IndexSet};

use super::candidates::{Candidate, Candidates, names};
use super::gather::{Gathered, MAX_DEPTH, Path, Places};
use super::spelling::{self, Spelling};
use crate::document::pointer;
use crate::normalize::Webhook;

/// Names under which vendors state an event type, the most common first. They decide between places that state equally
/// many.
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

/// How many places may state event types together.
const MAX_PATHS: usize = 4;

/// A place, and the webhooks whose event type it states.
struct RankedLocation {
    path: Path,
    /// The positions of the webhooks, in order.
    resolved: Vec<usize>,
    /// The number of different event types.
    distinct: usize,
}

/// Places that together state most event types.
pub(super) struct Cover {
    pub paths: Vec<Path>,
    /// Whether the description leaves little doubt.
    pub evident: bool,
}

/// The bodies of all webhooks, and the candidates at their places.
pub(super) struct Ranking<'a, 'g> {
    gathered: &'g Gathered<'a, 'g>,
    webhooks: &'a [Webhook],
}

impl<'a, 'g> Ranking<'a, 'g> {
    pub(super) fn new(gathered: &'g Gathered<'a, 'g>) -> Self {
        Self { gathered, webhooks: &gathered.cx.description.webhooks }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.webhooks.len()).collect()
    }

    /// The member of all bodies that states a different event type for each webhook.
    pub(super) fn distinguishing(&self) -> Option<Path> {
        let count = self.webhooks.len();
        let best = self.best(self.gathered.top(), &self.all())?;
        (best.resolved.len() == count && best.distinct >= count).then_some(best.path)
    }

    /// The places that together state most event types, each the best one for the webhooks that those before it leave.
    pub(super) fn cover(&self) -> Cover {
        let mut left = self.all();
        let mut paths: Vec<Path> = Vec::new();
        while !left.is_empty() && paths.len() < MAX_PATHS {
            let (top, deep) = (self.best(self.gathered.top(), &left), self.best(self.gathered.deep(), &left));
            let resolved = |best: &Option<RankedLocation>| best.as_ref().map_or(0, |best| best.resolved.len());
            let Some(best) = (if resolved(&deep) > resolved(&top) { deep } else { top }) else { break };
            left.retain(|index| best.resolved.binary_search(index).is_err());
            paths.push(best.path);
        }
        let evident = paths.iter().all(|path| path.len() == 1);
        // A member with a usual name states an event type, even if it is unknown which one. With only one webhook, it may be
        // anything.
        if !left.is_empty()
            && self.webhooks.len() > 1
            && let Some(path) = self.likely(&left).filter(|path| !paths.contains(path))
        {
            paths.push(path);
            return Cover { paths, evident: false };
        }
        Cover { paths, evident }
    }

    /// The place that states most event types of these webhooks.
    fn best(&self, places: &[Places], among: &[usize]) -> Option<RankedLocation> {
        let mut paths: IndexMap<&Path, Vec<usize>> = IndexMap::new();
        for index in among {
            for path in places[*index].keys() {
                paths.entry(path).or_default().push(*index);
            }
        }
        let mut best: Option<((usize, usize, usize, usize), RankedLocation)> = None;
        for (path, having) in paths {
            let Some(ranked) = self.ranked(places, &having, path) else { continue };
            let rank = (ranked.resolved.len(), ranked.distinct, MAX_DEPTH - path.len(), usual(path));
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, ranked));
            }
        }
        best.map(|(_, ranked)| ranked)
    }

    /// The event types that a place states for the webhooks that have it.
    fn ranked(&self, places: &[Places], having: &[usize], path: &Path) -> Option<RankedLocation> {
        let (mut resolved, mut distinct, mut exact) = (Vec::new(), IndexSet::new(), false);
        for &index in having {
            let webhook = &self.webhooks[index];
            let Some(candidates) = places[index].get(path) else { continue };
            let values = self.stated(webhook, path, candidates);
            if !values.is_empty() {
                resolved.push(index);
            }
            let is_name = is_name(webhook);
            exact |= values.iter().any(|value| is_name(value));
            distinct.extend(values.into_iter().map(|value| &value.name));
        }
        let distinct = distinct.len();
        // A value that all webhooks share may be anything, such as the version of the envelope.
        let states_event_types = distinct > 1 || (distinct == 1 && (usual(path) > 0 || exact));
        states_event_types.then(|| RankedLocation { path: path.clone(), resolved, distinct })
    }

    /// The candidates at a place that are the webhook's event types.
    fn stated<'p>(&self, webhook: &Webhook, path: &Path, candidates: &'p Candidates) -> Vec<&'p Candidate> {
        if let [only] = &candidates.fixed[..] {
            return vec![only];
        }
        if let Some(listed) = candidates.listed_for(webhook) {
            return vec![listed];
        }
        let is_name = is_name(webhook);
        if let Some(fixed) = candidates.fixed.iter().find(|fixed| is_name(fixed)) {
            return vec![fixed];
        }
        // One webhook has several event types only if the name of the member or the schema says that it states them.
        let states_event_types = path.len() == 1 && (usual(path) > 0 || candidates.discriminates);
        if states_event_types && !(candidates.fixed.is_empty() && candidates.listed.is_empty()) {
            return candidates.fixed.iter().chain(&candidates.listed).collect();
        }
        // An example is an event type if it agrees with the webhook's name, or looks like one at a member with a usual name.
        // Ids differ between webhooks, too.
        let separator = self.gathered.cx.separator();
        let is_event_type = |example: &&Candidate| {
            names(webhook).any(|name| spelling::agree(&example.name, name))
                || (usual(path) > 0 && spelling::is_event_type(&example.name, separator))
        };
        candidates.examples.iter().find(is_event_type).into_iter().collect()
    }

    /// Another place, which distinguishes the webhooks that have the same text at the first.
    pub(super) fn completion(&self, first: &str) -> Option<String> {
        let first = pointer::split(first);
        let deep = self.gathered.deep();
        let alike = self.alike(&first);
        let (index, _) = alike.values().flatten().next()?;
        let parts = |path: &Path, (index, head): &(usize, &Candidate)| {
            let candidates = deep[*index].get(path).into_iter();
            let parts = candidates.flat_map(|candidates| candidates.fixed.iter().chain(&candidates.listed));
            parts.filter(|part| head.may_go_with(part)).map(|part| part.name.as_str()).collect::<Vec<_>>()
        };
        let distinguishes = |path: &&Path| {
            alike.values().all(|places| {
                let mut known = IndexSet::new();
                let mut are_new = |parts: Vec<_>| !parts.is_empty() && parts.into_iter().all(|part| known.insert(part));
                places.iter().all(|place| are_new(parts(path, place)))
            })
        };
        let paths = deep[*index].keys().filter(|path| **path != first).filter(distinguishes);
        paths.max_by_key(|path| (MAX_DEPTH - path.len(), usual(path))).map(|path| pointer::join(path))
    }

    /// The candidates at a place that several bodies share, or several alternatives of one, by their text.
    fn alike(&self, path: &Path) -> IndexMap<&str, Vec<(usize, &Candidate)>> {
        let configured = &self.gathered.cx.config.event_types.names;
        let mut alike: IndexMap<&str, Vec<(usize, &Candidate)>> = IndexMap::new();
        for (index, places) in self.gathered.deep().iter().enumerate() {
            if configured.contains_key(&self.webhooks[index].name) {
                continue;
            }
            for candidate in places.get(path).into_iter().flat_map(|candidates| &candidates.fixed) {
                alike.entry(&candidate.name).or_default().push((index, candidate));
            }
        }
        alike.retain(|_, heads| heads.len() > 1);
        alike
    }

    /// A member with a usual name that each of these bodies has.
    fn likely(&self, among: &[usize]) -> Option<Path> {
        let top = self.gathered.top();
        let everywhere = |path: &&Path| among.iter().all(|index| top[*index].contains_key(*path));
        let first = top[*among.first()?].keys();
        first.filter(|path| usual(path) > 0).filter(everywhere).max_by_key(|path| usual(path)).cloned()
    }
}

/// Whether a candidate is a spelling of the webhook's name.
fn is_name(webhook: &Webhook) -> impl Fn(&Candidate) -> bool {
    let names: Vec<Spelling> = names(webhook).map(Spelling::of).collect();
    move |candidate| {
        let candidate = Spelling::of(&candidate.name);
        names.iter().any(|name| candidate.is_same(name))
    }
}

/// How usual the last name of a path is; 0 if it is not.
fn usual(path: &[String]) -> usize {
    let last = path.last().map_or("", String::as_str);
    USUAL_NAMES.iter().position(|usual| *usual == last).map_or(0, |position| USUAL_NAMES.len() - position)
}
