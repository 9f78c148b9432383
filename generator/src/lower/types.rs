//! Schemas to types.

use std::collections::HashMap;

use super::flatten::{Body, Flat, Subject, flatten, peel};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::ir::{
    Docs, Enum, Field, Form, Format, Kind, Literal, Naming, Open, Presence, Select, Struct, Type, TypeDef, TypeId,
    Union, Variant,
};
use crate::normalize::{Additional, JsonType, SchemaId, Schemas};
use crate::source::{Origin, Segment, Sources};

/// How deep types may be nested in one another without a definition of their own in between.
const MAX_DEPTH: usize = 64;

/// Longer tuples have no codec.
const MAX_TUPLE: usize = 6;

/// Lowers schemas; definitions are shared between all webhooks.
pub(super) struct Types<'a> {
    pub schemas: &'a Schemas,
    pub defs: Vec<TypeDef>,
    sources: &'a Sources,
    known: HashMap<Subject, Type>,
    /// The subjects that are being lowered, each within the one before it.
    underway: Vec<Subject>,
}

/// What a schema came to where it is used.
struct Use {
    ty: Type,
    nullable: bool,
    docs: Docs,
}

impl<'a> Types<'a> {
    pub(super) fn new(schemas: &'a Schemas, sources: &'a Sources) -> Self {
        Self { schemas, sources, defs: Vec::new(), known: HashMap::new(), underway: Vec::new() }
    }

    /// Lowers the body of a webhook to a definition of its own, whatever its schema is.
    pub(super) fn root(&mut self, event_type: &str, body: Body, diagnostics: &mut Diagnostics) -> TypeId {
        let schema = body.alternative.unwrap_or(body.schema);
        let id = self.reserve(Naming::Root(event_type.to_owned()), self.origin(schema));
        let subject = body.peel(self.schemas);
        let mut flat = body.flatten(self.schemas, diagnostics);
        self.defs[id.0].docs = std::mem::take(&mut flat.docs);
        self.merge_choices(&mut flat, diagnostics);
        let kind = if let Some(choice) = self.choice(&mut flat, id, diagnostics) {
            self.union(id, &subject, &flat, &choice, diagnostics)
        } else if is_object(&flat) && !(flat.properties.is_empty() && flat.required.is_empty()) {
            Kind::Struct(self.object(id, &flat, diagnostics))
        } else {
            let used = self.used(&[schema], id, "value", diagnostics);
            Kind::Newtype(if used.nullable { Type::Nullable(Box::new(used.ty)) } else { used.ty })
        };
        self.defs[id.0].kind = kind;
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
        let mut docs = Docs::default();
        for id in subject.iter().filter(|id| !peeled.contains(id)) {
            let schema = self.schemas.get(*id);
            docs.description = docs.description.or_else(|| schema.data.description.clone());
            docs.deprecated |= schema.data.deprecated;
            docs.facts.extend(schema.facts.iter().cloned());
        }
        if let Some(ty) = self.known.get(&peeled) {
            let null = self.allows_null(&peeled, diagnostics);
            return Use { ty: ty.clone(), nullable: nullable || null, docs };
        }
        // Definitions are known before their members are lowered; lists and maps have no name to come back to.
        let endless = self.underway.contains(&peeled).then_some("a list or map is nested in itself");
        let deep = (self.underway.len() >= MAX_DEPTH).then_some("types are nested too deep");
        if let Some(reason) = endless.or(deep) {
            return Use { ty: self.untyped(peeled[0], reason, diagnostics), nullable, docs };
        }
        self.underway.push(peeled.clone());
        let mut flat = flatten(self.schemas, &peeled, diagnostics);
        let own = std::mem::take(&mut flat.docs);
        let nullable = nullable || flat.nullable || flat.only_null;
        let ty = self.lower(&peeled, &mut flat, own.clone(), parent, hint, diagnostics);
        self.underway.pop();
        // A description of a definition stays with the definition; any other one belongs to the use.
        if !matches!(ty, Type::Named(_)) {
            docs.description = docs.description.or(own.description);
            docs.deprecated |= own.deprecated;
            docs.facts.extend(own.facts);
        }
        Use { ty, nullable, docs }
    }

    fn allows_null(&self, subject: &[SchemaId], diagnostics: &mut Diagnostics) -> bool {
        let flat = flatten(self.schemas, subject, diagnostics);
        flat.nullable || flat.only_null
    }

    fn lower(
        &mut self,
        subject: &[SchemaId],
        flat: &mut Flat,
        docs: Docs,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        self.merge_choices(flat, diagnostics);
        let naming = || match self.component(subject) {
            Some(name) => Naming::Component(name),
            None => Naming::Inline { parent, hint: hint.to_owned(), shared: false },
        };
        if let Some(kind) = listed(flat) {
            let id = self.reserve(naming(), self.origin(subject[0]));
            self.define(id, docs, kind);
            return self.remember(subject, Type::Named(id));
        }
        if !flat.choices.is_empty() {
            let id = self.reserve(naming(), self.origin(subject[0]));
            self.known.insert(subject.to_vec(), Type::Named(id));
            let kind = match self.choice(flat, id, diagnostics) {
                Some(choice) => self.union(id, subject, flat, &choice, diagnostics),
                None => Kind::Newtype(self.untyped(subject[0], "several `oneOf` or `anyOf` at once", diagnostics)),
            };
            self.define(id, docs, kind);
            return Type::Named(id);
        }
        if is_object(flat) && !(flat.properties.is_empty() && flat.required.is_empty()) {
            let id = self.reserve(naming(), self.origin(subject[0]));
            self.known.insert(subject.to_vec(), Type::Named(id));
            let object = self.object(id, flat, diagnostics);
            self.define(id, docs, Kind::Struct(object));
            return Type::Named(id);
        }
        let types = flat.types.clone().unwrap_or_else(|| implied(flat));
        let ty = match types[..] {
            [json_type] => self.simple(json_type, subject, flat, parent, hint, diagnostics),
            [] => Type::Any,
            _ => {
                let id = self.reserve(naming(), self.origin(subject[0]));
                self.known.insert(subject.to_vec(), Type::Named(id));
                let kind = self.mixed(id, &types, subject, flat, diagnostics);
                self.define(id, docs, kind);
                return Type::Named(id);
            }
        };
        self.remember(subject, ty)
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
        flat: &mut Flat,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        match json_type {
            JsonType::Boolean => Type::Bool,
            JsonType::Integer => match flat.format.as_deref() {
                Some("int32") => Type::I32,
                Some("int64") => Type::I64,
                _ => Type::Integer,
            },
            JsonType::Number => Type::Number,
            JsonType::String => self.string(subject, flat, diagnostics),
            JsonType::Array => self.array(subject, flat, parent, hint, diagnostics),
            JsonType::Object => {
                let values = self.other_members(subject, flat, parent, hint, diagnostics);
                Type::Map(Box::new(values.unwrap_or(Type::Any)))
            }
        }
    }

    fn string(&mut self, subject: &[SchemaId], flat: &Flat, diagnostics: &mut Diagnostics) -> Type {
        let Some(format) = &flat.format else { return Type::String };
        if let Some(known) = Format::parse(format) {
            return Type::Text(known);
        }
        if !PLAIN_FORMATS.contains(&format.as_str()) {
            let near = crate::text::suggest(format, &FORMATS).map(|near| format!("did you mean `{near}`?"));
            diagnostics.push(
                Diagnostic::new(Code::UnknownFormat, format!("unknown format `{format}`"))
                    .at(Place::Value(self.origin(subject[0])), "read as a plain string")
                    .maybe_help(near),
            );
        }
        Type::String
    }

    fn array(
        &mut self,
        subject: &[SchemaId],
        flat: &Flat,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        if flat.prefix_items.is_empty() {
            let element = if flat.items.is_empty() {
                Type::Any
            } else {
                self.element(&flat.items, parent, &singular(hint), diagnostics)
            };
            return Type::List(Box::new(element));
        }
        let length = flat.prefix_items.len();
        let ends = flat.closed_tuple || flat.max_items == Some(length);
        if ends && flat.min_items.is_some_and(|min| min >= length) && (2..=MAX_TUPLE).contains(&length) {
            let elements = flat.prefix_items.clone();
            return Type::Tuple(
                elements.iter().map(|id| self.element(&[*id], parent, &singular(hint), diagnostics)).collect(),
            );
        }
        diagnostics.push(
            Diagnostic::new(Code::NotEnforced, "`prefixItems` of an array whose length may vary")
                .at(Place::Value(self.origin(subject[0])), "read as a list of any of these elements")
                .help(format!(
                    "`items: false` and `minItems: {length}` make it a tuple; say so in an overlay where it is one"
                )),
        );
        let mut alternatives: Vec<Subject> = flat.prefix_items.iter().map(|id| vec![*id]).collect();
        alternatives.extend((!flat.items.is_empty()).then(|| flat.items.clone()));
        let complete = ends || !flat.items.is_empty();
        let element = self.any_of(&alternatives, complete, subject, parent, &singular(hint), diagnostics);
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
        let mut distinct: Vec<Subject> = Vec::new();
        for alternative in alternatives {
            let peeled = peel(self.schemas, alternative).0;
            if !distinct.contains(&peeled) {
                distinct.push(peeled);
            }
        }
        if let ([only], true) = (&distinct[..], complete) {
            return self.element(only, parent, hint, diagnostics);
        }
        let id = self.reserve(Naming::Inline { parent, hint: hint.to_owned(), shared: false }, self.origin(at[0]));
        let mut variants = Vec::new();
        for (index, alternative) in distinct.iter().enumerate() {
            let flat = flatten(self.schemas, alternative, diagnostics);
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

    pub(super) fn object(&mut self, id: TypeId, flat: &Flat, diagnostics: &mut Diagnostics) -> Struct {
        let mut fields = Vec::new();
        for (wire, subject) in &flat.properties {
            let used = self.used(subject, id, wire, diagnostics);
            // Any value may be null anyway.
            let nullable = used.nullable && used.ty != Type::Any;
            fields.push(Field {
                wire: wire.clone(),
                presence: Presence::new(flat.required.contains(wire), nullable),
                ty: used.ty,
                docs: used.docs,
                origin: self.origin(subject[0]),
            });
        }
        for wire in flat.required.iter().filter(|wire| !flat.properties.contains_key(*wire)) {
            fields.push(Field {
                wire: wire.clone(),
                presence: Presence::Required,
                ty: Type::Any,
                docs: Docs { description: Some("Required, but not described.".to_owned()), ..Docs::default() },
                origin: self.defs[id.0].origin.clone(),
            });
        }
        let subject = flat.schemas.clone();
        let rest = self.other_members(&subject, flat, id, "value", diagnostics);
        Struct { fields, rest }
    }

    /// The type of the members whose names are left open; none where the description declares none.
    fn other_members(
        &mut self,
        subject: &[SchemaId],
        flat: &Flat,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Type> {
        let mut alternatives: Vec<Subject> = flat.patterns.iter().map(|id| vec![*id]).collect();
        let complete = match flat.additional {
            None | Some(Additional::Forbidden) if alternatives.is_empty() => return None,
            Some(Additional::Any) if alternatives.is_empty() => return Some(Type::Any),
            None | Some(Additional::Any) => false,
            Some(Additional::Forbidden) => true,
            Some(Additional::Schema(values)) => {
                alternatives.push(vec![values]);
                true
            }
        };
        Some(self.any_of(&alternatives, complete, subject, parent, hint, diagnostics))
    }

    pub(super) fn untyped(&self, schema: SchemaId, reason: &str, diagnostics: &mut Diagnostics) -> Type {
        diagnostics.push(
            Diagnostic::new(Code::Untyped, reason.to_owned())
                .at(Place::Value(self.origin(schema)), "the value is kept untyped"),
        );
        Type::Any
    }
}

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

pub(super) fn is_object(flat: &Flat) -> bool {
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

/// The types that the other keywords imply where `type` is missing.
fn implied(flat: &Flat) -> Vec<JsonType> {
    if is_object(flat) {
        vec![JsonType::Object]
    } else if !flat.items.is_empty() || !flat.prefix_items.is_empty() {
        vec![JsonType::Array]
    } else {
        Vec::new()
    }
}

/// A constant or an enum, where the values that a schema allows are listed.
fn listed(flat: &Flat) -> Option<Kind> {
    let values: Vec<Literal> = match (&flat.constant, &flat.values) {
        (Some(constant), _) => return Some(Kind::Constant(Literal(constant.clone()))),
        (None, Some(values)) => values.iter().cloned().map(Literal).collect(),
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
pub(super) fn single_text(flat: &Flat) -> Option<String> {
    let only = match (&flat.constant, &flat.values) {
        (Some(constant), _) => constant,
        (None, Some(values)) if values.len() == 1 => &values[0],
        _ => return None,
    };
    only.as_str().map(str::to_owned)
}

/// The strings that a schema allows, where it allows only strings and lists them.
pub(super) fn texts(flat: &Flat) -> Option<Vec<String>> {
    flat.values.as_ref()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// The name of one element of a list: `securityTemplates` holds a `securityTemplate`.
fn singular(plural: &str) -> String {
    let stem = |suffix: &str| plural.strip_suffix(suffix).filter(|stem| stem.len() > 1);
    if let Some(stem) = stem("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
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
