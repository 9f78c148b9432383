//! First pass: the evidence in the bodies.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::iter::successors;
use std::slice;

use indexmap::IndexMap;
use openapiv3::Discriminator;

use super::evidence::{Evidence, Kind, Stated};
use super::names::{Names, only_value};
use crate::budget::Resource;
use crate::diagnostics::Place;
use crate::document::{Node, Origin, pointer};
use crate::lower::context::Context;
use crate::lower::schema::{MergedSchema, SchemaSet, Tags, unwrap_aliases};
use crate::normalize::{SchemaId, Webhook};
use crate::source::Limits;

/// How many members may lie between the body and a place.
pub(super) const MAX_DEPTH: usize = 4;

/// How many schemas may lie around a place: members, alternatives inside alternatives.
const MAX_NESTING: usize = 256;

/// How far the search for candidates goes.
#[derive(Clone, Copy)]
struct Reach {
    /// How many places of one body are searched.
    places: usize,
    /// How many schemas of one body are searched: alternatives inside alternatives reach one schema in many ways.
    visits: usize,
}

impl Reach {
    /// It grows with a raised limit on candidates: by default 500 places and 10,000 schemas of a body, 400,000 schemas of all,
    /// of which each body has the same share.
    fn of(cx: &Context<'_>) -> Self {
        let candidates = cx.limits().candidates.max(Limits::default().candidates);
        let share = candidates.saturating_mul(2) / cx.description.webhooks.len().max(1);
        Self { places: candidates / 400, visits: share.min(candidates / 20) }
    }
}

/// The way to a place in a body.
pub(super) type Path = Vec<String>;

/// The places in a body that may contain a string.
pub(super) type Places = IndexMap<Path, Stated>;

/// The evidence of all webhooks. Each body is searched when that is first needed.
pub(super) struct Gathered<'a, 'c> {
    pub cx: &'c Context<'a>,
    /// By the position of the webhook.
    pub names: Vec<Names>,
    top: OnceCell<Vec<Places>>,
    deep: OnceCell<Vec<Places>>,
    /// The webhooks whose bodies were not searched to the end, each with the first schema that was not.
    unsearched: RefCell<IndexMap<&'a str, Unsearched<'a>>>,
}

/// A body that was not searched to the end.
#[derive(Clone)]
pub(super) struct Unsearched<'a> {
    pub webhook: &'a Webhook,
    pub schema: Origin,
}

impl<'a, 'c> Gathered<'a, 'c> {
    pub(super) fn new(cx: &'c Context<'a>) -> Self {
        let names = cx.description.webhooks.iter().map(|webhook| Names::of(cx, webhook)).collect();
        Self { cx, names, top: OnceCell::new(), deep: OnceCell::new(), unsearched: RefCell::default() }
    }

    /// The members of each body, by the position of the webhook.
    pub(super) fn top(&self) -> &[Places] {
        self.top.get_or_init(|| self.within(1))
    }

    /// The places of each body, by the position of the webhook.
    pub(super) fn deep(&self) -> &[Places] {
        self.deep.get_or_init(|| self.within(MAX_DEPTH))
    }

    fn within(&self, depth: usize) -> Vec<Places> {
        let webhooks = self.cx.description.webhooks.iter();
        webhooks.map(|webhook| self.search(webhook, SearchScope::Within(depth))).collect()
    }

    fn search(&self, webhook: &'a Webhook, scope: SearchScope<'_>) -> Places {
        let (places, unsearched) = search(self.cx, webhook, scope);
        // If the location is configured, only what it names must be found.
        let matters = self.cx.config.event_types.location.is_none() || matches!(scope, SearchScope::At(_));
        if let Some(schema) = unsearched.filter(|_| matters) {
            self.unsearched.borrow_mut().entry(&webhook.name).or_insert(Unsearched { webhook, schema });
        }
        places
    }

    /// The location is certain, so that what was not searched for it does not matter.
    pub(super) fn settle(&self) {
        self.unsearched.borrow_mut().clear();
    }

    /// The bodies that were not searched to the end.
    pub(super) fn unsearched(&self) -> Vec<Unsearched<'a>> {
        self.unsearched.borrow().values().cloned().collect()
    }

    /// What a webhook states at a JSON pointer into its body.
    pub(super) fn at(&self, webhook: &'a Webhook, pointer: &str) -> Stated {
        let path = pointer::split(pointer);
        self.search(webhook, SearchScope::At(&path)).shift_remove(&path).unwrap_or_default()
    }

    /// What a webhook states at the first of these JSON pointers that its body declares.
    pub(super) fn at_first(&self, webhook: &'a Webhook, pointers: &[String]) -> Stated {
        let mut places = pointers.iter().map(|pointer| self.at(webhook, pointer));
        places.find(|stated| stated.declared).unwrap_or_default()
    }
}

/// Which places of a body are searched.
#[derive(Clone, Copy)]
enum SearchScope<'s> {
    At(&'s [String]),
    /// All up to this depth.
    Within(usize),
}

/// The places in a body, and the first schema that was not searched.
fn search(cx: &Context<'_>, webhook: &Webhook, scope: SearchScope<'_>) -> (Places, Option<Origin>) {
    let Reach { places, visits } = Reach::of(cx);
    let mut search = Search {
        cx,
        scope,
        places: Places::new(),
        examples: webhook.examples.iter().map(|example| example.payload.clone()).collect(),
        nesting: Vec::new(),
        path: Vec::new(),
        max_places: places,
        visits,
        unsearched: None,
    };
    search.visit(&[webhook.body], Position { alternative: None, depth: 0 });
    let Search { mut places, examples, unsearched, .. } = search;
    if let SearchScope::At(path) = scope {
        places.entry(path.to_vec()).or_default();
    }
    // Looking into an example takes a small part of the time that a text takes.
    cx.spend(Resource::Candidates, places.len() * examples.len() / 16, webhook.key.origin());
    for (path, stated) in &mut places {
        if cx.is_exceeded() {
            break;
        }
        let values = examples.iter().filter_map(|example| example.at_names(path));
        stated.examples.extend(values.filter_map(|value| Evidence::of(value, Kind::Example)));
    }
    (places, unsearched)
}

/// Walks through the schemas of a body.
struct Search<'a, 'c, 's> {
    cx: &'c Context<'a>,
    scope: SearchScope<'s>,
    places: Places,
    /// Examples of the whole body.
    examples: Vec<Node>,
    /// The schemas around the present one.
    nesting: Vec<SchemaSet>,
    /// The path of members to the current one.
    path: Path,
    max_places: usize,
    /// How many more schemas are searched.
    visits: usize,
    /// The first schema that is not.
    unsearched: Option<Origin>,
}

/// The position of a schema.
#[derive(Clone, Copy)]
struct Position {
    /// The alternative of the whole body that contains it.
    alternative: Option<SchemaId>,
    /// The number of schemas around it.
    depth: usize,
}

impl Search<'_, '_, '_> {
    fn visit(&mut self, written: &[SchemaId], position: Position) {
        let set = unwrap_aliases(self.cx.schemas, written).0;
        // A schema inside itself adds nothing.
        if self.nesting.contains(&set) || self.cx.is_exceeded() {
            return;
        }
        if self.nesting.len() >= MAX_NESTING || self.visits == 0 || self.places.len() >= self.max_places {
            let schema = || self.cx.schemas.get(set[0]).node.origin().clone();
            self.unsearched.get_or_insert_with(schema);
            return;
        }
        self.visits -= 1;
        let merged = self.cx.merged(&set);
        self.nesting.push(set);
        self.search(&merged, written, position);
        self.nesting.pop();
    }

    fn search(&mut self, merged: &MergedSchema<'_>, written: &[SchemaId], position: Position) {
        let Position { alternative, depth } = position;
        for choice in merged.choices.iter().flat_map(|choice| &choice.alternatives) {
            let alternative = if depth == 0 { Some(*choice) } else { alternative };
            self.visit(&[*choice], Position { alternative, depth: depth + 1 });
        }
        if self.path.is_empty() {
            self.examples.extend(merged.examples.iter().copied().cloned());
        }
        let in_scope = match self.scope {
            SearchScope::At(wanted) => wanted.len() == self.path.len(),
            SearchScope::Within(_) => !self.path.is_empty() && merged.may_be_text(),
        };
        if in_scope {
            self.collect(merged, alternative);
        }
        // The schemas that extend a base have its members.
        let is_base = matches!(merged.schemas[..], [base] if !self.cx.schemas.get(base).children.is_empty());
        for (name, property) in merged.properties.iter().filter(|_| !is_base) {
            self.enter(name, property, position);
        }
        if let Some(discriminator) = &merged.discriminator
            && self.is_on_the_way(&discriminator.property_name)
            // An alternative may extend the schema that it is an alternative of.
            && alternative.is_none()
        {
            self.collect_discriminator(discriminator, merged, written, depth);
        }
        if !merged.items.is_empty() {
            self.enter("0", &merged.items, position);
        }
    }

    fn enter(&mut self, segment: &str, set: &[SchemaId], position: Position) {
        if self.is_on_the_way(segment) {
            self.path.push(segment.to_owned());
            self.visit(set, Position { depth: position.depth + 1, ..position });
            self.path.pop();
        }
    }

    fn is_on_the_way(&self, segment: &str) -> bool {
        match self.scope {
            SearchScope::At(wanted) => wanted.get(self.path.len()).is_some_and(|next| next == segment),
            SearchScope::Within(depth) => self.path.len() < depth,
        }
    }

    /// Collects what the schema of the present place says.
    fn collect(&mut self, merged: &MergedSchema<'_>, alternative: Option<SchemaId>) {
        let stated = self.places.entry(self.path.clone()).or_default();
        stated.declared |= merged.may_be_text();
        let of = |value: &Node, kind| {
            let evidence = Evidence::of(value, kind)?;
            Some(Evidence { alternatives: alternative.into_iter().collect(), ..evidence })
        };
        let listed = merged.listed().unwrap_or_default();
        let origin = self.cx.schemas.get(merged.schemas[0]).node.origin();
        self.cx.spend(Resource::Candidates, 1 + listed.len() + merged.examples.len(), origin);
        let kind = if merged.single_text().is_some() { Kind::Constant } else { Kind::Listed };
        if matches!(self.scope, SearchScope::At(_)) {
            let schemas = merged.schemas.iter().map(|id| self.cx.schemas.get(*id));
            stated.texts.extend(schemas.filter_map(|schema| schema.node.get("description")).cloned());
            let reference = |schema: &SchemaId| self.cx.schemas.get(*schema).reference;
            let referenced = merged.schemas.iter().flat_map(|schema| successors(Some(*schema), reference));
            stated.schemas.extend(referenced.take(MAX_NESTING));
        }
        if merged.texts().is_some() {
            stated.values.extend(listed.iter().filter_map(|value| of(value, kind)));
        }
        if listed.is_empty() && merged.may_be_text() {
            let text = merged.schemas.iter().find_map(|id| self.cx.schemas.get(*id).node.get("description"));
            let value = text.and_then(|text| Some((only_value(text, self.cx.separator())?, text)));
            let value = value.filter(|(value, _)| self.path.last().is_none_or(|name| name != value));
            stated.values.extend(value.map(|(value, text)| {
                let place = Place::Value(text.origin().clone());
                let alternatives = alternative.into_iter().collect();
                Evidence { alternatives, ..Evidence::new(value, place, Kind::Described) }
            }));
        }
        if kind != Kind::Constant {
            stated.examples.extend(merged.examples.iter().filter_map(|value| of(value, Kind::Example)));
            let mut schemas = merged.schemas.iter().map(|id| self.cx.schemas.get(*id));
            let default = schemas.find_map(|schema| schema.node.get("default"));
            stated.examples.extend(default.and_then(|value| of(value, Kind::Default)));
        }
    }

    /// Collects the values in the mapping of a discriminator: those of the alternatives, or that of what extends a base.
    fn collect_discriminator(
        &mut self,
        discriminator: &Discriminator,
        merged: &MergedSchema<'_>,
        written: &[SchemaId],
        depth: usize,
    ) {
        let origin = self.cx.schemas.get(merged.schemas[0]).node.origin();
        self.cx.spend(Resource::Candidates, discriminator.mapping.len(), origin);
        let place: Path = self.path.iter().cloned().chain([discriminator.property_name.clone()]).collect();
        let stated = self.places.entry(place).or_default();
        stated.discriminates = true;
        // Without a mapping, the members of the alternatives say more.
        if discriminator.mapping.is_empty() {
            return;
        }
        let tags = Tags::new(self.cx, discriminator);
        let mut add = |schema: SchemaId, tags: Vec<String>, alternatives: &[SchemaId]| {
            let place = Place::Value(self.cx.schemas.get(schema).node.origin().clone());
            let tags = tags.iter().map(|tag| Evidence::new(tag, place.clone(), Kind::Constant));
            stated.values.extend(tags.map(|tag| Evidence { alternatives: alternatives.to_vec(), ..tag }));
            stated.declared |= !stated.values.is_empty();
        };
        let alternatives = merged.choices.iter().flat_map(|choice| &choice.alternatives);
        let mut selected: HashMap<SchemaId, HashSet<String>> = HashMap::new();
        for alternative in alternatives {
            self.cx.spend(Resource::Candidates, 1, origin);
            let tags = tags.of(*alternative);
            add(*alternative, tags.clone(), if depth == 0 { slice::from_ref(alternative) } else { &[] });
            selected.insert(*alternative, tags.into_iter().collect());
        }
        if merged.choices.is_empty() {
            for schema in written {
                add(*schema, tags.mapped(*schema), &[]);
            }
        }
        keep_selected(&mut stated.values, &selected);
    }
}

/// Drops what an alternative lists although the discriminator selects another one by it: alternatives repeat the list of their
/// base. What selects none, and all list, may be any of them.
fn keep_selected(values: &mut Vec<Evidence>, selected: &HashMap<SchemaId, HashSet<String>>) {
    let all: HashSet<&String> = selected.values().flatten().collect();
    let tags = |value: &Evidence| match value.alternatives[..] {
        [alternative] if value.kind == Kind::Listed => Some((alternative, selected.get(&alternative)?)),
        _ => None,
    };
    // The alternatives that list what selects none.
    let mut listing: HashMap<String, HashSet<SchemaId>> = HashMap::new();
    for value in values.iter().filter(|value| !all.contains(&value.name)) {
        if let Some((alternative, _)) = tags(value) {
            listing.entry(value.name.clone()).or_default().insert(alternative);
        }
    }
    values.retain_mut(|value| {
        let is_other = tags(value).is_some_and(|(_, tags)| !tags.contains(&value.name));
        if is_other && listing.get(&value.name).is_some_and(|listing| listing.len() == selected.len()) {
            value.alternatives.clear();
        }
        !is_other || !all.contains(&value.name)
    });
}
