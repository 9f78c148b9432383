//! Schemas to types.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::merge::{Annotations, Body, MergeCache, MergedSchema, SchemaSet, unwrap_aliases};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, did_you_mean};
use crate::document::{Origin, Segment};
use crate::ir::{
    Docs, Enum, Fallback, Field, Form, Format, Kind, Literal, Naming, Presence, Select, Struct, Type, TypeDef, TypeId,
    Union, Untyped, UntypedReason, Variant,
};
use crate::normalize::{Additional, JsonType, SchemaId, Schemas};
use crate::source::Sources;

/// How deep lists and maps may be nested in one another without a definition in between. What parses and prints the
/// emitted types takes stack for each level, and must do with the two megabytes of a thread.
const MAX_DEPTH: usize = 40;

/// Longer tuples have no codec.
const MAX_TUPLE: usize = 6;

/// Lowers schemas; definitions are shared between all webhooks.
pub(crate) struct Types<'a> {
    pub schemas: &'a Schemas,
    pub cache: MergeCache<'a>,
    pub defs: Vec<TypeDef>,
    pub untyped: Vec<Untyped>,
    /// What `untyped` has, by the [identities](Origin::identity) of the origins.
    on_record: HashSet<(usize, UntypedReason)>,
    sources: &'a Sources,
    known: HashMap<SchemaSet, Type>,
    pending: VecDeque<Pending<'a>>,
    /// The lists and maps that are being lowered, each within the one before it.
    underway: Vec<SchemaSet>,
}

/// A definition that is in use, and whose parts are still to be lowered.
struct Pending<'a> {
    id: TypeId,
    set: SchemaSet,
    merged: Rc<MergedSchema<'a>>,
}

/// What a schema came to where it is used.
struct Use {
    ty: Type,
    nullable: bool,
    docs: Docs,
}

impl<'a> Types<'a> {
    pub(crate) fn new(schemas: &'a Schemas, sources: &'a Sources) -> Self {
        Self {
            schemas,
            cache: MergeCache::new(schemas),
            sources,
            defs: Vec::new(),
            untyped: Vec::new(),
            on_record: HashSet::new(),
            known: HashMap::new(),
            pending: VecDeque::new(),
            underway: Vec::new(),
        }
    }

    /// Lowers the body of a webhook to a definition of its own, whatever its schema is.
    pub(crate) fn root(&mut self, event_type: &str, body: Body<'_>, diagnostics: &mut Diagnostics) -> TypeId {
        let schema = if let [only] = body.alternatives { *only } else { body.schema };
        let id = self.reserve(Naming::Root(event_type.to_owned()), self.origin(schema));
        let set = body.unwrap_aliases(self.schemas);
        let mut merged = body.merge(&self.cache, diagnostics);
        self.defs[id.0].docs = merged.annotations.docs();
        self.merge_choices(&mut merged, diagnostics);
        let kind = if !merged.choices.is_empty() || (is_object(&merged) && has_members(&merged)) {
            self.kind(id, &set, &merged, diagnostics)
        } else {
            let used = self.used(&[schema], id, "value", diagnostics);
            Kind::Newtype(if used.nullable { Type::Nullable(Box::new(used.ty)) } else { used.ty })
        };
        self.defs[id.0].kind = kind;
        self.define_pending(diagnostics);
        id
    }

    pub(crate) fn reserve(&mut self, naming: Naming, origin: Origin) -> TypeId {
        let id = TypeId(self.defs.len());
        self.defs.push(TypeDef { kind: Kind::Pending, naming, docs: Docs::default(), origin });
        id
    }

    pub(crate) fn define(&mut self, id: TypeId, docs: Docs, kind: Kind) {
        let def = &mut self.defs[id.0];
        def.docs = docs;
        def.kind = kind;
    }

    pub(crate) fn origin(&self, schema: SchemaId) -> Origin {
        self.schemas.get(schema).node.origin().clone()
    }

    /// Lowers a set where it is used by `parent` under the name `hint`.
    fn used(&mut self, set: &[SchemaId], parent: TypeId, hint: &str, diagnostics: &mut Diagnostics) -> Use {
        let (unwrapped, nullable) = unwrap_aliases(self.schemas, set);
        // What stands at the use describes the use; what the reference leads to describes the type.
        let mut annotations = Annotations::default();
        for id in set.iter().filter(|id| !unwrapped.contains(id)) {
            annotations.add_texts(self.schemas.get(*id));
            annotations.add_facts(self.schemas.get(*id));
        }
        let merged = self.cache.of(&unwrapped, diagnostics);
        let nullable = nullable || merged.nullable || merged.only_null;
        let ty = match self.known.get(&unwrapped) {
            Some(ty) => ty.clone(),
            None => self.enter(&unwrapped, Rc::clone(&merged), parent, hint, diagnostics),
        };
        // A description of a definition stays with the definition; any other one belongs to the use.
        if !matches!(ty, Type::Named(_)) {
            annotations.add(&merged.annotations);
        }
        Use { ty, nullable, docs: annotations.docs() }
    }

    /// Lowers a set that is not known yet, unless it is nested in itself or too deep.
    fn enter(
        &mut self,
        set: &SchemaSet,
        merged: Rc<MergedSchema<'a>>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        // Definitions are known before their members are lowered. A list or map has no name to come back to: where no
        // definition lies between it and itself, it becomes one.
        let mut unnamed = self.underway.iter().rev().take_while(|set| !self.known.contains_key(*set));
        if unnamed.any(|outer| outer == set) {
            let id = self.reserve(self.naming(set, parent, hint), self.origin(set[0]));
            return self.remember(set, Type::Named(id));
        }
        if self.underway.len() >= MAX_DEPTH {
            return self.untyped(self.origin(set[0]), "types are nested too deep", diagnostics);
        }
        self.underway.push(set.clone());
        let ty = self.lower(set, merged, parent, hint, diagnostics);
        self.underway.pop();
        ty
    }

    fn lower(
        &mut self,
        set: &[SchemaId],
        mut merged: Rc<MergedSchema<'a>>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        self.merge_choices(&mut merged, diagnostics);
        let naming = self.naming(set, parent, hint);
        if let Some(kind) = listed(&merged) {
            let id = self.reserve(naming, self.origin(set[0]));
            self.define(id, merged.annotations.docs(), kind);
            return self.remember(set, Type::Named(id));
        }
        let several = several_types(&merged);
        if !merged.choices.is_empty() || (is_object(&merged) && has_members(&merged)) || several.len() > 1 {
            // Its parts come later, so that no chain of definitions is too long.
            let id = self.reserve(naming, self.origin(set[0]));
            self.pending.push_back(Pending { id, set: set.to_vec(), merged });
            return self.remember(set, Type::Named(id));
        }
        let ty = match several[..] {
            [json_type] => self.simple(json_type, set, &merged, parent, hint, diagnostics),
            _ => self.open(self.origin(set[0]), &merged, "no keyword restricts the value", diagnostics),
        };
        // It may have become a definition on the way, since it is nested in itself.
        if let Some(Type::Named(id)) = self.known.get(set).cloned() {
            self.define(id, merged.annotations.docs(), Kind::Newtype(ty));
            return Type::Named(id);
        }
        self.remember(set, ty)
    }

    /// Defines what is used so far, and what that uses in turn.
    fn define_pending(&mut self, diagnostics: &mut Diagnostics) {
        while let Some(Pending { id, set, merged }) = self.pending.pop_front() {
            let kind = self.kind(id, &set, &merged, diagnostics);
            self.define(id, merged.annotations.docs(), kind);
        }
    }

    fn kind(&mut self, id: TypeId, set: &[SchemaId], merged: &MergedSchema<'a>, diagnostics: &mut Diagnostics) -> Kind {
        if let [choice] = &merged.choices[..] {
            return self.union(id, set, merged, choice, diagnostics);
        }
        let several = !merged.choices.is_empty();
        if several && !has_members(merged) {
            let origin = self.origin(set[0]);
            return Kind::Newtype(self.untyped(origin, "several `oneOf` or `anyOf` at once", diagnostics));
        }
        if several {
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, "several `oneOf` or `anyOf` at once")
                    .at(Place::Value(self.origin(set[0])), "what they describe is kept as undeclared members"),
            );
        }
        if several || is_object(merged) {
            return Kind::Struct(self.object(id, merged, diagnostics));
        }
        self.mixed(id, &several_types(merged), set, merged, diagnostics)
    }

    fn naming(&self, set: &[SchemaId], parent: TypeId, hint: &str) -> Naming {
        match self.component(set) {
            Some(name) => Naming::Component(name),
            None => Naming::inline(parent, hint),
        }
    }

    fn remember(&mut self, set: &[SchemaId], ty: Type) -> Type {
        self.known.insert(set.to_vec(), ty.clone());
        ty
    }

    /// The name of a reusable schema; none for a schema that is written where it is used.
    pub(crate) fn component(&self, set: &[SchemaId]) -> Option<String> {
        let [id] = set else { return None };
        let origin = self.schemas.get(*id).node.origin();
        let segments = origin.segments();
        let member = |segment: &Segment| match segment {
            Segment::Member(name) => Some(name.to_string()),
            Segment::Element(_) => None,
        };
        match segments[..] {
            // A file that is a schema is called as the file is.
            [] => {
                let path = self.sources.relative_name(origin.file());
                let name = path.rsplit('/').next()?;
                Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned())
            }
            [.., map, name] => matches!(member(map).as_deref(), Some("schemas" | "$defs" | "definitions"))
                .then(|| member(name))
                .flatten(),
            [_] => None,
        }
    }

    pub(crate) fn simple(
        &mut self,
        json_type: JsonType,
        set: &[SchemaId],
        merged: &MergedSchema<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        match json_type {
            JsonType::Boolean => Type::Bool,
            JsonType::Integer => match merged.format {
                Some("int32") => Type::I32,
                Some("int64") => Type::I64,
                _ => Type::Integer,
            },
            JsonType::Number => Type::Number,
            JsonType::String => self.string(set, merged, diagnostics),
            JsonType::Array => self.array(set, merged, parent, hint, diagnostics),
            // One of several types; an object alone has been made a struct before.
            JsonType::Object if has_members(merged) => {
                let id = self.reserve(Naming::inline(parent, hint), self.origin(set[0]));
                let object = self.object(id, merged, diagnostics);
                self.define(id, Docs::default(), Kind::Struct(object));
                Type::Named(id)
            }
            JsonType::Object => {
                let values = self.other_members(set, merged, parent, hint, diagnostics);
                let values = values.unwrap_or_else(|| {
                    self.open(self.origin(set[0]), merged, "an object without `properties`", diagnostics)
                });
                Type::Map(Box::new(values))
            }
        }
    }

    fn string(&mut self, set: &[SchemaId], merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) -> Type {
        let Some(format) = &merged.format else { return Type::String };
        if let Some(known) = Format::parse(format) {
            return Type::Text(known);
        }
        if !Format::is_plain(format) {
            let near = did_you_mean(format, Format::NAMES.iter().copied());
            let annotations = merged.schemas.iter().find_map(|id| self.schemas.get(*id).node.get("format"));
            let origin = annotations.map_or_else(|| self.origin(set[0]), |node| node.origin().clone());
            diagnostics.push(
                Diagnostic::new(Code::UnknownFormat, format!("unknown format `{format}`"))
                    .at(Place::Value(origin), "read as a plain string")
                    .maybe_help(near),
            );
        }
        Type::String
    }

    fn array(
        &mut self,
        set: &[SchemaId],
        merged: &MergedSchema<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        if merged.prefix_items.is_empty() {
            let element = if merged.items.is_empty() {
                self.open(self.origin(set[0]), merged, "an array without `items`", diagnostics)
            } else {
                self.element(&merged.items, parent, &singular(hint), diagnostics)
            };
            return Type::List(Box::new(element));
        }
        let length = merged.prefix_items.len();
        let ends = merged.closed_tuple || merged.max_items == Some(length);
        if ends && merged.min_items.is_some_and(|min| min >= length) && (2..=MAX_TUPLE).contains(&length) {
            return Type::Tuple(
                merged
                    .prefix_items
                    .iter()
                    .map(|id| self.element(&[*id], parent, &singular(hint), diagnostics))
                    .collect(),
            );
        }
        let mut alternatives: Vec<SchemaSet> = merged.prefix_items.iter().map(|id| vec![*id]).collect();
        alternatives.extend((!merged.items.is_empty()).then(|| merged.items.clone()));
        let complete = ends || !merged.items.is_empty();
        let element = self.any_of(&alternatives, complete, set, parent, &singular(hint), diagnostics);
        // Where all elements are of one type, nothing is lost.
        if let Type::Named(id) = element
            && matches!(self.defs[id.0].kind, Kind::Union(_))
        {
            let help = format!(
                "`items: false` and `minItems: {length}` make it a tuple; say so in an overlay where it is one"
            );
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, "the order of `prefixItems` is not enforced")
                    .at(Place::Value(self.origin(set[0])), "read as a list of any of these elements")
                    .maybe_help((2..=MAX_TUPLE).contains(&length).then_some(help)),
            );
        }
        Type::List(Box::new(element))
    }

    /// One of several types, by shape; where there may be others, they are kept as JSON.
    fn any_of(
        &mut self,
        alternatives: &[SchemaSet],
        complete: bool,
        at: &[SchemaId],
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let mut distinct: Vec<&SchemaSet> = Vec::new();
        for alternative in alternatives {
            // What is unwrapped off may be a null.
            let same =
                |known: &&SchemaSet| unwrap_aliases(self.schemas, known) == unwrap_aliases(self.schemas, alternative);
            if !distinct.iter().any(same) {
                distinct.push(alternative);
            }
        }
        if let ([only], true) = (&distinct[..], complete) {
            return self.element(only, parent, hint, diagnostics);
        }
        let id = self.reserve(Naming::inline(parent, hint), self.origin(at[0]));
        let mut variants = Vec::new();
        for (index, alternative) in distinct.iter().enumerate() {
            let merged = self.cache.of(alternative, diagnostics);
            let name = self.alternative_name(alternative, &merged, None, index, diagnostics);
            let ty = self.element(alternative, id, &name, diagnostics);
            if !variants.iter().any(|known: &Variant| known.ty == ty) {
                variants.push(Variant { name, ty, tags: Vec::new(), origin: self.origin(alternative[0]) });
            }
        }
        if let ([only], true) = (&variants[..], complete) {
            let ty = only.ty.clone();
            self.define(id, Docs::default(), Kind::Newtype(ty.clone()));
            return ty;
        }
        self.define(id, Docs::default(), Kind::Union(Union { variants, select: Select::Shape }));
        Type::Named(id)
    }

    /// The type of an element or of a map's value, where absence is no question.
    pub(crate) fn element(
        &mut self,
        set: &[SchemaId],
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let used = self.used(set, parent, hint, diagnostics);
        if used.nullable && used.ty != Type::Any { Type::Nullable(Box::new(used.ty)) } else { used.ty }
    }

    pub(crate) fn object(&mut self, id: TypeId, merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) -> Struct {
        let mut fields = Vec::new();
        let most = self.sources.limits().members;
        if merged.properties.len() > most {
            diagnostics.push(
                Diagnostic::new(Code::Limit, format!("the type has more than {most} members"))
                    .at(Place::Value(self.defs[id.0].origin.clone()), "with those of all schemas that are merged here"),
            );
            return Struct { fields, rest: None };
        }
        for (wire, set) in &merged.properties {
            let used = self.used(set, id, wire, diagnostics);
            // Any value may be null anyway.
            let nullable = used.nullable && used.ty != Type::Any;
            fields.push(Field {
                wire: (*wire).to_owned(),
                presence: Presence::new(merged.required.contains(wire), nullable),
                ty: used.ty,
                docs: used.docs,
                origin: self.origin(set[0]),
            });
        }
        for wire in merged.required.iter().filter(|wire| !merged.properties.contains_key(*wire)) {
            self.report_undescribed(id, wire, merged, diagnostics);
            fields.push(Field {
                wire: (*wire).to_owned(),
                presence: Presence::Required,
                ty: self.any(
                    self.defs[id.0].origin.clone(),
                    UntypedReason::Unrestricted("a member is required, but not described"),
                ),
                docs: Docs { description: Some("Required, but not described.".to_owned()), ..Docs::default() },
                origin: self.defs[id.0].origin.clone(),
            });
        }
        let set = merged.schemas.clone();
        let rest = self.other_members(&set, merged, id, "value", diagnostics);
        Struct { fields, rest }
    }

    /// Reports a member that is required and nothing more: without it no delivery decodes.
    fn report_undescribed(&self, id: TypeId, wire: &str, merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
        let named = |schema: &SchemaId| {
            let required = self.schemas.get(*schema).node.get("required")?.as_array()?.iter();
            required.into_iter().find(|name| name.as_str() == Some(wire)).map(|name| name.origin().clone())
        };
        let origin = merged.schemas.iter().find_map(named).unwrap_or_else(|| self.defs[id.0].origin.clone());
        let near = did_you_mean(wire, merged.properties.keys().copied());
        diagnostics.push(
            Diagnostic::new(Code::RequiredUndeclared, format!("`{wire}` is required, but not described"))
                .at(Place::Value(origin), "deliveries without it reach the fallback only")
                .maybe_help(near),
        );
    }

    /// The type of the members whose names are left open; none where the description declares none.
    fn other_members(
        &mut self,
        set: &[SchemaId],
        merged: &MergedSchema<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Type> {
        let mut alternatives: Vec<SchemaSet> = merged.patterns.iter().map(|id| vec![*id]).collect();
        let complete = match merged.additional {
            None | Some(Additional::Forbidden) if alternatives.is_empty() => return None,
            Some(Additional::Any) if alternatives.is_empty() => {
                return Some(self.open(self.origin(set[0]), merged, ANY_MEMBER, diagnostics));
            }
            None | Some(Additional::Any) => false,
            Some(Additional::Forbidden) => true,
            Some(Additional::Schema(values)) => {
                alternatives.push(vec![values]);
                true
            }
        };
        Some(self.any_of(&alternatives, complete, set, parent, hint, diagnostics))
    }

    /// Values that the description leaves open, unless a keyword without a Rust type shapes them.
    fn open(
        &mut self,
        origin: Origin,
        merged: &MergedSchema<'_>,
        how: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        match &merged.inexpressible {
            Some(keyword) => self.untyped(origin, &format!("`{keyword}` has no Rust type"), diagnostics),
            None => self.any(origin, UntypedReason::Unrestricted(how)),
        }
    }

    /// Values whose description has no Rust type.
    pub(crate) fn untyped(&mut self, origin: Origin, reason: &str, diagnostics: &mut Diagnostics) -> Type {
        diagnostics.push(
            Diagnostic::new(Code::Untyped, reason.to_owned())
                .at(Place::Value(origin.clone()), "the value is kept untyped"),
        );
        self.any(origin, UntypedReason::Inexpressible(reason.to_owned()))
    }

    /// The only place that makes values untyped, so that each is on record.
    fn any(&mut self, origin: Origin, reason: UntypedReason) -> Type {
        if self.on_record.insert((origin.identity(), reason.clone())) {
            self.untyped.push(Untyped { origin, reason });
        }
        Type::Any
    }
}

/// How a description leaves members open.
const ANY_MEMBER: &str = "`additionalProperties` allows anything";

pub(crate) fn is_object(merged: &MergedSchema<'_>) -> bool {
    match &merged.types {
        Some(types) => types[..] == [JsonType::Object],
        None => {
            !merged.properties.is_empty()
                || !merged.required.is_empty()
                || !merged.patterns.is_empty()
                || merged.additional.is_some()
        }
    }
}

/// Whether a schema names members.
fn has_members(merged: &MergedSchema<'_>) -> bool {
    !(merged.properties.is_empty() && merged.required.is_empty())
}

/// The types that a schema allows, an integer being a number.
fn several_types(merged: &MergedSchema<'_>) -> Vec<JsonType> {
    let mut types = merged.types.as_deref().map_or_else(|| implied(merged), <[JsonType]>::to_vec);
    let number = types.contains(&JsonType::Number);
    types.retain(|json_type| !(number && *json_type == JsonType::Integer));
    types
}

/// The types that the other keywords imply where `type` is missing.
fn implied(merged: &MergedSchema<'_>) -> Vec<JsonType> {
    if is_object(merged) {
        vec![JsonType::Object]
    } else if !merged.items.is_empty() || !merged.prefix_items.is_empty() {
        vec![JsonType::Array]
    } else if merged.values.is_some() {
        // What is listed and yet no enum is both truth values.
        vec![JsonType::Boolean]
    } else {
        Vec::new()
    }
}

/// A constant or an enum, where the values that a schema allows are listed.
fn listed(merged: &MergedSchema<'_>) -> Option<Kind> {
    let values: Vec<Literal> = match (&merged.constant, &merged.values) {
        (Some(constant), _) => {
            return Some(Kind::Constant(Literal { value: (*constant).clone(), description: None }));
        }
        (None, Some(values)) => {
            let description = |value| merged.value_descriptions.get(&crate::document::json(value)).cloned();
            values.iter().map(|value| Literal { value: value.clone(), description: description(value) }).collect()
        }
        (None, None) => return None,
    };
    if let [only] = &values[..] {
        return Some(Kind::Constant(only.clone()));
    }
    let number = merged.types.as_ref().is_some_and(|types| types.contains(&JsonType::Number));
    // Both truth values are no choice.
    if values.iter().all(|value| matches!(value.form(), Form::Bool(_))) {
        return None;
    }
    let fallback = if values.iter().all(|value| matches!(value.form(), Form::Text(_))) {
        Fallback::Text
    } else if !number && values.iter().all(|value| matches!(value.form(), Form::Integer(_))) {
        Fallback::Integer
    } else {
        Fallback::Json
    };
    Some(Kind::Enum(Enum { values, fallback }))
}

/// The one string that a schema allows.
pub(crate) fn single_text(merged: &MergedSchema<'_>) -> Option<String> {
    let only = match (&merged.constant, &merged.values) {
        (Some(constant), _) => constant,
        (None, Some(values)) if values.len() == 1 => &values[0],
        _ => return None,
    };
    only.as_str().map(str::to_owned)
}

/// The strings that a schema allows, where it allows only strings and lists them.
pub(crate) fn texts(merged: &MergedSchema<'_>) -> Option<Vec<String>> {
    merged.values.as_ref()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// The name of one element of a list: `securityTemplates` holds a `securityTemplate`.
fn singular(plural: &str) -> String {
    /// What the rules below would get wrong.
    const IRREGULAR: [(&str, &str); 10] = [
        ("series", "series"),
        ("species", "species"),
        ("news", "news"),
        ("cookies", "cookie"),
        ("movies", "movie"),
        ("caches", "cache"),
        ("shelves", "shelf"),
        ("children", "child"),
        ("people", "person"),
        ("indices", "index"),
    ];
    let lower = plural.to_ascii_lowercase();
    if let Some((irregular, single)) = IRREGULAR.iter().find(|(irregular, _)| lower.ends_with(irregular)) {
        let stem = &plural[..plural.len() - irregular.len()];
        let first = if stem.is_empty() { plural } else { &plural[stem.len()..] };
        let upper = first.starts_with(|c: char| c.is_ascii_uppercase());
        let single =
            if upper { format!("{}{}", single[..1].to_ascii_uppercase(), &single[1..]) } else { (*single).to_owned() };
        return format!("{stem}{single}");
    }
    let stem = |suffix: &str| plural.strip_suffix(suffix).filter(|stem| stem.len() > 1);
    if let Some(stem) = stem("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "uses", "ases", "xes", "ches", "shes"] {
        if plural.ends_with(ending)
            && let Some(stem) = stem("es")
        {
            return stem.to_owned();
        }
    }
    match stem("s") {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => plural.to_owned(),
    }
}
