//! What a type is in JSON.

use crate::catalogue::{Catalogue, Constant, Enum, Fallback, Kind, Type};

/// Pairs of definitions inside each other that are compared. Deeper ones are compared when the walk reaches them.
pub(super) const MAX_DEPTH: usize = 64;

/// A type without what does not show in JSON.
#[derive(Clone, Copy)]
pub(super) enum Bare<'a> {
    Plain(&'a Type),
    Named(&'a str, &'a Kind),
}

impl Bare<'_> {
    /// Where it is in its catalogue: what it is known by.
    pub(super) fn address(self) -> usize {
        match self {
            Self::Plain(ty) => std::ptr::from_ref(ty).addr(),
            Self::Named(_, kind) => std::ptr::from_ref(kind).addr(),
        }
    }
}

pub(super) fn bare<'a>(catalogue: &'a Catalogue, mut ty: &'a Type) -> Bare<'a> {
    // A chain of newtypes ends: a type that is only itself is not emitted.
    for _ in 0..MAX_DEPTH {
        match ty {
            Type::Deep(inner) => ty = inner,
            Type::Ref(name) | Type::Boxed(name) => match catalogue.definition(name).map(|def| &def.is) {
                Some(Kind::Newtype(inner)) => ty = inner,
                Some(kind) => return Bare::Named(name, kind),
                None => return Bare::Plain(&Type::Any),
            },
            _ => return Bare::Plain(ty),
        }
    }
    Bare::Plain(ty)
}

/// The kinds of JSON, as bits.
pub(super) const NULL: u8 = 1;
pub(super) const BOOLEAN: u8 = 1 << 1;
pub(super) const NUMBER: u8 = 1 << 2;
pub(super) const STRING: u8 = 1 << 3;
pub(super) const ARRAY: u8 = 1 << 4;
pub(super) const OBJECT: u8 = 1 << 5;
pub(super) const ALL: u8 = NULL | BOOLEAN | NUMBER | STRING | ARRAY | OBJECT;

pub(super) fn kinds(catalogue: &Catalogue, ty: &Type, depth: usize) -> u8 {
    if depth > MAX_DEPTH {
        return ALL;
    }
    bare_kinds(catalogue, bare(catalogue, ty), depth)
}

pub(super) fn bare_kinds(catalogue: &Catalogue, ty: Bare<'_>, depth: usize) -> u8 {
    match ty {
        Bare::Plain(ty) => match ty {
            Type::Boolean | Type::Constant(Constant::Boolean(_)) => BOOLEAN,
            Type::Int32 | Type::Int64 | Type::Integer | Type::Number | Type::Constant(Constant::Integer(_)) => NUMBER,
            Type::String | Type::Format(_) | Type::Constant(Constant::Text(_)) => STRING,
            Type::Null => NULL,
            Type::List(_) | Type::Tuple(_) => ARRAY,
            Type::Map(_) => OBJECT,
            Type::Nullable(inner) => NULL | kinds(catalogue, inner, depth + 1),
            _ => ALL,
        },
        Bare::Named(_, kind) => match kind {
            Kind::Struct(_) => OBJECT,
            Kind::Enum(Enum { keeps: Fallback::String, .. }) => STRING,
            Kind::Enum(Enum { keeps: Fallback::Integer, .. }) => NUMBER,
            Kind::Constant(value) => json_kind(value.value.as_str()),
            Kind::Enum(_) | Kind::Union(_) | Kind::Newtype(_) => ALL,
        },
    }
}

pub(super) fn json_kind(text: &str) -> u8 {
    match text.as_bytes().first() {
        Some(b'n') => NULL,
        Some(b't' | b'f') => BOOLEAN,
        Some(b'"') => STRING,
        Some(b'[') => ARRAY,
        Some(b'{') => OBJECT,
        _ => NUMBER,
    }
}

pub(super) fn json(constant: &Constant) -> String {
    match constant {
        Constant::Boolean(value) => value.to_string(),
        Constant::Integer(value) => value.to_string(),
        Constant::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
    }
}

/// The only values of a type, as JSON; `None` if they are not listed.
pub(super) fn constants(ty: Bare<'_>) -> Option<Vec<String>> {
    match ty {
        Bare::Plain(Type::Constant(value)) => Some(vec![json(value)]),
        Bare::Named(_, Kind::Constant(value)) => Some(vec![value.value.as_str().to_owned()]),
        Bare::Named(_, Kind::Enum(listed)) => {
            Some(listed.values.iter().map(|value| value.value.as_str().to_owned()).collect())
        }
        _ => None,
    }
}

/// Whether two texts are the same JSON, numbers by their value.
pub(super) fn same_json(one: &str, other: &str) -> bool {
    one == other
        || match (serde_json::from_str::<serde_json::Value>(one), serde_json::from_str::<serde_json::Value>(other)) {
            (Ok(one), Ok(other)) => {
                one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
            }
            _ => false,
        }
}
