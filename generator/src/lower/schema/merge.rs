//! Schemas that apply together, `allOf` and siblings of `$ref`, merged into one.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::slice;

use indexmap::{IndexMap, IndexSet};

use super::annotations::Annotations;
use super::keywords::{Keywords, without_null};
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Origin, canonical};
use crate::ir::Type;
use crate::lower::reporter::Reporter;
use crate::normalize::{Additional, Inexpressible, JsonType, Schema, SchemaId, Schemas};

/// How many levels of `allOf` and `$ref` may be merged into one type.
const MAX_DEPTH: usize = 128;

/// Schemas that all apply to one value. Never empty.
pub(crate) type SchemaSet = Vec<SchemaId>;

/// The keywords of a [`SchemaSet`], with `allOf` and `$ref` followed.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a schema has any combination of them")]
pub(crate) struct MergedSchema<'a> {
    /// The set.
    pub schemas: SchemaSet,
    /// Every schema that was merged. Once is enough: references may reach one schema in exponentially many ways.
    visited: BTreeSet<SchemaId>,
    /// The types that are allowed; `None` if no schema restricts them.
    pub types: Option<Cow<'a, [JsonType]>>,
    /// The first `type`; without `types`, another one excludes it.
    type_origin: Option<&'a Origin>,
    pub nullable: bool,
    pub only_null: bool,
    pub format: Option<&'a str>,
    pub properties: IndexMap<&'a str, SchemaSet>,
    pub required: IndexSet<&'a str>,
    /// The members that not all alternatives of an `anyOf` declare: where one does not, they may have any value.
    pub partial: IndexSet<&'a str>,
    /// `additionalProperties`.
    pub additional: Option<Additional>,
    unevaluated: Option<Additional>,
    /// The first `unevaluatedProperties`.
    unevaluated_origin: Option<&'a Origin>,
    /// Whether a schema has parts that are not read, which may evaluate any member.
    pub has_unread_parts: bool,
    pub items: SchemaSet,
    pub prefix_items: &'a [SchemaId],
    pub closed_tuple: bool,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    /// The schemas of `patternProperties`.
    pub patterns: Vec<SchemaId>,
    pub constant: Option<&'a Node>,
    pub values: Option<Cow<'a, [Node]>>,
    /// Descriptions of single values, by the JSON text of the value.
    pub value_descriptions: HashMap<String, String>,
    /// Each `oneOf` and `anyOf`.
    pub choices: Vec<Choice>,
    pub discriminator: Option<&'a openapiv3::Discriminator>,
    pub annotations: Annotations<'a>,
    pub examples: Vec<&'a Node>,
    /// A keyword that restricts the values and has no Rust type.
    pub inexpressible: Option<&'a Inexpressible>,
}

/// One `oneOf` or `anyOf`, without its null alternatives.
#[derive(Clone)]
pub(crate) struct Choice {
    /// Whether it is `oneOf`.
    pub exclusive: bool,
    pub alternatives: Vec<SchemaId>,
}

/// The schema sets of a description, each merged once.
pub(crate) struct MergeCache<'a> {
    /// By the index of a schema.
    single: Vec<OnceCell<Rc<MergedSchema<'a>>>>,
    /// Sets of several schemas, and copies with corrections.
    several: RefCell<HashMap<SchemaSet, Rc<MergedSchema<'a>>>>,
}

impl<'a> MergeCache<'a> {
    pub(crate) fn new(schemas: &'a Schemas) -> Self {
        Self { single: schemas.iter().map(|_| OnceCell::new()).collect(), several: RefCell::default() }
    }

    /// A set, merged.
    pub(crate) fn get(&self, schemas: &'a Schemas, reporter: &Reporter<'a>, set: &[SchemaId]) -> Rc<MergedSchema<'a>> {
        if reporter.is_exceeded() {
            return Rc::new(MergedSchema { schemas: set.to_vec(), ..MergedSchema::default() });
        }
        let merge = || {
            let merged = MergedSchema::new(schemas, reporter, set);
            let origin = schemas.get(set[0]).node.origin();
            reporter.spend(Resource::Merges, merged.visited.len() - 1, origin);
            let values = merged.values.as_ref().map_or(0, |values| values.len());
            reporter.spend(Resource::MergedMembers, merged.properties.len() + merged.required.len() + values, origin);
            Rc::new(merged)
        };
        if let [id] = set
            && let Some(cell) = self.single.get(id.index())
        {
            return Rc::clone(cell.get_or_init(merge));
        }
        Rc::clone(self.several.borrow_mut().entry(set.to_vec()).or_insert_with(merge))
    }
}

impl<'a> MergedSchema<'a> {
    /// Merges a set. Cycles of `allOf` and contradictions are reported.
    fn new(schemas: &'a Schemas, reporter: &Reporter<'a>, set: &[SchemaId]) -> Self {
        let mut merged = Self { schemas: set.to_vec(), ..Self::default() };
        for id in set {
            Merge { schemas, reporter, into: &mut merged, path: Vec::new() }.add(*id);
        }
        // A value of a base is one of the schemas that extend it, each of which has the base's members.
        if let [id] = set
            && merged.choices.is_empty()
            && let children = &schemas.get(*id).children
            && !children.is_empty()
        {
            merged.choices.push(Choice { exclusive: true, alternatives: children.clone() });
        }
        merged
    }

    /// The schema where an alternative of one of its choices applies.
    pub(super) fn with_alternative(
        mut self,
        schemas: &'a Schemas,
        reporter: &Reporter<'a>,
        alternative: SchemaId,
    ) -> Self {
        self.choices.retain(|choice| !choice.alternatives.contains(&alternative));
        self.discriminator = None;
        Merge { schemas, reporter, into: &mut self, path: Vec::new() }.add(alternative);
        self
    }

    /// The schema where one of these alternatives of a choice applies.
    pub(super) fn with_alternatives_of(mut self, alternatives: &[SchemaId]) -> Self {
        for choice in &mut self.choices {
            if choice.alternatives.iter().any(|alternative| alternatives.contains(alternative)) {
                choice.alternatives.retain(|alternative| alternatives.contains(alternative));
            }
        }
        self.discriminator = None;
        self
    }

    /// Whether all that applies where these schemas do applies here, too.
    pub(super) fn extends(&self, schemas: &[SchemaId]) -> bool {
        schemas.iter().all(|schema| self.visited.contains(schema))
    }

    /// The constant, or the values of the `enum`.
    pub(crate) fn listed(&self) -> Option<&[Node]> {
        self.constant.map(slice::from_ref).or(self.values.as_deref())
    }

    /// The strings that are allowed, if only strings are and they are listed.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        self.listed()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
    }

    /// The only string that is allowed.
    pub(crate) fn single_text(&self) -> Option<&str> {
        match self.listed()? {
            [only] => only.as_str(),
            _ => None,
        }
    }

    /// Whether the value may be a string.
    pub(crate) fn may_be_text(&self) -> bool {
        match &self.types {
            Some(types) => types.contains(&JsonType::String),
            None => self.properties.is_empty() && self.items.is_empty() && !self.only_null,
        }
    }

    /// Whether the value is an object.
    pub(crate) fn is_object(&self) -> bool {
        match &self.types {
            Some(types) => types[..] == [JsonType::Object],
            None => {
                self.has_members()
                    || !self.patterns.is_empty()
                    || self.additional.is_some()
                    || self.unevaluated.is_some()
            }
        }
    }

    /// What applies to members without a name in the description. Where there is `additionalProperties`, it evaluates
    /// each of them, which leaves none for `unevaluatedProperties`.
    pub(crate) fn others(&self) -> Option<Additional> {
        self.additional.or(match self.unevaluated {
            Some(Additional::Schema(_)) if self.has_unread_parts => Some(Additional::Any),
            Some(Additional::Forbidden) if self.has_unread_parts => None,
            unevaluated => unevaluated,
        })
    }

    /// The `unevaluatedProperties` whose schema cannot apply because of parts that are not read.
    pub(super) fn lost_unevaluated(&self) -> Option<&'a Origin> {
        let is_lost = self.additional.is_none() && self.has_unread_parts;
        self.unevaluated_origin.filter(|_| is_lost && matches!(self.unevaluated, Some(Additional::Schema(_))))
    }

    /// Whether members are named.
    pub(super) fn has_members(&self) -> bool {
        !(self.properties.is_empty() && self.required.is_empty())
    }

    /// The `type` of this schema and that of one of its alternatives, if no value can be of both.
    pub(super) fn conflict(&self, alternative: &Self) -> Option<[&'a Origin; 2]> {
        let is_possible = common_types(self.types.as_deref()?, alternative.types.as_deref()?).is_some();
        (!is_possible).then_some([self.type_origin?, alternative.type_origin?])
    }

    /// The type of the values, given that of those which the schema describes. Without `type`, it allows others as well, and
    /// an enum of types keeps them anyway.
    pub(super) fn implied(&self, described: Type) -> Type {
        let is_stated = self.types.is_some() || self.type_origin.is_some() || !self.choices.is_empty();
        let is_fault = self.inexpressible == Some(&Inexpressible::Fault);
        match self.allowed_types()[..] {
            [JsonType::Object | JsonType::Array] if !is_stated && !is_fault => Type::Implied(Box::new(described)),
            _ => described,
        }
    }

    /// The types that are allowed, an integer being a number.
    pub(super) fn allowed_types(&self) -> Vec<JsonType> {
        let mut types = self.types.as_deref().map_or_else(|| self.implied_types(), <[JsonType]>::to_vec);
        let number = types.contains(&JsonType::Number);
        types.retain(|json_type| !(number && *json_type == JsonType::Integer));
        types
    }

    /// The types that the other keywords imply if `type` is missing.
    fn implied_types(&self) -> Vec<JsonType> {
        if self.is_object() {
            vec![JsonType::Object]
        } else if !self.items.is_empty() || !self.prefix_items.is_empty() {
            vec![JsonType::Array]
        } else if self.values.is_some() {
            // The list of both truth values is not an enum.
            vec![JsonType::Boolean]
        } else {
            Vec::new()
        }
    }
}

/// Adds schemas to a merged one.
struct Merge<'a, 'm> {
    schemas: &'a Schemas,
    reporter: &'m Reporter<'a>,
    into: &'m mut MergedSchema<'a>,
    /// The schemas that are being added, each inside the one before it.
    path: Vec<SchemaId>,
}

impl<'a> Merge<'a, '_> {
    fn add(&mut self, id: SchemaId) {
        if !self.may_add(id) || !self.into.visited.insert(id) {
            return;
        }
        // Without `..`: a new keyword has to be merged, too.
        let schema @ Schema {
            node,
            data,
            reference,
            types,
            only_null,
            format,
            required,
            properties,
            additional,
            unevaluated,
            items,
            prefix_items,
            closed_tuple,
            min_items,
            max_items,
            patterns,
            all_of,
            one_of,
            any_of,
            constant,
            values,
            inexpressible,
            // Annotations, and what only matters to one schema alone.
            examples: _,
            facts: _,
            boolean: _,
            children: _,
        } = self.schemas.get(id);
        self.annotations(schema, id);
        self.path.push(id);
        // A nearer schema is added later and so wins: a schema over its references, a part of `allOf` over those before.
        for target in reference.iter().chain(all_of) {
            self.add(*target);
        }
        self.types(types, node);
        self.into.nullable |= data.nullable;
        self.into.only_null |= only_null;
        self.into.inexpressible = self.into.inexpressible.or(inexpressible.as_ref());
        self.into.format = format.as_deref().or(self.into.format);
        self.members(properties, required);
        self.into.patterns.extend(patterns);
        self.additional(*additional);
        self.unevaluated(*unevaluated, node);
        self.into.has_unread_parts |= schema.has_unread_parts();
        self.into.items.splice(0..0, items.iter().copied());
        if !prefix_items.is_empty() {
            self.into.prefix_items = prefix_items;
        }
        self.into.closed_tuple |= closed_tuple;
        self.into.min_items = self.into.min_items.max(*min_items);
        self.into.max_items = [self.into.max_items, *max_items].into_iter().flatten().min();
        self.values(constant.as_ref(), values.as_deref());
        self.into.discriminator = data.discriminator.as_ref().or(self.into.discriminator);
        self.choice(one_of, true);
        self.choice(any_of, false);
        self.path.pop();
    }

    /// Whether a schema is not part of itself or nested too deep, which is reported.
    fn may_add(&self, id: SchemaId) -> bool {
        let place = || Place::Value(self.schemas.get(id).node.origin().clone());
        if self.path.contains(&id) {
            self.reporter.report(
                Diagnostic::new(Code::SchemaFault, "a schema is part of itself")
                    .at(place(), "reached again through `allOf` or `$ref`; this part is ignored")
                    .help("remove one of the references, or move the inner schema into a property"),
            );
            return false;
        }
        if self.path.len() >= MAX_DEPTH {
            let message = format!("schemas are merged through more than {MAX_DEPTH} levels of `allOf` and `$ref`");
            self.reporter.report(Diagnostic::new(Code::Limit, message).at(place(), ""));
            return false;
        }
        true
    }

    /// Adds annotations and examples. The texts of a base do not describe what extends it.
    fn annotations(&mut self, schema: &'a Schema, id: SchemaId) {
        let referred = self.path.last().is_some_and(|user| self.schemas.get(*user).reference == Some(id));
        let base = referred && !(schema.properties.is_empty() && schema.all_of.is_empty());
        if !base {
            self.into.annotations.add_texts(schema);
        }
        self.into.annotations.add_facts(schema);
        self.into.examples.extend(&schema.examples);
    }

    /// Narrows the types to those that the schema allows. If there are none, which is reported, other keywords determine
    /// the type.
    fn types(&mut self, given: &'a [JsonType], schema: &'a Node) {
        let is_conflict = self.into.types.is_none() && self.into.type_origin.is_some();
        if given.is_empty() || is_conflict {
            return;
        }
        let types = match &self.into.types {
            Some(known) => common_types(known, given).map(Cow::Owned),
            None => Some(Cow::Borrowed(given)),
        };
        let origin = schema.get("type").map(Node::origin);
        if types.is_some() {
            self.into.types = types;
            self.into.type_origin = self.into.type_origin.or(origin);
            return;
        }
        self.into.types = None;
        self.into.inexpressible = Some(&Inexpressible::Fault);
        let diagnostic = Diagnostic::new(Code::SchemaFault, "no value can be of all these types at once");
        self.reporter.report(
            origin
                .into_iter()
                .chain(self.into.type_origin)
                .zip(["one type; both are ignored", "another type"])
                .fold(diagnostic, |diagnostic, (origin, text)| diagnostic.at(Place::Value(origin.clone()), text))
                .help("`allOf` and `$ref` merge schemas, so both types apply to the same value; remove one of them"),
        );
    }

    fn members(&mut self, properties: &'a IndexMap<String, SchemaId>, required: &'a [String]) {
        for (name, property) in properties {
            let set = self.into.properties.entry(name).or_default();
            set.retain(|known| known != property);
            set.insert(0, *property);
        }
        self.into.required.extend(required.iter().map(String::as_str));
    }

    fn additional(&mut self, given: Option<Additional>) {
        self.into.additional = match (self.into.additional, given) {
            (known, None) => known,
            (Some(Additional::Schema(known)), Some(Additional::Any | Additional::Forbidden)) => {
                Some(Additional::Schema(known))
            }
            (_, given) => given,
        };
    }

    fn unevaluated(&mut self, given: Option<Additional>, schema: &'a Node) {
        self.into.unevaluated = match (self.into.unevaluated, given) {
            (known, None) => known,
            (None | Some(Additional::Forbidden), given) => given,
            (known, Some(Additional::Forbidden)) => known,
            // The inner one evaluates every member. Either may be it.
            (known, given) if known != given => Some(Additional::Any),
            (known, _) => known,
        };
        self.into.unevaluated_origin =
            self.into.unevaluated_origin.or(schema.get("unevaluatedProperties").map(Node::origin));
    }

    fn values(&mut self, constant: Option<&'a Node>, values: Option<&'a [Node]>) {
        if let Some(constant) = constant {
            // The nearer one counts.
            if let Some(known) = self.into.constant.replace(constant) {
                self.common_values(slice::from_ref(known), slice::from_ref(constant));
            }
        }
        if let Some(values) = values {
            self.into.values = Some(match self.into.values.take() {
                Some(known) => self.common_values(&known, values).into(),
                None => values.into(),
            });
        }
    }

    /// The values that both lists have. If there are none, the first list counts, which is reported.
    fn common_values(&self, known: &[Node], given: &[Node]) -> Vec<Node> {
        let texts: HashSet<String> = given.iter().map(canonical).collect();
        let both: Vec<Node> = known.iter().filter(|value| texts.contains(&canonical(value))).cloned().collect();
        if let Some(first) = given.first() {
            // Long values take time each time that they are compared.
            self.reporter.spend(Resource::Texts, texts.iter().map(String::len).sum(), first.origin());
        }
        if let (true, [first, ..], [other, ..]) = (both.is_empty(), known, given) {
            self.reporter.report(
                Diagnostic::new(Code::NotEnforced, "the `enum` lists have no value in common")
                    .at(Place::Value(other.origin().clone()), "not followed")
                    .at(Place::Value(first.origin().clone()), "this list is used"),
            );
            return known.to_vec();
        }
        both
    }

    fn choice(&mut self, alternatives: &[SchemaId], exclusive: bool) {
        // An alternative that extends the schema whose alternative it is has been chosen already.
        let around = self.path.split_last().map_or(&[][..], |(_, around)| around);
        let named = |id: &SchemaId| self.schemas.get(*id).reference.unwrap_or(*id);
        if alternatives.len() > 1 && alternatives.iter().any(|alternative| around.contains(&named(alternative))) {
            return;
        }
        let (mut alternatives, null) = without_null(self.schemas, alternatives);
        self.into.nullable |= null;
        // A value that only a faulty alternative describes is kept as one of no alternative.
        let all = alternatives.len();
        alternatives.retain(|id| !Keywords::of(self.schemas.get(*id)).fault_only());
        // Alternatives that only demand members which are declared elsewhere are rules, not types.
        if alternatives.iter().any(|id| Keywords::of(self.schemas.get(*id)).declare()) {
            match alternatives[..] {
                [only] if all == 1 => self.add(only),
                _ => self.into.choices.push(Choice { exclusive, alternatives }),
            }
        }
    }
}

/// The types that both lists allow; `None` if there are none.
pub(super) fn common_types(known: &[JsonType], given: &[JsonType]) -> Option<Vec<JsonType>> {
    let within = |of: &[JsonType], json_type: JsonType| {
        of.contains(&json_type) || (json_type == JsonType::Integer && of.contains(&JsonType::Number))
    };
    let mut both: Vec<JsonType> = known.iter().copied().filter(|json_type| within(given, *json_type)).collect();
    both.extend(given.iter().copied().filter(|json_type| within(known, *json_type) && !known.contains(json_type)));
    (!both.is_empty()).then_some(both)
}
