//! Schemas to types.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::flatten::{Body, Flat, Flats, Said, Subject, peel};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::{Origin, Segment};
use crate::ir::{
    Docs, Enum, Field, Form, Format, Kind, Literal, Naming, Open, Presence, Select, Struct, Type, TypeDef, TypeId,
    Union, Untold, Untyped, Variant,
};
use crate::normalize::{Additional, JsonType, SchemaId, Schemas};
use crate::source::Sources;

/// How deep lists and maps may be nested in one another without a definition in between. What parses and prints the
/// emitted types takes stack for each level, and must do with the two megabytes of a thread.
const MAX_DEPTH: usize = 40;

/// Longer tuples have no codec.
const MAX_TUPLE: usize = 6;

/// Lowers schemas; definitions are shared between all webhooks.
pub(super) struct Types<'a> {
    pub schemas: &'a Schemas,
    pub flats: Flats<'a>,
    pub defs: Vec<TypeDef>,
    pub untyped: Vec<Untyped>,
    /// What `untyped` has, by the [identities](Origin::identity) of the origins.
    on_record: HashSet<(usize, Untold)>,
    sources: &'a Sources,
    known: HashMap<Subject, Type>,
    pending: VecDeque<Pending<'a>>,
    /// The lists and maps that are being lowered, each within the one before it.
    underway: Vec<Subject>,
}

/// A definition that is in use, and whose parts are still to be lowered.
struct Pending<'a> {
    id: TypeId,
    subject: Subject,
    flat: Rc<Flat<'a>>,
}

/// What a schema came to where it is used.
struct Use {
    ty: Type,
    nullable: bool,
    docs: Docs,
}

impl<'a> Types<'a> {
    pub(super) fn new(schemas: &'a Schemas, sources: &'a Sources) -> Self {
        Self {
            schemas,
            flats: Flats::new(schemas),
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
    pub(super) fn root(&mut self, event_type: &str, body: Body<'_>, diagnostics: &mut Diagnostics) -> TypeId {
        let schema = if let [only] = body.alternatives { *only } else { body.schema };
        let id = self.reserve(Naming::Root(event_type.to_owned()), self.origin(schema));
        let subject = body.peel(self.schemas);
        let mut flat = body.flatten(&self.flats, diagnostics);
        self.defs[id.0].docs = flat.said.docs();
        self.merge_choices(&mut flat, diagnostics);
        let kind = if !flat.choices.is_empty() || (is_object(&flat) && has_members(&flat)) {
            self.kind(id, &subject, &flat, diagnostics)
        } else {
            let used = self.used(&[schema], id, "value", diagnostics);
            Kind::Newtype(if used.nullable { Type::Nullable(Box::new(used.ty)) } else { used.ty })
        };
        self.defs[id.0].kind = kind;
        self.define_pending(diagnostics);
        id
    }

    pub(super) fn reserve(&mut self, naming: Naming, origin: Origin) -> TypeId {
        let id = TypeId(self.defs.len());
        self.defs.push(TypeDef { kind: Kind::Pending, naming, docs: Docs::default(), origin });
        id
    }

    pub(super) fn define(&mut self, id: TypeId, docs: Docs, kind: Kind) {
        let def = &mut self.defs[id.0];
        def.docs = docs;
        def.kind = kind;
    }

    pub(super) fn origin(&self, schema: SchemaId) -> Origin {
        self.schemas.get(schema).node.origin().clone()
    }

    /// Lowers a subject where it is used by `parent` under the name `hint`.
    fn used(&mut self, subject: &[SchemaId], parent: TypeId, hint: &str, diagnostics: &mut Diagnostics) -> Use {
        let (peeled, nullable) = peel(self.schemas, subject);
        // What stands at the use describes the use; what the reference leads to describes the type.
        let mut said = Said::default();
        for id in subject.iter().filter(|id| !peeled.contains(id)) {
            said.add_texts(self.schemas.get(*id));
            said.add_facts(self.schemas.get(*id));
        }
        let flat = self.flats.of(&peeled, diagnostics);
        let nullable = nullable || flat.nullable || flat.only_null;
        let ty = match self.known.get(&peeled) {
            Some(ty) => ty.clone(),
            None => self.enter(&peeled, Rc::clone(&flat), parent, hint, diagnostics),
        };
        // A description of a definition stays with the definition; any other one belongs to the use.
        if !matches!(ty, Type::Named(_)) {
            said.add(&flat.said);
        }
        Use { ty, nullable, docs: said.docs() }
    }

    /// Lowers a subject that is not known yet, unless it is nested in itself or too deep.
    fn enter(
        &mut self,
        subject: &Subject,
        flat: Rc<Flat<'a>>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        // Definitions are known before their members are lowered. A list or map has no name to come back to: where no
        // definition lies between it and itself, it becomes one.
        let mut unnamed = self.underway.iter().rev().take_while(|subject| !self.known.contains_key(*subject));
        if unnamed.any(|outer| outer == subject) {
            let id = self.reserve(self.naming(subject, parent, hint), self.origin(subject[0]));
            return self.remember(subject, Type::Named(id));
        }
        if self.underway.len() >= MAX_DEPTH {
            return self.untyped(self.origin(subject[0]), "types are nested too deep", diagnostics);
        }
        self.underway.push(subject.clone());
        let ty = self.lower(subject, flat, parent, hint, diagnostics);
        self.underway.pop();
        ty
    }

    fn lower(
        &mut self,
        subject: &[SchemaId],
        mut flat: Rc<Flat<'a>>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        self.merge_choices(&mut flat, diagnostics);
        let naming = self.naming(subject, parent, hint);
        if let Some(kind) = listed(&flat) {
            let id = self.reserve(naming, self.origin(subject[0]));
            self.define(id, flat.said.docs(), kind);
            return self.remember(subject, Type::Named(id));
        }
        let several = several_types(&flat);
        if !flat.choices.is_empty() || (is_object(&flat) && has_members(&flat)) || several.len() > 1 {
            // Its parts come later, so that no chain of definitions is too long.
            let id = self.reserve(naming, self.origin(subject[0]));
            self.pending.push_back(Pending { id, subject: subject.to_vec(), flat });
            return self.remember(subject, Type::Named(id));
        }
        let ty = match several[..] {
            [json_type] => self.simple(json_type, subject, &flat, parent, hint, diagnostics),
            _ => self.open(self.origin(subject[0]), &flat, "nothing is said of the value", diagnostics),
        };
        // It may have become a definition on the way, since it is nested in itself.
        if let Some(Type::Named(id)) = self.known.get(subject).cloned() {
            self.define(id, flat.said.docs(), Kind::Newtype(ty));
            return Type::Named(id);
        }
        self.remember(subject, ty)
    }

    /// Defines what is used so far, and what that uses in turn.
    fn define_pending(&mut self, diagnostics: &mut Diagnostics) {
        while let Some(Pending { id, subject, flat }) = self.pending.pop_front() {
            let kind = self.kind(id, &subject, &flat, diagnostics);
            self.define(id, flat.said.docs(), kind);
        }
    }

    fn kind(&mut self, id: TypeId, subject: &[SchemaId], flat: &Flat<'a>, diagnostics: &mut Diagnostics) -> Kind {
        if let [choice] = &flat.choices[..] {
            return self.union(id, subject, flat, choice, diagnostics);
        }
        let several = !flat.choices.is_empty();
        if several && !has_members(flat) {
            let origin = self.origin(subject[0]);
            return Kind::Newtype(self.untyped(origin, "several `oneOf` or `anyOf` at once", diagnostics));
        }
        if several {
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, "several `oneOf` or `anyOf` at once")
                    .at(Place::Value(self.origin(subject[0])), "what they describe is kept as undeclared members"),
            );
        }
        if several || is_object(flat) {
            return Kind::Struct(self.object(id, flat, diagnostics));
        }
        self.mixed(id, &several_types(flat), subject, flat, diagnostics)
    }

    fn naming(&self, subject: &[SchemaId], parent: TypeId, hint: &str) -> Naming {
        match self.component(subject) {
            Some(name) => Naming::Component(name),
            None => Naming::inline(parent, hint),
        }
    }

    fn remember(&mut self, subject: &[SchemaId], ty: Type) -> Type {
        self.known.insert(subject.to_vec(), ty.clone());
        ty
    }

    /// The name of a reusable schema; none for a schema that is written where it is used.
    pub(super) fn component(&self, subject: &[SchemaId]) -> Option<String> {
        let [id] = subject else { return None };
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

    pub(super) fn simple(
        &mut self,
        json_type: JsonType,
        subject: &[SchemaId],
        flat: &Flat<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        match json_type {
            JsonType::Boolean => Type::Bool,
            JsonType::Integer => match flat.format {
                Some("int32") => Type::I32,
                Some("int64") => Type::I64,
                _ => Type::Integer,
            },
            JsonType::Number => Type::Number,
            JsonType::String => self.string(subject, flat, diagnostics),
            JsonType::Array => self.array(subject, flat, parent, hint, diagnostics),
            // One of several types; an object alone has been made a struct before.
            JsonType::Object if has_members(flat) => {
                let id = self.reserve(Naming::inline(parent, hint), self.origin(subject[0]));
                let object = self.object(id, flat, diagnostics);
                self.define(id, Docs::default(), Kind::Struct(object));
                Type::Named(id)
            }
            JsonType::Object => {
                let values = self.other_members(subject, flat, parent, hint, diagnostics);
                let values = values.unwrap_or_else(|| {
                    self.open(self.origin(subject[0]), flat, "an object without `properties`", diagnostics)
                });
                Type::Map(Box::new(values))
            }
        }
    }

    fn string(&mut self, subject: &[SchemaId], flat: &Flat<'_>, diagnostics: &mut Diagnostics) -> Type {
        let Some(format) = &flat.format else { return Type::String };
        if let Some(known) = Format::parse(format) {
            return Type::Text(known);
        }
        if !PLAIN_FORMATS.contains(format) {
            let near = crate::diagnostics::suggest(format, &FORMATS).map(|near| format!("did you mean `{near}`?"));
            let said = flat.schemas.iter().find_map(|id| self.schemas.get(*id).node.get("format"));
            let origin = said.map_or_else(|| self.origin(subject[0]), |node| node.origin().clone());
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
        subject: &[SchemaId],
        flat: &Flat<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        if flat.prefix_items.is_empty() {
            let element = if flat.items.is_empty() {
                self.open(self.origin(subject[0]), flat, "an array without `items`", diagnostics)
            } else {
                self.element(&flat.items, parent, &singular(hint), diagnostics)
            };
            return Type::List(Box::new(element));
        }
        let length = flat.prefix_items.len();
        let ends = flat.closed_tuple || flat.max_items == Some(length);
        if ends && flat.min_items.is_some_and(|min| min >= length) && (2..=MAX_TUPLE).contains(&length) {
            return Type::Tuple(
                flat.prefix_items.iter().map(|id| self.element(&[*id], parent, &singular(hint), diagnostics)).collect(),
            );
        }
        let mut alternatives: Vec<Subject> = flat.prefix_items.iter().map(|id| vec![*id]).collect();
        alternatives.extend((!flat.items.is_empty()).then(|| flat.items.clone()));
        let complete = ends || !flat.items.is_empty();
        let element = self.any_of(&alternatives, complete, subject, parent, &singular(hint), diagnostics);
        // Where all elements are of one type, nothing is lost.
        if let Type::Named(id) = element
            && matches!(self.defs[id.0].kind, Kind::Union(_))
        {
            let help = format!(
                "`items: false` and `minItems: {length}` make it a tuple; say so in an overlay where it is one"
            );
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, "the order of `prefixItems` is not enforced")
                    .at(Place::Value(self.origin(subject[0])), "read as a list of any of these elements")
                    .maybe_help((2..=MAX_TUPLE).contains(&length).then_some(help)),
            );
        }
        Type::List(Box::new(element))
    }

    /// One of several types, by shape; where there may be others, they are kept as JSON.
    fn any_of(
        &mut self,
        alternatives: &[Subject],
        complete: bool,
        at: &[SchemaId],
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let mut distinct: Vec<&Subject> = Vec::new();
        for alternative in alternatives {
            // What is peeled off may be a null.
            let same = |known: &&Subject| peel(self.schemas, known) == peel(self.schemas, alternative);
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
            let flat = self.flats.of(alternative, diagnostics);
            let name = self.alternative_name(alternative, &flat, None, index, diagnostics);
            let ty = self.element(alternative, id, &name, diagnostics);
            if !variants.iter().any(|known: &Variant| known.ty == ty) {
                variants.push(Variant { name, ty, tags: Vec::new() });
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
    pub(super) fn element(
        &mut self,
        subject: &[SchemaId],
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let used = self.used(subject, parent, hint, diagnostics);
        if used.nullable && used.ty != Type::Any { Type::Nullable(Box::new(used.ty)) } else { used.ty }
    }

    pub(super) fn object(&mut self, id: TypeId, flat: &Flat<'_>, diagnostics: &mut Diagnostics) -> Struct {
        let mut fields = Vec::new();
        let most = self.sources.limits().members;
        if flat.properties.len() > most {
            diagnostics.push(
                Diagnostic::new(Code::Limit, format!("the type has more than {most} members"))
                    .at(Place::Value(self.defs[id.0].origin.clone()), "with those of all schemas that are merged here"),
            );
            return Struct { fields, rest: None };
        }
        for (wire, subject) in &flat.properties {
            let used = self.used(subject, id, wire, diagnostics);
            // Any value may be null anyway.
            let nullable = used.nullable && used.ty != Type::Any;
            fields.push(Field {
                wire: (*wire).to_owned(),
                presence: Presence::new(flat.required.contains(wire), nullable),
                ty: used.ty,
                docs: used.docs,
                origin: self.origin(subject[0]),
            });
        }
        for wire in flat.required.iter().filter(|wire| !flat.properties.contains_key(*wire)) {
            self.report_undescribed(id, wire, flat, diagnostics);
            fields.push(Field {
                wire: (*wire).to_owned(),
                presence: Presence::Required,
                ty: self.any(self.defs[id.0].origin.clone(), Untold::Open("a member is required, but not described")),
                docs: Docs { description: Some("Required, but not described.".to_owned()), ..Docs::default() },
                origin: self.defs[id.0].origin.clone(),
            });
        }
        let subject = flat.schemas.clone();
        let rest = self.other_members(&subject, flat, id, "value", diagnostics);
        Struct { fields, rest }
    }

    /// Reports a member that is required and nothing more: without it no delivery decodes.
    fn report_undescribed(&self, id: TypeId, wire: &str, flat: &Flat<'_>, diagnostics: &mut Diagnostics) {
        let named = |schema: &SchemaId| {
            let required = self.schemas.get(*schema).node.get("required")?.as_array()?.iter();
            required.into_iter().find(|name| name.as_str() == Some(wire)).map(|name| name.origin().clone())
        };
        let origin = flat.schemas.iter().find_map(named).unwrap_or_else(|| self.defs[id.0].origin.clone());
        let known: Vec<&str> = flat.properties.keys().copied().collect();
        let near = crate::diagnostics::suggest(wire, &known).map(|near| format!("did you mean `{near}`?"));
        diagnostics.push(
            Diagnostic::new(Code::RequiredUndeclared, format!("`{wire}` is required, but not described"))
                .at(Place::Value(origin), "deliveries without it reach the fallback only")
                .maybe_help(near),
        );
    }

    /// The type of the members whose names are left open; none where the description declares none.
    fn other_members(
        &mut self,
        subject: &[SchemaId],
        flat: &Flat<'_>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Type> {
        let mut alternatives: Vec<Subject> = flat.patterns.iter().map(|id| vec![*id]).collect();
        let complete = match flat.additional {
            None | Some(Additional::Forbidden) if alternatives.is_empty() => return None,
            Some(Additional::Any) if alternatives.is_empty() => {
                return Some(self.open(self.origin(subject[0]), flat, ANY_MEMBER, diagnostics));
            }
            None | Some(Additional::Any) => false,
            Some(Additional::Forbidden) => true,
            Some(Additional::Schema(values)) => {
                alternatives.push(vec![values]);
                true
            }
        };
        Some(self.any_of(&alternatives, complete, subject, parent, hint, diagnostics))
    }

    /// Values that the description leaves open, unless a keyword without a Rust type shapes them.
    fn open(&mut self, origin: Origin, flat: &Flat<'_>, how: &'static str, diagnostics: &mut Diagnostics) -> Type {
        match &flat.inexpressible {
            Some(keyword) => self.untyped(origin, &format!("`{keyword}` has no Rust type"), diagnostics),
            None => self.any(origin, Untold::Open(how)),
        }
    }

    /// Values whose description has no Rust type.
    pub(super) fn untyped(&mut self, origin: Origin, reason: &str, diagnostics: &mut Diagnostics) -> Type {
        diagnostics.push(
            Diagnostic::new(Code::Untyped, reason.to_owned())
                .at(Place::Value(origin.clone()), "the value is kept untyped"),
        );
        self.any(origin, Untold::Inexpressible(reason.to_owned()))
    }

    /// The only place that makes values untyped, so that each is on record.
    fn any(&mut self, origin: Origin, reason: Untold) -> Type {
        if self.on_record.insert((origin.identity(), reason.clone())) {
            self.untyped.push(Untyped { origin, reason });
        }
        Type::Any
    }
}

/// How a description leaves members open.
const ANY_MEMBER: &str = "`additionalProperties` allows anything";

/// Formats that are known to have no typed form of their own.
const PLAIN_FORMATS: [&str; 12] = [
    "password",
    "binary",
    "regex",
    "json-pointer",
    "relative-json-pointer",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "html",
    "commonmark",
];

/// The formats with a typed form, for suggestions.
const FORMATS: [&str; 12] = [
    "uuid",
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "uri",
    "uri-reference",
    "hostname",
    "ipv4",
    "ipv6",
    "byte",
];

pub(super) fn is_object(flat: &Flat<'_>) -> bool {
    match &flat.types {
        Some(types) => types[..] == [JsonType::Object],
        None => {
            !flat.properties.is_empty()
                || !flat.required.is_empty()
                || !flat.patterns.is_empty()
                || flat.additional.is_some()
        }
    }
}

/// Whether a schema names members.
fn has_members(flat: &Flat<'_>) -> bool {
    !(flat.properties.is_empty() && flat.required.is_empty())
}

/// The types that a schema allows, an integer being a number.
fn several_types(flat: &Flat<'_>) -> Vec<JsonType> {
    let mut types = flat.types.as_deref().map_or_else(|| implied(flat), <[JsonType]>::to_vec);
    let number = types.contains(&JsonType::Number);
    types.retain(|json_type| !(number && *json_type == JsonType::Integer));
    types
}

/// The types that the other keywords imply where `type` is missing.
fn implied(flat: &Flat<'_>) -> Vec<JsonType> {
    if is_object(flat) {
        vec![JsonType::Object]
    } else if !flat.items.is_empty() || !flat.prefix_items.is_empty() {
        vec![JsonType::Array]
    } else if flat.values.is_some() {
        // What is listed and yet no enum is both truth values.
        vec![JsonType::Boolean]
    } else {
        Vec::new()
    }
}

/// A constant or an enum, where the values that a schema allows are listed.
fn listed(flat: &Flat<'_>) -> Option<Kind> {
    let values: Vec<Literal> = match (&flat.constant, &flat.values) {
        (Some(constant), _) => {
            return Some(Kind::Constant(Literal { value: (*constant).clone(), description: None }));
        }
        (None, Some(values)) => {
            let description = |value| flat.value_descriptions.get(&crate::document::json(value)).cloned();
            values.iter().map(|value| Literal { value: value.clone(), description: description(value) }).collect()
        }
        (None, None) => return None,
    };
    if let [only] = &values[..] {
        return Some(Kind::Constant(only.clone()));
    }
    let number = flat.types.as_ref().is_some_and(|types| types.contains(&JsonType::Number));
    // Both truth values are no choice.
    if values.iter().all(|value| matches!(value.form(), Form::Bool(_))) {
        return None;
    }
    let open = if values.iter().all(|value| matches!(value.form(), Form::Text(_))) {
        Open::Text
    } else if !number && values.iter().all(|value| matches!(value.form(), Form::Integer(_))) {
        Open::Integer
    } else {
        Open::Json
    };
    Some(Kind::Enum(Enum { values, open }))
}

/// The one string that a schema allows.
pub(super) fn single_text(flat: &Flat<'_>) -> Option<String> {
    let only = match (&flat.constant, &flat.values) {
        (Some(constant), _) => constant,
        (None, Some(values)) if values.len() == 1 => &values[0],
        _ => return None,
    };
    only.as_str().map(str::to_owned)
}

/// The strings that a schema allows, where it allows only strings and lists them.
pub(super) fn texts(flat: &Flat<'_>) -> Option<Vec<String>> {
    flat.values.as_ref()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
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
