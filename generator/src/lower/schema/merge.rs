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
pub(crate) type SchemaSet = Vec<SchemaId>;

/// What a [`SchemaSet`] says, with `allOf` and `$ref` followed, in the words of its schemas.
#[derive(Clone, Default)]
pub(crate) struct MergedSchema<'a> {
    /// The schemas that were merged at the top.
    pub schemas: SchemaSet,
    /// All that were merged. Once is enough: references may lead to one schema in exponentially many ways.
    visited: BTreeSet<SchemaId>,
    /// The types that are allowed; none where no schema says.
    pub types: Option<Cow<'a, [JsonType]>>,
    /// The first `type` that is stated.
    typed: Option<&'a Origin>,
    pub nullable: bool,
    pub only_null: bool,
    pub format: Option<&'a str>,
    pub properties: IndexMap<&'a str, SchemaSet>,
    pub required: IndexSet<&'a str>,
    pub additional: Option<Additional>,
    pub items: SchemaSet,
    pub prefix_items: &'a [SchemaId],
    pub closed_tuple: bool,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    /// What the members hold whose names match a pattern.
    pub patterns: Vec<SchemaId>,
    pub constant: Option<&'a Node>,
    pub values: Option<Cow<'a, [Node]>>,
    /// Descriptions of single values, by their JSON text.
    pub value_descriptions: HashMap<String, String>,
    /// The alternatives of each `oneOf` and `anyOf`.
    pub choices: Vec<Choice>,
    /// The name of the discriminator and its mapping from tags to references.
    pub discriminator: Option<&'a openapiv3::Discriminator>,
    pub annotations: Annotations<'a>,
    pub examples: Vec<&'a Node>,
    /// A keyword that shapes the values and has no Rust type.
    pub inexpressible: Option<&'a str>,
}

/// Keywords for documentation. The first text wins: it is nearest to the use.
#[derive(Clone, Default)]
pub(crate) struct Annotations<'a> {
    pub title: Option<&'a str>,
    pub description: Option<&'a str>,
    deprecated: bool,
    facts: Vec<&'a (String, String)>,
}

impl<'a> Annotations<'a> {
    /// Adds title and description of a schema.
    pub(crate) fn add_texts(&mut self, schema: &'a Schema) {
        self.title = self.title.or(schema.data.title.as_deref());
        self.description = self.description.or(schema.data.description.as_deref());
    }

    /// Adds all else of a schema.
    pub(crate) fn add_facts(&mut self, schema: &'a Schema) {
        self.deprecated |= schema.data.deprecated;
        self.facts.extend(&schema.facts);
    }

    /// Adds the annotations of another place.
    pub(crate) fn add(&mut self, other: &Self) {
        self.title = self.title.or(other.title);
        self.description = self.description.or(other.description);
        self.deprecated |= other.deprecated;
        self.facts.extend(&other.facts);
    }

    pub(crate) fn docs(&self) -> Docs {
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
pub(crate) struct Choice {
    pub exclusive: bool,
    pub alternatives: Vec<SchemaId>,
}

/// The schema sets of a description, each merged once.
pub(crate) struct MergeCache<'a> {
    pub schemas: &'a Schemas,
    /// Of each schema alone, by its id.
    single: Vec<OnceCell<Rc<MergedSchema<'a>>>>,
    several: RefCell<HashMap<SchemaSet, Rc<MergedSchema<'a>>>>,
}

impl<'a> MergeCache<'a> {
    pub(crate) fn new(schemas: &'a Schemas) -> Self {
        Self { schemas, single: schemas.iter().map(|_| OnceCell::new()).collect(), several: RefCell::default() }
    }

    /// A set, merged.
    pub(crate) fn of(&self, set: &[SchemaId], diagnostics: &mut Diagnostics) -> Rc<MergedSchema<'a>> {
        let find = || Rc::new(merge(self.schemas, set, diagnostics));
        if let [id] = set {
            return Rc::clone(self.single[id.index()].get_or_init(find));
        }
        let mut several = self.several.borrow_mut();
        Rc::clone(several.entry(set.to_vec()).or_insert_with(find))
    }
}

/// The body of a webhook, or of one of its event types alone.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub schema: SchemaId,
    /// Which alternatives of the schema's `oneOf` or `anyOf` apply; none where all may.
    pub alternatives: &'a [SchemaId],
}

impl Body<'_> {
    /// Where references lead that add nothing.
    pub(crate) fn unwrap_aliases(self, schemas: &Schemas) -> SchemaSet {
        unwrap_aliases(schemas, &[self.schema]).0
    }

    /// What the body says.
    pub(crate) fn merge<'a>(self, cache: &MergeCache<'a>, diagnostics: &mut Diagnostics) -> Rc<MergedSchema<'a>> {
        let mut merged = cache.of(&self.unwrap_aliases(cache.schemas), diagnostics);
        match self.alternatives {
            [] => {}
            [alternative] => Rc::make_mut(&mut merged).apply(cache.schemas, *alternative, diagnostics),
            several => Rc::make_mut(&mut merged).narrow(several),
        }
        merged
    }
}

impl<'a> MergedSchema<'a> {
    /// Adds what an alternative says, which applies where the choice that it belongs to is made.
    fn apply(&mut self, schemas: &'a Schemas, alternative: SchemaId, diagnostics: &mut Diagnostics) {
        self.choices.retain(|choice| !choice.alternatives.contains(&alternative));
        self.discriminator = None;
        merge_into(schemas, alternative, self, &mut Vec::new(), diagnostics);
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
    pub(crate) fn listed(&self) -> Option<&[Node]> {
        self.constant.map(slice::from_ref).or(self.values.as_deref())
    }

    /// Whether a text may be such a value.
    pub(crate) fn may_be_text(&self) -> bool {
        match &self.types {
            Some(types) => types.contains(&JsonType::String),
            None => self.properties.is_empty() && self.items.is_empty() && !self.only_null,
        }
    }
}

/// Follows references and single-element combinators that add no structure, so that a schema is the
/// same set however it is reached. Also returns whether null was allowed on the way.
pub(crate) fn unwrap_aliases(schemas: &Schemas, set: &[SchemaId]) -> (SchemaSet, bool) {
    let mut set = set.to_vec();
    let mut nullable = false;
    let mut steps = 0;
    while let [id] = set[..] {
        let schema = schemas.get(id);
        // A cycle of aliases ends here; `merge` reports it.
        steps += 1;
        let next = alias(schemas, schema).filter(|_| steps < 100);
        nullable |= schema.data.nullable && next.is_some();
        let Some((target, null)) = next else { break };
        nullable |= null;
        set = target;
    }
    (set, nullable)
}

/// The set that a schema is an alias of, and whether the alias allows null.
fn alias(schemas: &Schemas, schema: &Schema) -> Option<(SchemaSet, bool)> {
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

fn alias_of(schemas: &Schemas, schema: &Schema) -> Option<(SchemaSet, bool)> {
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

/// Merges a set. Cycles of `allOf` and contradictions are reported.
pub(crate) fn merge<'a>(schemas: &'a Schemas, set: &[SchemaId], diagnostics: &mut Diagnostics) -> MergedSchema<'a> {
    let mut merged = MergedSchema { schemas: set.to_vec(), ..MergedSchema::default() };
    for id in set {
        merge_into(schemas, *id, &mut merged, &mut Vec::new(), diagnostics);
    }
    // A value of a base is one of the schemas that extend it, each of which has the base's members.
    if let [id] = set
        && merged.choices.is_empty()
        && let children = &schemas.get(*id).children
        && !children.is_empty()
    {
        merged.choices.push(Choice { exclusive: true, alternatives: children.clone() });
        merged.properties.clear();
        merged.required.clear();
    }
    merged
}

fn merge_into<'a>(
    schemas: &'a Schemas,
    id: SchemaId,
    merged: &mut MergedSchema<'a>,
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
    if !merged.visited.insert(id) {
        return;
    }
    describe(schema, is_base(schemas, path, id), merged);
    path.push(id);
    // What stands nearer comes later and so wins: a schema over what it refers to, one part of `allOf` over those before.
    for target in schema.reference.iter().chain(&schema.all_of) {
        merge_into(schemas, *target, merged, path, diagnostics);
    }
    merge_types(schema, merged, diagnostics);
    merged.nullable |= schema.data.nullable;
    merged.only_null |= schema.only_null;
    merged.closed_tuple |= schema.closed_tuple;
    merged.min_items = merged.min_items.max(schema.min_items);
    merged.max_items = [merged.max_items, schema.max_items].into_iter().flatten().min();
    merged.patterns.extend(&schema.patterns);
    merged.inexpressible = merged.inexpressible.or(schema.inexpressible.as_deref());
    for (name, property) in &schema.properties {
        let set = merged.properties.entry(name).or_default();
        set.retain(|known| known != property);
        set.insert(0, *property);
    }
    merged.required.extend(schema.required.iter().map(String::as_str));
    if let Some(additional) = schema.additional {
        merged.additional = Some(match (merged.additional, additional) {
            (Some(Additional::Schema(known)), Additional::Any | Additional::Forbidden) => Additional::Schema(known),
            (_, given) => given,
        });
    }
    merged.items.splice(0..0, schema.items);
    if !schema.prefix_items.is_empty() {
        merged.prefix_items = &schema.prefix_items;
    }
    merged.format = schema.format.as_deref().or(merged.format);
    if let Some(constant) = &schema.constant {
        // The nearer one counts.
        if let Some(known) = merged.constant.replace(constant) {
            common_values(slice::from_ref(known), slice::from_ref(constant), diagnostics);
        }
    }
    if let Some(values) = &schema.values {
        merged.values = Some(match merged.values.take() {
            Some(known) => common_values(&known, values, diagnostics).into(),
            None => values.into(),
        });
    }
    merged.discriminator = schema.data.discriminator.as_ref().or(merged.discriminator);
    for (alternatives, exclusive) in [(&schema.one_of, true), (&schema.any_of, false)] {
        let (alternatives, null) = without_null(schemas, alternatives);
        merged.nullable |= null;
        // Alternatives that only demand members which are declared anyway are rules, not types.
        if alternatives.iter().any(|id| declares(schemas.get(*id))) {
            match alternatives[..] {
                [only] => merge_into(schemas, only, merged, path, diagnostics),
                _ => merged.choices.push(Choice { exclusive, alternatives }),
            }
        }
    }
    path.pop();
}

/// Narrows the types down to those that a schema allows, too. A contradiction is reported.
fn merge_types<'a>(schema: &'a Schema, merged: &mut MergedSchema<'a>, diagnostics: &mut Diagnostics) {
    if schema.types.is_empty() {
        return;
    }
    let types = match &merged.types {
        Some(known) => narrow(known, &schema.types).map(Cow::Owned),
        None => Some(Cow::Borrowed(&schema.types[..])),
    };
    let stated = schema.node.get("type").map(Node::origin);
    if types.is_some() {
        merged.types = types;
        merged.typed = merged.typed.or(stated);
        return;
    }
    let diagnostic = Diagnostic::new(Code::Contradiction, "no value can be of all these types at once");
    diagnostics.push(
        stated
            .into_iter()
            .chain(merged.typed)
            .zip(["one type", "another type"])
            .fold(diagnostic, |diagnostic, (origin, text)| diagnostic.at(Place::Value(origin.clone()), text))
            .help("`allOf` and `$ref` merge schemas, so both types apply to the same value; remove one of them"),
    );
}

/// Whether a schema is a reusable object that those on the path extend.
fn is_base(schemas: &Schemas, path: &[SchemaId], id: SchemaId) -> bool {
    let schema = schemas.get(id);
    let referred = path.last().is_some_and(|user| schemas.get(*user).reference == Some(id));
    referred && !(schema.properties.is_empty() && schema.all_of.is_empty())
}

/// Adds annotations and examples. The texts of a base do not describe what extends it.
fn describe<'a>(schema: &'a Schema, base: bool, merged: &mut MergedSchema<'a>) {
    if !base {
        merged.annotations.add_texts(schema);
    }
    merged.annotations.add_facts(schema);
    merged.examples.extend(&schema.examples);
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
