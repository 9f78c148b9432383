//! What several schemas say together: `allOf` and `$ref` siblings merged into one view.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::slice;

use indexmap::{IndexMap, IndexSet};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{Node, Origin};
use crate::ir::Docs;
use crate::normalize::{Additional, JsonType, Schema, SchemaId, Schemas};

/// How many levels of `allOf` and `$ref` may be merged into one type.
const MAX_DEPTH: usize = 128;

/// Schemas that all apply to one value. Never empty.
pub(super) type Subject = Vec<SchemaId>;

/// What a [`Subject`] says, with `allOf` and `$ref` followed, in the words of its schemas.
#[derive(Clone, Default)]
pub(super) struct Flat<'a> {
    /// The schemas that were merged at the top.
    pub schemas: Subject,
    /// All that were merged. Once is enough: references may lead to one schema in exponentially many ways.
    merged: BTreeSet<SchemaId>,
    /// The types that are allowed; none where no schema says.
    pub types: Option<Cow<'a, [JsonType]>>,
    /// The first `type` that said which.
    typed: Option<&'a Origin>,
    pub nullable: bool,
    pub only_null: bool,
    pub format: Option<&'a str>,
    pub properties: IndexMap<&'a str, Subject>,
    pub required: IndexSet<&'a str>,
    pub additional: Option<Additional>,
    pub items: Subject,
    pub prefix_items: &'a [SchemaId],
    pub closed_tuple: bool,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    /// What the members hold whose names match a pattern.
    pub patterns: Vec<SchemaId>,
    pub constant: Option<&'a Node>,
    pub values: Option<Cow<'a, [Node]>>,
    /// What is said of single values, by their JSON text.
    pub value_descriptions: HashMap<String, String>,
    /// The alternatives of each `oneOf` and `anyOf`.
    pub choices: Vec<Choice>,
    /// The name of the discriminator and its mapping from tags to references.
    pub discriminator: Option<&'a openapiv3::Discriminator>,
    pub said: Said<'a>,
    pub examples: Vec<&'a Node>,
    /// A keyword that shapes the values and has no Rust type.
    pub inexpressible: Option<&'a str>,
}

/// What schemas say for people. What is said first wins: it stands nearest to the use.
#[derive(Clone, Default)]
pub(super) struct Said<'a> {
    pub title: Option<&'a str>,
    pub description: Option<&'a str>,
    deprecated: bool,
    facts: Vec<&'a (String, String)>,
}

impl<'a> Said<'a> {
    /// Adds title and description of a schema.
    pub(super) fn add_texts(&mut self, schema: &'a Schema) {
        self.title = self.title.or(schema.data.title.as_deref());
        self.description = self.description.or(schema.data.description.as_deref());
    }

    /// Adds all else of a schema.
    pub(super) fn add_facts(&mut self, schema: &'a Schema) {
        self.deprecated |= schema.data.deprecated;
        self.facts.extend(&schema.facts);
    }

    /// Adds what was said elsewhere.
    pub(super) fn add(&mut self, other: &Self) {
        self.title = self.title.or(other.title);
        self.description = self.description.or(other.description);
        self.deprecated |= other.deprecated;
        self.facts.extend(&other.facts);
    }

    pub(super) fn docs(&self) -> Docs {
        Docs {
            title: self.title.map(str::to_owned),
            description: self.description.map(str::to_owned),
            facts: self.facts.iter().copied().cloned().collect(),
            deprecated: self.deprecated,
        }
    }
}

/// One `oneOf` or `anyOf`, without its null alternatives.
#[derive(Clone)]
pub(super) struct Choice {
    pub exclusive: bool,
    pub alternatives: Vec<SchemaId>,
}

/// What the subjects of a description say, each found out once.
pub(super) struct Flats<'a> {
    pub schemas: &'a Schemas,
    /// Of each schema alone, by its id.
    single: Vec<OnceCell<Rc<Flat<'a>>>>,
    several: RefCell<HashMap<Subject, Rc<Flat<'a>>>>,
}

impl<'a> Flats<'a> {
    pub(super) fn new(schemas: &'a Schemas) -> Self {
        Self { schemas, single: schemas.iter().map(|_| OnceCell::new()).collect(), several: RefCell::default() }
    }

    /// What a subject says.
    pub(super) fn of(&self, subject: &[SchemaId], diagnostics: &mut Diagnostics) -> Rc<Flat<'a>> {
        let find = || Rc::new(flatten(self.schemas, subject, diagnostics));
        if let [id] = subject {
            return Rc::clone(self.single[id.index()].get_or_init(find));
        }
        let mut several = self.several.borrow_mut();
        Rc::clone(several.entry(subject.to_vec()).or_insert_with(find))
    }
}

/// The body of a webhook, or of one of its event types alone.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub schema: SchemaId,
    /// Which alternatives of the schema's `oneOf` or `anyOf` apply; none where all may.
    pub alternatives: &'a [SchemaId],
}

impl Body<'_> {
    /// Where references lead that add nothing.
    pub(super) fn peel(self, schemas: &Schemas) -> Subject {
        peel(schemas, &[self.schema]).0
    }

    /// What the body says.
    pub(super) fn flatten<'a>(self, flats: &Flats<'a>, diagnostics: &mut Diagnostics) -> Rc<Flat<'a>> {
        let mut flat = flats.of(&self.peel(flats.schemas), diagnostics);
        match self.alternatives {
            [] => {}
            [alternative] => Rc::make_mut(&mut flat).apply(flats.schemas, *alternative, diagnostics),
            several => Rc::make_mut(&mut flat).narrow(several),
        }
        flat
    }
}

impl<'a> Flat<'a> {
    /// Adds what an alternative says, which applies where the choice that it belongs to is made.
    fn apply(&mut self, schemas: &'a Schemas, alternative: SchemaId, diagnostics: &mut Diagnostics) {
        self.choices.retain(|choice| !choice.alternatives.contains(&alternative));
        self.discriminator = None;
        merge(schemas, alternative, self, &mut Vec::new(), diagnostics);
    }

    /// Leaves these alternatives of the choice that they belong to.
    fn narrow(&mut self, alternatives: &[SchemaId]) {
        for choice in &mut self.choices {
            if choice.alternatives.iter().any(|alternative| alternatives.contains(alternative)) {
                choice.alternatives.retain(|alternative| alternatives.contains(alternative));
            }
        }
        self.discriminator = None;
    }

    /// The values that are listed; where a constant is given, only that.
    pub(super) fn listed(&self) -> Option<&[Node]> {
        self.constant.map(slice::from_ref).or(self.values.as_deref())
    }

    /// Whether a text may be such a value.
    pub(super) fn may_be_text(&self) -> bool {
        match &self.types {
            Some(types) => types.contains(&JsonType::String),
            None => self.properties.is_empty() && self.items.is_empty() && !self.only_null,
        }
    }
}

/// Follows references and single-element combinators that add no structure, so that a schema is the
/// same subject however it is reached. Says whether null was allowed on the way.
pub(super) fn peel(schemas: &Schemas, subject: &[SchemaId]) -> (Subject, bool) {
    let mut subject = subject.to_vec();
    let mut nullable = false;
    let mut steps = 0;
    while let [id] = subject[..] {
        let schema = schemas.get(id);
        // A cycle of aliases ends here; `flatten` reports it.
        steps += 1;
        let next = alias(schemas, schema).filter(|_| steps < 100);
        nullable |= schema.data.nullable && next.is_some();
        let Some((target, null)) = next else { break };
        nullable |= null;
        subject = target;
    }
    (subject, nullable)
}

/// The subject that a schema merely stands for, and whether it allows null in addition.
fn alias(schemas: &Schemas, schema: &Schema) -> Option<(Subject, bool)> {
    let plain = schema.properties.is_empty()
        && schema.required.is_empty()
        && schema.additional.is_none()
        && schema.patterns.is_empty()
        && schema.items.is_none()
        && schema.prefix_items.is_empty()
        && schema.constant.is_none()
        && schema.values.is_none()
        && schema.format.is_none()
        && schema.data.discriminator.is_none()
        && schema.types.len() <= 1;
    if !plain {
        return None;
    }
    // A type beside the reference that the target cannot have is a contradiction, which `merge` reports.
    let compatible = |target: SchemaId| {
        let given = &schemas.get(target).types;
        given.is_empty() || schema.types.is_empty() || narrow(&schema.types, given).is_some()
    };
    let found = alias_of(schemas, schema)?;
    found.0.iter().all(|target| compatible(*target)).then_some(found)
}

fn alias_of(schemas: &Schemas, schema: &Schema) -> Option<(Subject, bool)> {
    match (schema.reference, &schema.all_of[..], &schema.one_of[..], &schema.any_of[..]) {
        (Some(target), [], [], []) => Some((vec![target], false)),
        (None, parts, [], []) if !parts.is_empty() => {
            // Parts that describe and demand nothing do not make a type of their own. Neither does the one part that is
            // left, unless others extend it and so are alternatives to it.
            let mut parts = parts.iter().filter(|id| !describes_only(schemas.get(**id)));
            let target = parts.next().filter(|_| parts.next().is_none())?;
            schemas.get(*target).children.is_empty().then(|| (vec![*target], false))
        }
        (None, [], choice, []) | (None, [], [], choice) if !choice.is_empty() => {
            let (alternatives, null) = without_null(schemas, choice);
            (alternatives.len() == 1).then_some((alternatives, null))
        }
        _ => None,
    }
}

fn without_null(schemas: &Schemas, choice: &[SchemaId]) -> (Vec<SchemaId>, bool) {
    let kept: Vec<SchemaId> = choice.iter().copied().filter(|id| !schemas.get(*id).only_null).collect();
    let null = kept.len() < choice.len();
    (kept, null)
}

/// Merges a subject. Cycles of `allOf` and contradictions are reported.
pub(super) fn flatten<'a>(schemas: &'a Schemas, subject: &[SchemaId], diagnostics: &mut Diagnostics) -> Flat<'a> {
    let mut flat = Flat { schemas: subject.to_vec(), ..Flat::default() };
    for id in subject {
        merge(schemas, *id, &mut flat, &mut Vec::new(), diagnostics);
    }
    // A value of a base is one of the schemas that extend it, each of which has the base's members.
    if let [id] = subject
        && flat.choices.is_empty()
        && let children = &schemas.get(*id).children
        && !children.is_empty()
    {
        flat.choices.push(Choice { exclusive: true, alternatives: children.clone() });
        flat.properties.clear();
        flat.required.clear();
    }
    flat
}

fn merge<'a>(
    schemas: &'a Schemas,
    id: SchemaId,
    flat: &mut Flat<'a>,
    path: &mut Vec<SchemaId>,
    diagnostics: &mut Diagnostics,
) {
    let schema = schemas.get(id);
    if path.contains(&id) {
        diagnostics.push(
            Diagnostic::new(Code::SchemaCycle, "a schema is part of itself")
                .at(Place::Value(schema.node.origin().clone()), "reached again through `allOf` or `$ref`"),
        );
        return;
    }
    if path.len() >= MAX_DEPTH {
        diagnostics.push(
            Diagnostic::new(
                Code::Limit,
                format!("schemas are merged through more than {MAX_DEPTH} levels of `allOf` and `$ref`"),
            )
            .at(Place::Value(schema.node.origin().clone()), ""),
        );
        return;
    }
    if !flat.merged.insert(id) {
        return;
    }
    describe(schema, is_base(schemas, path, id), flat);
    path.push(id);
    // What stands nearer comes later and so wins: a schema over what it refers to, one part of `allOf` over those before.
    for target in schema.reference.iter().chain(&schema.all_of) {
        merge(schemas, *target, flat, path, diagnostics);
    }
    merge_types(schema, flat, diagnostics);
    flat.nullable |= schema.data.nullable;
    flat.only_null |= schema.only_null;
    flat.closed_tuple |= schema.closed_tuple;
    flat.min_items = flat.min_items.max(schema.min_items);
    flat.max_items = [flat.max_items, schema.max_items].into_iter().flatten().min();
    flat.patterns.extend(&schema.patterns);
    flat.inexpressible = flat.inexpressible.or(schema.inexpressible.as_deref());
    for (name, property) in &schema.properties {
        let subject = flat.properties.entry(name).or_default();
        subject.retain(|known| known != property);
        subject.insert(0, *property);
    }
    flat.required.extend(schema.required.iter().map(String::as_str));
    if let Some(additional) = schema.additional {
        flat.additional = Some(match (flat.additional, additional) {
            (Some(Additional::Schema(known)), Additional::Any | Additional::Forbidden) => Additional::Schema(known),
            (_, given) => given,
        });
    }
    flat.items.splice(0..0, schema.items);
    if !schema.prefix_items.is_empty() {
        flat.prefix_items = &schema.prefix_items;
    }
    flat.format = schema.format.as_deref().or(flat.format);
    if let Some(constant) = &schema.constant {
        // The nearer one counts.
        if let Some(known) = flat.constant.replace(constant) {
            common_values(slice::from_ref(known), slice::from_ref(constant), diagnostics);
        }
    }
    if let Some(values) = &schema.values {
        flat.values = Some(match flat.values.take() {
            Some(known) => common_values(&known, values, diagnostics).into(),
            None => values.into(),
        });
    }
    flat.discriminator = schema.data.discriminator.as_ref().or(flat.discriminator);
    for (alternatives, exclusive) in [(&schema.one_of, true), (&schema.any_of, false)] {
        let (alternatives, null) = without_null(schemas, alternatives);
        flat.nullable |= null;
        // Alternatives that only demand members which are declared anyway are rules, not types.
        if alternatives.iter().any(|id| declares(schemas.get(*id))) {
            match alternatives[..] {
                [only] => merge(schemas, only, flat, path, diagnostics),
                _ => flat.choices.push(Choice { exclusive, alternatives }),
            }
        }
    }
    path.pop();
}

/// Narrows the types down to those that a schema allows, too. A contradiction is reported.
fn merge_types<'a>(schema: &'a Schema, flat: &mut Flat<'a>, diagnostics: &mut Diagnostics) {
    if schema.types.is_empty() {
        return;
    }
    let types = match &flat.types {
        Some(known) => narrow(known, &schema.types).map(Cow::Owned),
        None => Some(Cow::Borrowed(&schema.types[..])),
    };
    let stated = schema.node.get("type").map(Node::origin);
    if types.is_some() {
        flat.types = types;
        flat.typed = flat.typed.or(stated);
        return;
    }
    let diagnostic = Diagnostic::new(Code::Contradiction, "no value can be of all these types at once");
    diagnostics.push(
        stated
            .into_iter()
            .chain(flat.typed)
            .zip(["one type", "another type"])
            .fold(diagnostic, |diagnostic, (origin, text)| diagnostic.at(Place::Value(origin.clone()), text))
            .help("`allOf` and `$ref` merge what stands there: both types apply to one value; remove one of them"),
    );
}

/// Whether a schema is a reusable object that those on the path extend.
fn is_base(schemas: &Schemas, path: &[SchemaId], id: SchemaId) -> bool {
    let schema = schemas.get(id);
    let referred = path.last().is_some_and(|user| schemas.get(*user).reference == Some(id));
    referred && !(schema.properties.is_empty() && schema.all_of.is_empty())
}

/// What a base says of itself is not said of what extends it.
fn describe<'a>(schema: &'a Schema, base: bool, flat: &mut Flat<'a>) {
    if !base {
        flat.said.add_texts(schema);
    }
    flat.said.add_facts(schema);
    flat.examples.extend(&schema.examples);
}

/// The types that both lists allow; none where there are no such types.
fn narrow(known: &[JsonType], given: &[JsonType]) -> Option<Vec<JsonType>> {
    let within = |of: &[JsonType], json_type: JsonType| {
        of.contains(&json_type) || (json_type == JsonType::Integer && of.contains(&JsonType::Number))
    };
    let mut both: Vec<JsonType> = known.iter().copied().filter(|json_type| within(given, *json_type)).collect();
    both.extend(given.iter().copied().filter(|json_type| within(known, *json_type) && !known.contains(json_type)));
    (!both.is_empty()).then_some(both)
}

/// The values that both lists have. Where there are none, the list that counts before: that is reported.
fn common_values(known: &[Node], given: &[Node], diagnostics: &mut Diagnostics) -> Vec<Node> {
    let both: Vec<Node> =
        known.iter().filter(|value| given.iter().any(|other| crate::document::same(value, other))).cloned().collect();
    if let (true, [first, ..], [other, ..]) = (both.is_empty(), known, given) {
        diagnostics.push(
            Diagnostic::new(Code::NotEnforced, "no value is in all lists of values that apply at once")
                .at(Place::Value(other.origin().clone()), "not followed")
                .at(Place::Value(first.origin().clone()), "this list counts"),
        );
        return known.to_vec();
    }
    both
}

/// Whether a schema only says things for people.
fn describes_only(schema: &Schema) -> bool {
    !declares(schema)
        && schema.boolean.is_none()
        && schema.required.is_empty()
        && schema.patterns.is_empty()
        && !schema.data.nullable
        && !schema.only_null
        && schema.format.is_none()
        && schema.data.discriminator.is_none()
}

fn declares(schema: &Schema) -> bool {
    schema.reference.is_some()
        || !schema.types.is_empty()
        || !schema.properties.is_empty()
        || schema.additional.is_some()
        || schema.items.is_some()
        || !schema.prefix_items.is_empty()
        || !schema.all_of.is_empty()
        || !schema.one_of.is_empty()
        || !schema.any_of.is_empty()
        || schema.constant.is_some()
        || schema.values.is_some()
}
