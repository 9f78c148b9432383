//! The places of bodies, ranked by how many event types they state.

use indexmap::{IndexMap, IndexSet};

use super::allocate::Owners;
use super::evidence::{Evidence, Kind, Stated, distinct};
use super::gather::{Gathered, MAX_DEPTH, Path, Places};
use super::names::{Fit, Names};
use super::spelling;
use crate::document::pointer;
use crate::normalize::Webhook;

/// Names under which vendors state an event type, the most common first. They decide between places that state equally
/// many.
const USUAL_NAMES: [&str; 14] = [
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
    "notificationType",
    "notification_type",
];

/// Those of [`USUAL_NAMES`] under which vendors state other things, too.
const VAGUE_NAMES: [&str; 3] = ["type", "event", "topic"];

/// How many places may state event types together.
const MAX_PATHS: usize = 4;

/// How many places are offered if none of them is known to state event types.
const MAX_CANDIDATES: usize = 3;

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
    /// How many webhooks have an event type there.
    pub resolved: usize,
    /// Whether the description leaves little doubt.
    pub evident: bool,
}

/// The bodies of all webhooks, and what is stated at their places.
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
        let best = self.best(self.gathered.top(), &self.all(), &[])?;
        (best.resolved.len() == count && best.distinct >= count).then_some(best.path)
    }

    /// The member of all bodies whose lists of values have none in common.
    pub(super) fn partition(&self) -> Option<Path> {
        let top = self.gathered.top();
        let lists = |path: &Path| top.iter().map(|places| places.get(path)).collect::<Option<Vec<_>>>();
        let divides = |path: &&Path| {
            lists(path).is_some_and(|lists| {
                let owners = Owners::of(lists.iter().copied());
                let is_own = |list: &&Stated| {
                    list.values.iter().all(|value| value.kind != Kind::Described && owners.is_own(value))
                };
                lists.iter().all(|list| !list.values.is_empty() && is_own(list))
            })
        };
        if self.webhooks.len() < 2 { None } else { top.first()?.keys().find(divides).cloned() }
    }

    /// The places that state the event types of all webhooks; empty if there are none.
    pub(super) fn complete(&self) -> Vec<Path> {
        if let Some(path) = self.distinguishing().or_else(|| self.partition()) {
            return vec![path];
        }
        let Cover { paths, resolved, .. } = self.cover();
        if resolved == self.webhooks.len() { paths } else { Vec::new() }
    }

    /// The places that together state most event types, each the best one for the webhooks that those before it leave.
    pub(super) fn cover(&self) -> Cover {
        let mut left = self.all();
        let mut paths: Vec<Path> = Vec::new();
        while !left.is_empty() && paths.len() < MAX_PATHS {
            let best = |places| self.best(places, &left, &paths);
            let (top, deep) = (best(self.gathered.top()), best(self.gathered.deep()));
            let resolved = |best: &Option<RankedLocation>| best.as_ref().map_or(0, |best| best.resolved.len());
            let Some(best) = (if resolved(&deep) > resolved(&top) { deep } else { top }) else { break };
            left.retain(|index| best.resolved.binary_search(index).is_err());
            paths.push(best.path);
        }
        let resolved = self.webhooks.len() - left.len();
        let evident = paths.iter().all(|path| path.len() == 1);
        // A member with a usual name states an event type, even if it is unknown which one. With only one webhook, it may be
        // anything.
        if !left.is_empty()
            && self.webhooks.len() > 1
            && let Some(path) = self.likely(&left).filter(|path| !paths.contains(path))
        {
            paths.push(path);
            return Cover { paths, resolved, evident: false };
        }
        Cover { paths, resolved, evident }
    }

    /// The place that states most event types of these webhooks, besides the known ones.
    fn best(&self, places: &[Places], among: &[usize], known: &[Path]) -> Option<RankedLocation> {
        let mut paths: IndexMap<&Path, Vec<usize>> = IndexMap::new();
        for index in among {
            for path in places[*index].keys().filter(|path| !known.contains(*path)) {
                paths.entry(path).or_default().push(*index);
            }
        }
        let mut best: Option<((usize, usize, usize, usize), RankedLocation)> = None;
        for (path, having) in paths {
            let Some(ranked) = self.ranked(places, &having, path) else { continue };
            let rank = (ranked.resolved.len(), ranked.distinct, MAX_DEPTH - path.len(), usual(path));
            if best.as_ref().is_none_or(|(highest, _)| rank > *highest) {
                best = Some((rank, ranked));
            }
        }
        best.map(|(_, ranked)| ranked)
    }

    /// The event types that a place states for the webhooks that have it; `None` if it seems to state something else.
    fn ranked(&self, places: &[Places], having: &[usize], path: &Path) -> Option<RankedLocation> {
        let owners = Owners::of(having.iter().map(|index| &places[*index][path]));
        let mut known = IndexSet::new();
        let mut resolved = Vec::new();
        let is_usual = usual(path) > 0;
        let is_described = having.iter().any(|index| places[*index][path].is_described());
        let is_completed = || self.completion(&pointer::join(path)).is_some();
        // What several webhooks are described by may be completed.
        let has_heads = is_described && is_usual && is_completed();
        // How many webhooks have values that are their names, that are exactly a name, that no other webhook has, and that
        // have the form of an event type.
        let (mut fitting, mut exact, mut own, mut formed) = (0, 0, 0, 0);
        for &index in having {
            let names = &self.gathered.names[index];
            let stated = &places[index][path];
            let values = match &stated.values[..] {
                [only] if has_heads => vec![only.clone()],
                _ => self.stated(names, path, stated, &owners),
            };
            if values.is_empty() {
                continue;
            }
            resolved.push(index);
            let is_own = values.iter().all(|value| owners.is_own(value));
            let fit = values.iter().filter_map(|value| names.fit(&value.name)).min();
            // What several webhooks begin with is merely their subject.
            fitting += usize::from(fit.is_some_and(|fit| fit.is_good() && (is_own || fit < Fit::Begins)));
            exact += usize::from(fit.is_some_and(|fit| fit <= Fit::Same));
            own += usize::from(is_own);
            formed += usize::from(values.iter().all(|value| self.has_form(value)));
            known.extend(values.into_iter().map(|value| value.name));
        }
        let (count, distinct) = (resolved.len(), known.len());
        // A description of a member with another name may be about anything.
        let may_be_own = is_usual || path.len() == 1 && own == self.webhooks.len() && !is_described;
        let states_event_types = match (self.webhooks.len(), count) {
            (_, 0) => false,
            (1, _) => distinct > 1 || is_usual && !is_described || exact > 0,
            (_, 1) => is_usual && fitting + formed > 0 || exact > 0,
            _ => {
                fitting * 2 >= count
                    || may_be_own && own * 2 >= count && distinct > 1
                    || is_usual && path.len() == 1 && formed == count
                    || has_heads
                    || is_usual && !is_described && is_completed()
            }
        };
        states_event_types.then(|| RankedLocation { path: path.clone(), resolved, distinct })
    }

    fn has_form(&self, evidence: &Evidence) -> bool {
        spelling::is_event_type(&evidence.name, self.gathered.cx.separator())
    }

    /// The event types of a webhook at a place.
    fn stated(&self, names: &Names, path: &Path, stated: &Stated, owners: &Owners<'_>) -> Vec<Evidence> {
        let values = owners.allocate(stated, names);
        // One webhook has several event types only if the name of the member, the schema or their form says so.
        let is_usual = usual(path) > 0;
        let is_only = self.webhooks.len() == 1;
        let may_have_several = path.len() == 1 && (is_usual || stated.discriminates)
            || is_only && is_telling(path)
            || (is_usual || is_only) && values.iter().all(|value| self.has_form(value));
        match &values[..] {
            [] => {}
            [_] => return values,
            _ if may_have_several => return values,
            _ => {}
        }
        // An example is an event type if it agrees with the webhook's name, or looks like one or distinguishes the webhook
        // at a member with a usual name. Ids differ between webhooks, too. An only webhook may have many event types, of
        // which an example shows one.
        let is_event_type = |example: &&Evidence| {
            names.fit(&example.name).is_some_and(|fit| fit < Fit::Begins)
                || self.webhooks.len() > 1 && is_usual && (self.has_form(example) || owners.is_own(example))
        };
        stated.examples.iter().find(is_event_type).cloned().into_iter().collect()
    }

    /// Whether only a description states values at one of these members of bodies.
    pub(super) fn is_described(&self, paths: &[Path]) -> bool {
        let mut stated = self.gathered.top().iter().flat_map(|places| paths.iter().filter_map(|path| places.get(path)));
        stated.any(Stated::is_described)
    }

    /// Another place, which distinguishes the webhooks that have the same text at the first.
    pub(super) fn completion(&self, first: &str) -> Option<String> {
        let first = pointer::split(first);
        let deep = self.gathered.deep();
        let alike = self.alike(&first);
        let (index, _) = alike.values().flatten().next()?;
        let parts = |path: &Path, (index, head): &(usize, Evidence)| {
            let parts = deep[*index].get(path).into_iter().flat_map(|stated| &stated.values);
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

    /// What several bodies, or several alternatives of one, state alike at a place, by its text.
    fn alike(&self, path: &Path) -> IndexMap<String, Vec<(usize, Evidence)>> {
        let configured = &self.gathered.cx.config.event_types.names;
        let deep = self.gathered.deep();
        let owners = Owners::of(deep.iter().filter_map(|places| places.get(path)));
        let mut alike: IndexMap<String, Vec<(usize, Evidence)>> = IndexMap::new();
        for (index, places) in deep.iter().enumerate() {
            let Some(stated) = places.get(path) else { continue };
            if configured.contains_key(&self.webhooks[index].name) {
                continue;
            }
            let constants: Vec<Evidence> = stated.constants().cloned().collect();
            let is_choice = constants.iter().all(|constant| constant.alternatives.is_empty());
            let heads = match &distinct(&constants)[..] {
                [_, _, ..] if is_choice => owners.allocate(stated, &self.gathered.names[index]),
                _ => constants,
            };
            for head in heads {
                alike.entry(head.name.clone()).or_default().push((index, head));
            }
        }
        alike.retain(|_, heads| heads.len() > 1);
        alike
    }

    /// The member of an only webhook whose description quotes a spelling of the webhook's name.
    pub(super) fn quoted(&self) -> Option<Path> {
        let ([webhook], [names]) = (self.webhooks, &self.gathered.names[..]) else { return None };
        let is_quoted = |path: &&Path| {
            let texts = self.gathered.at(webhook, &pointer::join(path)).texts;
            names.quoted_at_location(self.gathered.cx, &texts).next().is_some()
        };
        self.gathered.top()[0].keys().filter(|path| usual(path) > 0).find(is_quoted).cloned()
    }

    /// The member of an only webhook with a usual name that lists several values: they may be event types, or kinds of
    /// something else.
    pub(super) fn listing(&self) -> Option<Path> {
        let [places] = self.gathered.deep() else { return None };
        let lists = |(path, stated): &(&Path, &Stated)| {
            usual(path) > 0 && !path.iter().any(|segment| segment == "0") && distinct(stated.listed()).len() > 1
        };
        let paths = places.iter().filter(lists).map(|(path, _)| path);
        paths.max_by_key(|path| (MAX_DEPTH - path.len(), usual(path))).cloned()
    }

    /// The places that may state event types, although too little shows it, the best first: what they list is not shared by
    /// webhooks whose names it does not fit.
    pub(super) fn candidates(&self) -> Vec<Path> {
        let deep = self.gathered.deep();
        let ranked = deep.first().into_iter().flat_map(IndexMap::keys).filter_map(|path| {
            // A member that not all bodies have is about something else.
            let all = deep.iter().map(|places| places.get(path)).collect::<Option<Vec<&Stated>>>()?;
            let owners = Owners::of(all.iter().copied());
            let mut own = 0;
            for (stated, names) in all.into_iter().zip(&self.gathered.names) {
                let mut values = owners.telling(stated).peekable();
                let is_stated = values.peek().is_some();
                if values.all(|value| owners.is_own(value)) {
                    own += usize::from(is_stated);
                } else if names.pick(owners.telling(stated)).is_none() {
                    return None;
                }
            }
            (own > 0 || usual(path) > 0).then_some(((own, usual(path), MAX_DEPTH - path.len()), path))
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by(|(a, _), (b, _)| b.cmp(a));
        ranked.into_iter().take(MAX_CANDIDATES).map(|(_, path)| path.clone()).collect()
    }

    /// A member with a usual name that each of these bodies has. A list there that fits no name is about something else.
    fn likely(&self, among: &[usize]) -> Option<Path> {
        let top = self.gathered.top();
        let may_be = |index: usize, path: &Path| {
            top[index].get(path).is_some_and(|stated| {
                let mut listed = stated.listed().peekable();
                listed.peek().is_none() || self.gathered.names[index].pick(listed).is_some()
            })
        };
        let everywhere = |path: &&Path| among.iter().all(|index| may_be(*index, path));
        let first = top[*among.first()?].keys();
        first.filter(|path| usual(path) > 0).filter(everywhere).max_by_key(|path| usual(path)).cloned()
    }
}

/// How usual the last name of a path is; 0 if it is not.
fn usual(path: &[String]) -> usize {
    let last = path.last().map_or("", String::as_str);
    USUAL_NAMES.iter().position(|usual| *usual == last).map_or(0, |position| USUAL_NAMES.len() - position)
}

/// Whether the last name of a path is that of an event type, wherever the path ends. The elements of an array may each have
/// another one.
fn is_telling(path: &[String]) -> bool {
    let is_vague = path.last().is_none_or(|last| VAGUE_NAMES.contains(&last.as_str()));
    usual(path) > 0 && !is_vague && !path.iter().any(|segment| segment == "0")
}
