//! What a description says at the place where deliveries may state their event type.

use indexmap::IndexMap;
use openapiv3::Discriminator;

use super::spelling;
use crate::diagnostics::{Diagnostics, Place};
use crate::document::{Node, Segment};
use crate::lower::schema::{MergedSchema, SchemaSet, merge, single_text, texts, unwrap_aliases};
use crate::normalize::{SchemaId, Schemas, Webhook};

/// How many places of one body are looked at.
const MAX_PLACES: usize = 500;

/// How many schemas are looked at for one webhook: alternatives within alternatives lead to one in many ways.
const MAX_VISITS: usize = 10_000;

/// Something in the description that tells a webhook's event type.
#[derive(Clone)]
pub(super) struct Candidate {
    pub name: String,
    /// Where the body completes what is stated elsewhere: the part that is stated there.
    pub head: Option<String>,
    pub place: Place,
    pub source: Source,
    /// The alternatives of the body in which it stands; none where all of the body says it.
    pub alternatives: Vec<SchemaId>,
}

/// Where [`Candidate`] comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Configuration,
    /// `const`, or an `enum` of one value.
    Constant,
    /// One value of an `enum`.
    Listed,
    Key,
    Example,
    OperationId,
    /// A header's documentation or an extension.
    Header,
}

impl Source {
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration",
            Self::Constant => "a constant",
            Self::Listed => "a listed value",
            Self::Key => "the key",
            Self::Example => "an example",
            Self::OperationId => "`operationId`",
            Self::Header => "the documentation of the header",
        }
    }
}

impl Candidate {
    pub(super) fn of(value: &Node, source: Source) -> Option<Self> {
        let name = value.as_str()?.to_owned();
        Some(Self { name, head: None, place: Place::Value(value.origin().clone()), source, alternatives: Vec::new() })
    }
}

impl Candidate {
    /// Whether both may stand in one body.
    pub(super) fn may_go_with(&self, other: &Self) -> bool {
        self.alternatives.is_empty() || other.alternatives.is_empty() || self.alternatives == other.alternatives
    }

    /// The same, with the part that completes it.
    pub(super) fn completed(&self, part: &Self, separator: &str) -> Self {
        Self {
            name: format!("{}{separator}{}", self.name, part.name),
            head: Some(self.name.clone()),
            place: part.place.clone(),
            source: part.source,
            alternatives: if self.alternatives.is_empty() { &part.alternatives } else { &self.alternatives }.clone(),
        }
    }
}

/// What the description says at a place in a webhook's body.
#[derive(Default)]
pub(super) struct Candidates {
    /// The member is there, and may hold a text.
    pub declared: bool,
    /// By `const` or by an `enum` of one value.
    pub fixed: Vec<Candidate>,
    /// By an `enum` of several values.
    pub listed: Vec<Candidate>,
    /// By an example.
    pub examples: Vec<Candidate>,
    /// It is the discriminator of the body or of what contains it.
    pub discriminates: bool,
}

impl Candidates {
    /// The candidates at a path into a webhook's body.
    pub(super) fn at(schemas: &Schemas, webhook: &Webhook, path: &[String], diagnostics: &mut Diagnostics) -> Self {
        survey(schemas, webhook, SearchScope::To(path), diagnostics).shift_remove(path).unwrap_or_default()
    }

    /// The candidates with the parts that complete them, each with those of its own alternative. Examples are dropped: it
    /// is unknown which part belongs to an example.
    pub(super) fn completed(self, parts: &Self, separator: &str) -> Self {
        if parts.fixed.is_empty() && parts.listed.is_empty() {
            return self;
        }
        let (mut fixed, mut listed) = (Vec::new(), Vec::new());
        for (heads, head_is_listed) in [(self.fixed, false), (self.listed, true)] {
            for head in heads {
                let with = |parts: &[Candidate]| -> Vec<Candidate> {
                    let own = parts.iter().filter(|part| head.may_go_with(part));
                    own.map(|part| head.completed(part, separator)).collect()
                };
                let (mut by_fixed, by_listed) = (with(&parts.fixed), with(&parts.listed));
                if by_fixed.is_empty() && by_listed.is_empty() {
                    by_fixed.push(head);
                }
                if head_is_listed { &mut listed } else { &mut fixed }.extend(by_fixed);
                listed.extend(by_listed);
            }
        }
        Self { fixed, listed, examples: Vec::new(), ..self }
    }

    /// The listed value that is another spelling of the webhook's name, or the only one that begins or ends as it does.
    pub(super) fn listed_for(&self, webhook: &Webhook) -> Option<&Candidate> {
        let only = |fits: fn(&str, &str) -> bool| {
            let mut checker = self.listed.iter().filter(|listed| names(webhook).any(|name| fits(&listed.name, name)));
            let first = checker.next()?;
            checker.all(|other| other.name == first.name).then_some(first)
        };
        only(spelling::same)
            .or_else(|| only(spelling::agree))
            .or_else(|| only(|listed, name| spelling::after(listed, name).is_some()))
    }
}

/// Which places of a body are looked at.
#[derive(Clone, Copy)]
pub(super) enum SearchScope<'a> {
    /// This one.
    To(&'a [String]),
    /// All that lie no deeper.
    Within(usize),
}

/// The candidates at the places of a webhook's body that may hold a text.
pub(super) fn survey(
    schemas: &Schemas,
    webhook: &Webhook,
    way: SearchScope<'_>,
    diagnostics: &mut Diagnostics,
) -> IndexMap<Vec<String>, Candidates> {
    let mut surveyor = Surveyor {
        schemas,
        way,
        places: IndexMap::new(),
        examples: webhook.examples.iter().map(|example| example.payload.clone()).collect(),
        on_way: Vec::new(),
        visits: 0,
        diagnostics,
    };
    surveyor.visit(&[webhook.body], &mut Vec::new(), None, 0);
    let Surveyor { mut places, examples, .. } = surveyor;
    if let SearchScope::To(path) = way {
        places.entry(path.to_vec()).or_default();
    }
    for (path, stated) in &mut places {
        stated.examples.extend(examples.iter().filter_map(|example| at(example, path)));
    }
    places
}

/// What a webhook is called: its key and its `operationId`.
pub(super) fn names(webhook: &Webhook) -> impl Iterator<Item = &str> {
    [Some(webhook.name.as_str()), webhook.operation.operation_id.as_deref()].into_iter().flatten()
}

/// The text at a path into an example.
fn at(example: &Node, path: &[String]) -> Option<Candidate> {
    let value = example.at_names(path)?;
    Candidate::of(value, Source::Example)
}

struct Surveyor<'a> {
    schemas: &'a Schemas,
    way: SearchScope<'a>,
    places: IndexMap<Vec<String>, Candidates>,
    /// Examples of the whole body.
    examples: Vec<Node>,
    /// The sets on the path to the present one.
    on_way: Vec<SchemaSet>,
    visits: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Surveyor<'_> {
    fn visit(&mut self, set: &[SchemaId], path: &mut Vec<String>, alternative: Option<SchemaId>, depth: usize) {
        let set = unwrap_aliases(self.schemas, set).0;
        // A schema within itself says nothing new, and alternatives within alternatives are many.
        let within_itself = self.on_way.contains(&set);
        if within_itself || self.visits >= MAX_VISITS || self.places.len() >= MAX_PLACES {
            return;
        }
        self.visits += 1;
        self.on_way.push(set);
        self.look(path, alternative, depth);
        self.on_way.pop();
    }

    /// Looks at the last set of the path.
    fn look(&mut self, path: &mut Vec<String>, alternative: Option<SchemaId>, depth: usize) {
        let Some(set) = self.on_way.last() else { return };
        let merged = merge(self.schemas, set, self.diagnostics);
        for choice in merged.choices.iter().flat_map(|choice| &choice.alternatives) {
            let alternative = if depth == 0 { Some(*choice) } else { alternative };
            self.visit(&[*choice], path, alternative, depth + 1);
        }
        if path.is_empty() {
            self.examples.extend(merged.examples.iter().copied().cloned());
        }
        let wanted = match self.way {
            SearchScope::To(wanted) => wanted.len() == path.len(),
            SearchScope::Within(_) => !path.is_empty() && merged.may_be_text(),
        };
        if wanted {
            self.state(path, &merged, alternative);
        }
        for (name, property) in &merged.properties {
            if self.goes_by(path, name) {
                self.enter(property, name, path, alternative, depth);
            }
        }
        if let Some(discriminator) = &merged.discriminator
            && self.goes_by(path, &discriminator.property_name)
            // An alternative may extend the very schema that it is an alternative of.
            && alternative.is_none()
        {
            self.discriminate(discriminator, &merged, path, depth);
        }
        if !merged.items.is_empty() && self.goes_by(path, "0") {
            self.enter(&merged.items, "0", path, alternative, depth);
        }
    }

    /// A discriminator says what its property is for, and its mapping which values there are.
    fn discriminate(
        &mut self,
        discriminator: &Discriminator,
        merged: &MergedSchema<'_>,
        path: &[String],
        depth: usize,
    ) {
        let alternatives: Vec<SchemaId> =
            merged.choices.iter().flat_map(|choice| &choice.alternatives).copied().collect();
        let place: Vec<String> = path.iter().cloned().chain([discriminator.property_name.clone()]).collect();
        let stated = self.places.entry(place).or_default();
        stated.discriminates = true;
        for (name, target) in &discriminator.mapping {
            let meant = |id: &&SchemaId| {
                let referred = self.schemas.get(**id).reference.unwrap_or(**id);
                let origin = self.schemas.get(referred).node.origin();
                let wanted = target.rsplit('/').next().unwrap_or(target);
                matches!(origin.segments().last(), Some(Segment::Member(last)) if &**last == wanted)
            };
            if let Some(alternative) = alternatives.iter().find(meant) {
                let place = Place::Value(self.schemas.get(*alternative).node.origin().clone());
                let alternatives = if depth == 0 { vec![*alternative] } else { Vec::new() };
                let (name, source) = (name.clone(), Source::Constant);
                stated.fixed.push(Candidate { name, head: None, place, source, alternatives });
                stated.declared = true;
            }
        }
    }

    fn enter(
        &mut self,
        set: &[SchemaId],
        segment: &str,
        path: &mut Vec<String>,
        alternative: Option<SchemaId>,
        depth: usize,
    ) {
        path.push(segment.to_owned());
        self.visit(set, path, alternative, depth + 1);
        path.pop();
    }

    fn goes_by(&self, path: &[String], segment: &str) -> bool {
        match self.way {
            SearchScope::To(wanted) => wanted.get(path.len()).is_some_and(|next| next == segment),
            SearchScope::Within(depth) => path.len() < depth,
        }
    }

    fn state(&mut self, path: &[String], merged: &MergedSchema<'_>, alternative: Option<SchemaId>) {
        let stated = self.places.entry(path.to_vec()).or_default();
        stated.declared |= merged.may_be_text();
        let all = |values: &mut dyn Iterator<Item = &Node>, source| {
            let candidate = values.filter_map(|value| Candidate::of(value, source));
            candidate
                .map(|candidate| Candidate { alternatives: alternative.into_iter().collect(), ..candidate })
                .collect::<Vec<_>>()
        };
        if single_text(merged).is_some() {
            stated.fixed.extend(all(&mut merged.listed().into_iter().flatten(), Source::Constant));
            return;
        }
        if texts(merged).is_some() {
            stated.listed.extend(all(&mut merged.values.iter().flat_map(|values| values.iter()), Source::Listed));
        }
        stated.examples.extend(all(&mut merged.examples.iter().copied(), Source::Example));
    }
}
