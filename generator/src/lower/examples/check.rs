//! Whether a value decodes.

use std::collections::{HashMap, HashSet};

use super::build;
use crate::document::{Node, Object, Origin, Value, same};
use crate::ir::{Api, Fallback, Field, Kind, Presence, Select, Struct, Type, TypeId, Union, Variant, whole};

/// How many values one check may compare with types: alternatives inside alternatives double them at each level, also for
/// the emitted decoder.
const MAX_STEPS: usize = 200_000;

/// How many types and definitions may lie around a value. A published example is a document of at most 128 levels, and each
/// level may pass a few alternatives.
const MAX_NESTING: usize = 512;

/// The [rank](Reading::rank) of an alternative that loses nothing.
const FITS: u8 = 2;

/// How many alternatives the emitted decoder tries after one that reads a null as absence.
const MORE: usize = 8;

/// A value that decodes.
pub(super) struct Decoded {
    /// The value after it is encoded again.
    pub value: Node,
    /// The members that the types do not declare.
    pub undeclared: Vec<Origin>,
}

/// Where and why a value does not decode.
pub(super) struct Mismatch {
    pub origin: Origin,
    pub expected: String,
}

impl Mismatch {
    fn new(node: &Node, expected: impl Into<String>) -> Self {
        Self { origin: node.origin().clone(), expected: expected.into() }
    }
}

/// Decodes a value as the emitted code would. Returns also how many values were compared with types.
pub(super) fn decode(api: &Api, ty: &Type, node: &Node) -> (Result<Decoded, Mismatch>, usize) {
    let mut checker = Checker { api, steps: 0, nesting: 0, undeclared: Vec::new(), members: HashMap::new() };
    let reading = checker.value(ty, node);
    let undeclared = checker.undeclared;
    (reading.map(|Reading { value, .. }| Decoded { value, undeclared }), checker.steps)
}

/// A value as one type reads it.
struct Reading {
    /// The value after it is encoded again.
    value: Node,
    /// Whether a null in it is read as absence.
    loses_null: bool,
    /// Whether that is one of its own members.
    is_nulled: bool,
    /// Whether its type keeps any value, and does not list this one.
    is_unlisted: bool,
}

impl Reading {
    fn listed(node: &Node) -> Self {
        Self { value: node.clone(), loses_null: false, is_nulled: false, is_unlisted: false }
    }

    fn unlisted(node: &Node) -> Self {
        Self { is_unlisted: true, ..Self::listed(node) }
    }

    /// How well an alternative reads a value; `None` if it does not.
    fn rank(&self) -> Option<u8> {
        match self {
            Self { is_nulled: true, .. } => None,
            Self { is_unlisted: true, .. } => Some(0),
            Self { loses_null: true, .. } => Some(1),
            _ => Some(FITS),
        }
    }
}

struct Checker<'a> {
    api: &'a Api,
    steps: usize,
    nesting: usize,
    undeclared: Vec<Origin>,
    members: HashMap<TypeId, Members<'a>>,
}

impl<'a> Checker<'a> {
    fn value(&mut self, ty: &Type, node: &Node) -> Result<Reading, Mismatch> {
        if self.nesting >= MAX_NESTING {
            return Err(Mismatch::new(node, "a value inside fewer types"));
        }
        self.steps += 1;
        self.nesting += 1;
        let reading = self.read(ty, node);
        self.nesting -= 1;
        reading
    }

    fn read(&mut self, ty: &Type, node: &Node) -> Result<Reading, Mismatch> {
        match (ty, node.value()) {
            (Type::Named(id) | Type::Boxed(id), _) => self.definition(*id, node),
            (Type::Nullable(_), Value::Null) => Ok(Reading::listed(node)),
            (Type::Nullable(inner) | Type::Deep(inner), _) => self.value(inner, node),
            (Type::Implied(inner), value) => {
                let is_array = matches!(**inner, Type::List(_) | Type::Tuple(_));
                let is_implied =
                    if is_array { matches!(value, Value::Array(_)) } else { matches!(value, Value::Object(_)) };
                if is_implied { self.value(inner, node) } else { Ok(Reading::unlisted(node)) }
            }
            (Type::List(inner), Value::Array(elements)) => {
                self.array(node, elements.iter().map(|element| (&**inner, element)))
            }
            (Type::Tuple(types), Value::Array(elements)) if types.len() == elements.len() => {
                self.array(node, types.iter().zip(elements))
            }
            (Type::Map(inner), Value::Object(members)) => {
                let (mut decoded, mut loses_null) = (Object::new(), false);
                for (name, member) in &**members {
                    let reading = self.value(inner, member)?;
                    loses_null |= reading.loses_null;
                    decoded.insert(name.clone(), reading.value);
                }
                Ok(Reading { loses_null, ..Reading::listed(&build::object(decoded, node.origin())) })
            }
            (Type::Constant(constant), value) if constant.is(value) => Ok(Reading::listed(node)),
            (Type::Constant(constant), _) => Err(Mismatch::new(node, format!("`{}`", constant.json()))),
            (scalar, value) if accepts(scalar, value) => Ok(Reading::listed(node)),
            _ => Err(Mismatch::new(node, expected(ty))),
        }
    }

    fn array<'v>(
        &mut self,
        node: &Node,
        elements: impl Iterator<Item = (&'v Type, &'v Node)>,
    ) -> Result<Reading, Mismatch> {
        let (mut decoded, mut loses_null) = (Vec::new(), false);
        for (ty, element) in elements {
            let reading = self.value(ty, element)?;
            loses_null |= reading.loses_null;
            decoded.push(reading.value);
        }
        Ok(Reading { loses_null, ..Reading::listed(&build::array(decoded, node.origin())) })
    }

    fn definition(&mut self, id: TypeId, node: &Node) -> Result<Reading, Mismatch> {
        let api = self.api;
        match &api.def(id).kind {
            Kind::Struct(object) => self.members(object, node),
            Kind::Union(union) => self.union(id, union, node),
            Kind::Newtype(inner) => self.value(inner, node),
            Kind::Enum(listed) => {
                let reading = match listed.fallback {
                    Fallback::Text => self.value(&Type::String, node),
                    Fallback::Integer => self.value(&Type::Integer, node),
                    Fallback::Json => Ok(Reading::listed(node)),
                };
                let is_listed = listed.values.iter().any(|value| same(&value.value, node));
                reading.map(|reading| Reading { is_unlisted: !is_listed, ..reading })
            }
            Kind::Constant(value) if same(&value.value, node) => Ok(Reading::listed(node)),
            Kind::Constant(value) => Err(Mismatch::new(node, format!("`{}`", value.json()))),
        }
    }

    fn members(&mut self, ty: &Struct, node: &Node) -> Result<Reading, Mismatch> {
        let Some(given) = node.as_object() else { return Err(Mismatch::new(node, "an object")) };
        let (mut decoded, mut loses_null, mut is_nulled) = (Object::new(), false, false);
        for (name, member) in given {
            let field = ty.fields.iter().find(|field| field.wire == **name);
            let member = match (field, &ty.rest) {
                // A null that the description does not allow is read as absence, and not written again.
                (Some(field), _) if reads_as_absent(field, member) => {
                    is_nulled = true;
                    continue;
                }
                (Some(field), _) if is_nullable(field) && matches!(member.value(), Value::Null) => member.clone(),
                (Some(Field { ty, .. }), _) | (None, Some(ty)) => {
                    let reading = self.value(ty, member)?;
                    loses_null |= reading.loses_null;
                    reading.value
                }
                (None, None) => {
                    self.undeclared.push(member.origin().clone());
                    member.clone()
                }
            };
            decoded.insert(name.clone(), member);
        }
        let is_required = |field: &&Field| matches!(field.presence, Presence::Required | Presence::Nullable);
        let mut required = ty.fields.iter().filter(is_required);
        match required.find(|field| !given.contains_key(field.wire.as_str())) {
            Some(missing) => Err(Mismatch::new(node, format!("the member `{}`", missing.wire))),
            None => {
                let value = build::object(decoded, node.origin());
                Ok(Reading { loses_null: loses_null || is_nulled, is_nulled, ..Reading::listed(&value) })
            }
        }
    }

    /// Decodes the alternative that a tag selects, even if that fails; else the best of the others. A value of no
    /// alternative is kept unchanged.
    fn union(&mut self, id: TypeId, union: &'a Union, node: &Node) -> Result<Reading, Mismatch> {
        let Select::Tag { member, default } = &union.select else {
            let candidates = self.candidates(id, union, node);
            return self.best(&candidates, node);
        };
        let tag = node.get(member).and_then(tag).unwrap_or_default();
        if let Some(selected) = union.variants.iter().find(|variant| variant.tags.iter().any(|known| known == tag)) {
            return self.value(&selected.ty, node);
        }
        let default = default.and_then(|index| union.variants.get(index));
        self.best(&default.into_iter().collect::<Vec<_>>(), node)
    }

    /// The first that fits, else the first that reads a null as absence, else the first that keeps any value.
    fn best(&mut self, variants: &[&Variant], node: &Node) -> Result<Reading, Mismatch> {
        let mut best: Option<(u8, Reading, Vec<Origin>)> = None;
        let mut more = MORE;
        for variant in variants {
            if self.steps > MAX_STEPS {
                return Err(Mismatch::new(node, "a type with fewer alternatives to try"));
            }
            let undeclared = std::mem::take(&mut self.undeclared);
            let reading = self.value(&variant.ty, node);
            let undeclared = std::mem::replace(&mut self.undeclared, undeclared);
            if let Ok(reading) = reading
                && let Some(rank) = reading.rank()
                && best.as_ref().is_none_or(|(best, ..)| rank > *best)
            {
                best = Some((rank, reading, undeclared));
            }
            match best {
                Some((FITS, ..)) => break,
                Some((1, ..)) if more == 0 => break,
                Some((1, ..)) => more -= 1,
                _ => {}
            }
        }
        let Some((_, reading, undeclared)) = best else { return Ok(Reading::unlisted(node)) };
        self.undeclared.extend(undeclared);
        Ok(reading)
    }

    /// The alternatives that a value may be. A struct may be one if it declares each member of the value that any of the
    /// structs declares.
    fn candidates(&mut self, id: TypeId, union: &'a Union, node: &Node) -> Vec<&'a Variant> {
        let Self { api, steps, members, .. } = self;
        let members = members.entry(id).or_insert_with(|| {
            let members = Members::of(api, union);
            *steps += members.structs.iter().flatten().map(HashSet::len).sum::<usize>();
            members
        });
        *steps += union.variants.len();
        let given = node.as_object().into_iter().flat_map(Object::keys);
        let known: Vec<&str> = given.map(|name| &**name).filter(|name| members.all.contains(name)).collect();
        let variants = union.variants.iter().zip(&members.structs);
        let is_candidate = |own: &HashSet<&str>| known.iter().all(|name| own.contains(name));
        variants.filter(|(_, own)| own.as_ref().is_none_or(is_candidate)).map(|(variant, _)| variant).collect()
    }
}

/// The members that the alternatives of a union declare.
struct Members<'a> {
    /// Those of each alternative that is a struct.
    structs: Vec<Option<HashSet<&'a str>>>,
    all: HashSet<&'a str>,
}

impl<'a> Members<'a> {
    fn of(api: &'a Api, union: &'a Union) -> Self {
        let names = |object: &'a Struct| object.fields.iter().map(|field| field.wire.as_str()).collect();
        let variants = union.variants.iter();
        let structs: Vec<Option<HashSet<&str>>> =
            variants.map(|variant| object_of(api, &variant.ty).map(names)).collect();
        Self { all: structs.iter().flatten().flatten().copied().collect(), structs }
    }
}

/// The struct that objects of a type are.
fn object_of<'a>(api: &'a Api, ty: &'a Type) -> Option<&'a Struct> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => match &api.def(*id).kind {
            Kind::Struct(object) => Some(object),
            _ => None,
        },
        Type::Nullable(inner) | Type::Deep(inner) => object_of(api, inner),
        _ => None,
    }
}

/// The text of a tag: a string's value, or a number or boolean as written.
fn tag(node: &Node) -> Option<&str> {
    match node.value() {
        Value::String(text) => Some(text),
        Value::Number(digits) => Some(digits),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a type without other types inside it accepts a value.
fn accepts(ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (Type::Any, _)
        | (Type::Null, Value::Null)
        | (Type::Bool, Value::Bool(_))
        | (Type::String | Type::Text(_), Value::String(_)) => true,
        (Type::Number, Value::Number(digits)) => digits.parse::<f64>().is_ok_and(f64::is_finite),
        (Type::Integer, Value::Number(digits)) => {
            digits.parse::<f64>().is_ok_and(|number| number.is_finite() && number.fract() == 0.0)
        }
        (Type::I32, Value::Number(digits)) => whole(digits).is_some_and(|value| i32::try_from(value).is_ok()),
        (Type::I64, Value::Number(digits)) => whole(digits).is_some(),
        _ => false,
    }
}

fn expected(ty: &Type) -> &'static str {
    match ty {
        Type::Null => "`null`",
        Type::Bool => "`true` or `false`",
        Type::String | Type::Text(_) => "a string",
        Type::Number => "a number",
        Type::I32 | Type::I64 | Type::Integer => "an integer",
        Type::List(_) | Type::Tuple(_) => "an array",
        Type::Map(_) => "an object",
        Type::Any
        | Type::Constant(_)
        | Type::Nullable(_)
        | Type::Implied(_)
        | Type::Deep(_)
        | Type::Named(_)
        | Type::Boxed(_) => "another value",
    }
}

fn is_nullable(field: &Field) -> bool {
    matches!(field.presence, Presence::Nullable | Presence::OptionalNullable)
}

fn reads_as_absent(field: &Field, member: &Node) -> bool {
    field.presence == Presence::Optional && matches!(member.value(), Value::Null)
}
