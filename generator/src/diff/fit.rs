//! Whether the types of one crate decode what the description of another one allows: one relation for every kind of change.
//!
//! Two simplifications are deliberate. A value whose type is only implied is taken to be of that type, as senders mean. And a
//! member that only the reader declares is taken to be absent, although undeclared members are allowed.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::bare::{ALL, Bare, MAX_DEPTH, NUMBER, STRING, bare, bare_kinds, constants, json, kinds, same_json};
use crate::catalogue::{Catalogue, Enum, Fallback, Field, Kind, Presence, Rest, Struct, Type, Union};

/// How the values of a type decode as another one, from the best to the worst.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// All decode, and are found where the typed code looks.
    Fits,
    /// All decode, but some are kept as unlisted values, or as undeclared members.
    Elsewhere(String),
    /// Some are refused.
    Refused(String),
}

impl Fit {
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// The worse of two; the first of equally bad ones.
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_refused() {
            return self;
        }
        let other = other();
        if self.rank() >= other.rank() { self } else { other }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Fits => 0,
            Self::Elsewhere(_) => 1,
            Self::Refused(_) => 2,
        }
    }

    /// The same, within something that keeps what it does not read.
    pub(super) fn softened(self) -> Self {
        match self {
            Self::Refused(reason) => Self::Elsewhere(reason),
            other => other,
        }
    }

    /// The first reason.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Fits => None,
            Self::Elsewhere(reason) | Self::Refused(reason) => Some(reason),
        }
    }
}

/// The types of one crate as readers of what another description allows.
pub(super) struct Relation<'a> {
    reader: &'a Catalogue,
    writer: &'a Catalogue,
    /// What is known of pairs of types, by their addresses. A pair that is being compared is taken to fit.
    known: RefCell<HashMap<(usize, usize), Fit>>,
    depth: Cell<usize>,
}

fn refused(what: &str) -> Fit {
    Fit::Refused(what.to_owned())
}

fn elsewhere(what: &str) -> Fit {
    Fit::Elsewhere(what.to_owned())
}

impl<'a> Relation<'a> {
    pub(super) fn new(reader: &'a Catalogue, writer: &'a Catalogue) -> Self {
        Self { reader, writer, known: RefCell::default(), depth: Cell::new(0) }
    }

    /// How all values of one definition decode as another one.
    pub(super) fn definitions(&self, reader: &'a str, writer: &'a str) -> Fit {
        let (Some(read), Some(written)) = (self.reader.definition(reader), self.writer.definition(writer)) else {
            return Fit::Fits;
        };
        match (&read.is, &written.is) {
            (Kind::Newtype(reader), Kind::Newtype(writer)) => self.types(reader, writer),
            (Kind::Newtype(ty), _) => self.type_of(ty, Bare::Named(writer, &written.is)),
            (_, Kind::Newtype(ty)) => self.bare(Bare::Named(reader, &read.is), bare(self.writer, ty)),
            _ => self.bare(Bare::Named(reader, &read.is), Bare::Named(writer, &written.is)),
        }
    }

    /// How all values of a member decode as another one.
    fn fields(&self, reader: &'a Field, writer: &'a Field) -> Fit {
        self.presence(reader, writer).and(|| self.values(reader, writer))
    }

    /// How absence and null of a member decode as another one.
    pub(super) fn presence(&self, reader: &'a Field, writer: &'a Field) -> Fit {
        let name = &writer.name;
        if reader.presence.is_required() && !writer.presence.is_required() {
            return Fit::Refused(format!("a delivery without `{name}` is refused"));
        }
        if writer.presence.is_nullable() && reader.presence == Presence::Required && self.null(&reader.ty).is_refused()
        {
            return Fit::Refused(format!("null is refused as `{name}`"));
        }
        Fit::Fits
    }

    /// How the values of a member decode as another one, absence and null aside.
    pub(super) fn values(&self, reader: &'a Field, writer: &'a Field) -> Fit {
        let ty = match (&writer.ty, reader.presence) {
            (Type::Nullable(inner), presence) if presence != Presence::Required => inner,
            (ty, _) => ty,
        };
        self.types(&reader.ty, ty)
    }

    /// How all values of a type decode as another one.
    pub(super) fn types(&self, reader: &'a Type, writer: &'a Type) -> Fit {
        self.type_of(reader, bare(self.writer, writer))
    }

    fn type_of(&self, reader: &'a Type, writer: Bare<'a>) -> Fit {
        self.bare(bare(self.reader, reader), writer)
    }

    /// How null decodes.
    fn null(&self, reader: &Type) -> Fit {
        self.bare_null(bare(self.reader, reader))
    }

    fn bare_null(&self, reader: Bare<'_>) -> Fit {
        match reader {
            Bare::Plain(Type::Nullable(_) | Type::Any | Type::Null) => Fit::Fits,
            Bare::Plain(Type::Implied(_)) => elsewhere("null is kept as other JSON"),
            Bare::Named(_, Kind::Union(union)) => {
                let reads = union.variants.iter().any(|variant| self.null(&variant.ty) == Fit::Fits);
                if reads && union.tag.is_none() { Fit::Fits } else { elsewhere("null is kept as JSON") }
            }
            Bare::Named(_, Kind::Enum(Enum { keeps: Fallback::Any, values, .. })) => {
                if values.iter().any(|value| value.value.as_str() == "null") {
                    Fit::Fits
                } else {
                    elsewhere("null is not listed")
                }
            }
            Bare::Named(_, Kind::Constant(value)) if value.value.as_str() == "null" => Fit::Fits,
            _ => refused("null is refused"),
        }
    }

    /// Each pair once: types contain themselves.
    fn bare(&self, reader: Bare<'a>, writer: Bare<'a>) -> Fit {
        let pair = (reader.address(), writer.address());
        if let Some(known) = self.known.borrow().get(&pair) {
            return known.clone();
        }
        let depth = self.depth.get();
        let are_named = matches!((reader, writer), (Bare::Named(..), Bare::Named(..)));
        if are_named && depth >= MAX_DEPTH {
            return Fit::Fits;
        }
        self.depth.set(depth + usize::from(are_named));
        self.known.borrow_mut().insert(pair, Fit::Fits);
        let fit = self.compared(reader, writer);
        self.known.borrow_mut().insert(pair, fit.clone());
        self.depth.set(depth);
        fit
    }

    fn compared(&self, reader: Bare<'a>, writer: Bare<'a>) -> Fit {
        // What the writer allows, one after the other.
        match writer {
            Bare::Plain(Type::Nullable(inner)) => {
                return self.bare_null(reader).and(|| self.bare(reader, bare(self.writer, inner)));
            }
            Bare::Plain(Type::Implied(inner)) => return self.bare(reader, bare(self.writer, inner)),
            Bare::Named(_, Kind::Union(union)) if !matches!(reader, Bare::Named(_, Kind::Union(_))) => {
                return self.each_variant(reader, union);
            }
            _ => {}
        }
        match reader {
            Bare::Plain(Type::Any) => Fit::Fits,
            Bare::Plain(Type::Nullable(inner)) => match writer {
                Bare::Plain(Type::Null) => Fit::Fits,
                writer => self.type_of(inner, writer),
            },
            Bare::Plain(Type::Implied(inner)) => {
                let written = self.kinds_of(writer);
                let own = kinds(self.reader, inner, 0);
                if written & own == 0 {
                    elsewhere("values are kept as other JSON")
                } else {
                    let fit = self.type_of(inner, writer);
                    if written & !own == 0 { fit } else { fit.softened() }
                }
            }
            Bare::Named(name, kind) => self.definition(name, kind, writer),
            Bare::Plain(reader) => self.plain(reader, writer),
        }
    }

    fn kinds_of(&self, writer: Bare<'_>) -> u8 {
        bare_kinds(self.writer, writer, 0)
    }

    fn each_variant(&self, reader: Bare<'a>, union: &'a Union) -> Fit {
        union
            .variants
            .iter()
            .fold(Fit::Fits, |fit, variant| fit.and(|| self.bare(reader, bare(self.writer, &variant.ty))))
    }

    /// A definition as reader.
    fn definition(&self, name: &'a str, kind: &'a Kind, writer: Bare<'a>) -> Fit {
        match kind {
            Kind::Struct(object) => match writer {
                Bare::Named(_, Kind::Struct(written)) => self.structs(object, written),
                Bare::Plain(Type::Map(values)) => self.map_as_struct(object, values),
                _ => refused("the value is not an object"),
            },
            Kind::Enum(listed) => self.listed(listed, writer),
            Kind::Constant(value) => match constants(writer) {
                Some(values) if values.iter().all(|other| same_json(other, value.value.as_str())) => Fit::Fits,
                _ => Fit::Refused(format!("only {} is accepted", value.value.as_str())),
            },
            Kind::Union(union) => self.union((name, kind), union, writer),
            Kind::Newtype(ty) => self.type_of(ty, writer),
        }
    }

    fn structs(&self, reader: &'a Struct, writer: &'a Struct) -> Fit {
        let mut fit = Fit::Fits;
        for field in &reader.fields {
            fit = fit.and(|| match writer.fields.iter().find(|written| written.name == field.name) {
                Some(written) => self.fields(field, written),
                None if field.presence.is_required() => {
                    Fit::Refused(format!("a delivery without `{}` is refused", field.name))
                }
                None => Fit::Fits,
            });
        }
        let own = |name: &str| reader.fields.iter().any(|field| field.name == name);
        for written in writer.fields.iter().filter(|written| !own(&written.name)) {
            fit = fit.and(|| match &reader.rest.ty {
                Some(ty) => self.types(ty, &written.ty),
                None => Fit::Elsewhere(format!("`{}` is kept in `{}`", written.name, reader.rest.rust)),
            });
        }
        fit.and(|| self.rests(&reader.rest, &writer.rest))
    }

    /// How undeclared members decode.
    pub(super) fn rests(&self, reader: &'a Rest, writer: &'a Rest) -> Fit {
        match (&reader.ty, &writer.ty) {
            (None, _) => Fit::Fits,
            (Some(reader), Some(writer)) => self.types(reader, writer),
            (Some(reader), None) => match self.types(reader, &Type::Any) {
                Fit::Fits => Fit::Fits,
                _ => refused("an undeclared member of another type is refused"),
            },
        }
    }

    fn map_as_struct(&self, reader: &'a Struct, values: &'a Type) -> Fit {
        let needed = reader.fields.iter().find(|field| field.presence.is_required());
        if let Some(needed) = needed {
            return Fit::Refused(format!("a delivery without `{}` is refused", needed.name));
        }
        let fields = reader.fields.iter().map(|field| &field.ty).chain(&reader.rest.ty);
        fields.fold(Fit::Fits, |fit, ty| fit.and(|| self.types(ty, values)))
    }

    fn listed(&self, reader: &'a Enum, writer: Bare<'a>) -> Fit {
        let written = self.kinds_of(writer);
        let allowed = match reader.keeps {
            Fallback::String => STRING,
            Fallback::Integer => NUMBER,
            Fallback::Any => ALL,
        };
        if written & !allowed != 0 {
            return refused("a value of another type is refused");
        }
        if reader.keeps == Fallback::Integer && matches!(writer, Bare::Plain(Type::Number)) {
            return refused("a number with a fraction is refused");
        }
        let is_listed = |value: &String| reader.values.iter().any(|own| same_json(own.value.as_str(), value));
        match constants(writer) {
            Some(values) => match values.iter().find(|value| !is_listed(value)) {
                None => Fit::Fits,
                Some(value) => Fit::Elsewhere(format!("{value} is kept in `{}`", reader.unknown)),
            },
            None => Fit::Elsewhere(format!("values that are not listed are kept in `{}`", reader.unknown)),
        }
    }

    fn union(&self, (name, kind): (&'a str, &'a Kind), reader: &'a Union, writer: Bare<'a>) -> Fit {
        if let Bare::Named(_, Kind::Union(written)) = writer {
            return written.variants.iter().fold(Fit::Fits, |fit, variant| {
                fit.and(|| {
                    let inner = bare(self.writer, &variant.ty);
                    let is_same = |tag: &str| written.tag.as_ref().is_some_and(|select| select.member == tag);
                    match &reader.tag {
                        Some(select) if is_same(&select.member) => self.tagged(reader, &variant.tags, inner),
                        _ => self.bare(Bare::Named(name, kind), inner),
                    }
                })
            });
        }
        if let Bare::Plain(Type::Any) = writer {
            let fit = elsewhere("values of other types are kept as JSON");
            return if reader.tag.is_some() { refused("a value with a known tag may be refused") } else { fit };
        }
        let Some(select) = &reader.tag else {
            let reads = reader.variants.iter().any(|variant| self.type_of(&variant.ty, writer) == Fit::Fits);
            let partly = || reader.variants.iter().any(|variant| !self.type_of(&variant.ty, writer).is_refused());
            return if reads {
                Fit::Fits
            } else if partly() {
                elsewhere("a part of the value is kept as it is")
            } else {
                Fit::Elsewhere(format!("the value is kept in `{}`", reader.unknown))
            };
        };
        let Bare::Named(_, Kind::Struct(object)) = writer else {
            return Fit::Elsewhere(format!("the value is kept in `{}`", reader.unknown));
        };
        let tag = object.fields.iter().find(|field| field.name == select.member);
        match tag.map(|field| constants(bare(self.writer, &field.ty))) {
            Some(Some(values)) => {
                let tags: Vec<String> = values.iter().filter_map(|value| serde_json::from_str(value).ok()).collect();
                self.tagged(reader, &tags, writer)
            }
            // Any tag is possible; those are meant that select what fits.
            Some(None) => {
                let fits = reader.variants.iter().map(|variant| self.type_of(&variant.ty, writer));
                fits.min_by_key(Fit::rank).unwrap_or(Fit::Fits)
            }
            None => self.default(reader, writer),
        }
    }

    fn tagged(&self, reader: &'a Union, tags: &[String], writer: Bare<'a>) -> Fit {
        tags.iter().fold(Fit::Fits, |fit, tag| {
            fit.and(|| match reader.variants.iter().find(|variant| variant.tags.contains(tag)) {
                Some(variant) => self.type_of(&variant.ty, writer),
                None => self.default(reader, writer),
            })
        })
    }

    /// A value that no tag selects.
    fn default(&self, reader: &'a Union, writer: Bare<'a>) -> Fit {
        let default = reader.tag.as_ref().and_then(|select| select.default.as_ref());
        match reader.variants.iter().find(|variant| Some(&variant.rust) == default) {
            Some(variant) => self.type_of(&variant.ty, writer).softened(),
            None => Fit::Elsewhere(format!("the value is kept in `{}`", reader.unknown)),
        }
    }

    fn plain(&self, reader: &'a Type, writer: Bare<'a>) -> Fit {
        let values = constants(writer);
        match (reader, writer) {
            (Type::Constant(expected), _) => match values {
                Some(values) if values.iter().all(|value| same_json(value, &json(expected))) => Fit::Fits,
                _ => Fit::Refused(format!("only {} is accepted", json(expected))),
            },
            (Type::List(read), Bare::Plain(Type::List(written)))
            | (Type::Map(read), Bare::Plain(Type::Map(written))) => self.types(read, written),
            (Type::List(read), Bare::Plain(Type::Tuple(written))) => {
                written.iter().fold(Fit::Fits, |fit, ty| fit.and(|| self.types(read, ty)))
            }
            (Type::Tuple(read), Bare::Plain(Type::Tuple(written))) if read.len() == written.len() => {
                read.iter().zip(written).fold(Fit::Fits, |fit, (read, written)| fit.and(|| self.types(read, written)))
            }
            (Type::Tuple(read), _) => Fit::Refused(format!("an array of any length but {} is refused", read.len())),
            (Type::Map(read), Bare::Named(_, Kind::Struct(object))) => {
                let fields = object.fields.iter().fold(Fit::Fits, |fit, field| {
                    let null = || if field.presence.is_nullable() { self.null(read) } else { Fit::Fits };
                    fit.and(|| self.types(read, &field.ty)).and(null)
                });
                let other =
                    object.rest.ty.as_ref().map_or_else(|| self.types(read, &Type::Any), |ty| self.types(read, ty));
                fields.and(|| other)
            }
            (Type::Int32 | Type::Int64 | Type::Integer, _) if values.is_some() => {
                let values = values.unwrap_or_default();
                let fits = |value: &String| match reader {
                    Type::Int32 => value.parse::<i32>().is_ok(),
                    Type::Int64 => value.parse::<i64>().is_ok(),
                    _ => value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'),
                };
                if values.iter().all(fits) { Fit::Fits } else { refused("a value of another type is refused") }
            }
            (Type::Int32, Bare::Plain(Type::Int32)) | (Type::Int64, Bare::Plain(Type::Int32 | Type::Int64)) => {
                Fit::Fits
            }
            (Type::Int32 | Type::Int64, Bare::Plain(Type::Int64 | Type::Integer)) => {
                refused("a larger integer is refused")
            }
            (Type::Int32 | Type::Int64, Bare::Named(_, Kind::Enum(_))) => refused("a larger integer is refused"),
            (Type::Integer | Type::Int32 | Type::Int64, Bare::Plain(Type::Number)) => {
                refused("a number with a fraction is refused")
            }
            (Type::List(_) | Type::Map(_), _) => refused("a value of another type is refused"),
            _ => match self.kinds_of(writer) & !kinds(self.reader, reader, 0) {
                0 => Fit::Fits,
                _ => refused("a value of another type is refused"),
            },
        }
    }
}
