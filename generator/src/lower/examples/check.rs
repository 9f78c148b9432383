//! Whether a value decodes.

use super::build;
use crate::document::{Node, Object, Origin, Value, same};
use crate::ir::{Api, Fallback, Field, Kind, Presence, Select, Struct, Type, TypeId, Union, Variant, whole};

/// How many values one check may compare with types: alternatives inside alternatives double them at each level, also for
/// the emitted decoder.
const MAX_STEPS: usize = 200_000;

/// How many types and definitions may lie around a value. A published example is a document of at most 128 levels, and each
/// level may pass a few alternatives.
const MAX_NESTING: usize = 512;

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
    let mut checker = Checker { api, steps: 0, nesting: 0, undeclared: Vec::new() };
    let value = checker.value(ty, node);
    let undeclared = checker.undeclared;
    (value.map(|value| Decoded { value, undeclared }), checker.steps)
}

struct Checker<'a> {
    api: &'a Api,
    steps: usize,
    nesting: usize,
    undeclared: Vec<Origin>,
}

impl Checker<'_> {
    fn value(&mut self, ty: &Type, node: &Node) -> Result<Node, Mismatch> {
        if self.nesting >= MAX_NESTING {
            return Err(Mismatch::new(node, "a value inside fewer types"));
        }
        self.steps += 1;
        self.nesting += 1;
        let decoded = self.decoded(ty, node);
        self.nesting -= 1;
        decoded
    }

    fn decoded(&mut self, ty: &Type, node: &Node) -> Result<Node, Mismatch> {
        match (ty, node.value()) {
            (Type::Named(id) | Type::Boxed(id), _) => self.definition(*id, node),
            (Type::Nullable(_), Value::Null) => Ok(node.clone()),
            (Type::Nullable(inner) | Type::Deep(inner), _) => self.value(inner, node),
            (Type::Implied(inner), value) => {
                let is_array = matches!(**inner, Type::List(_) | Type::Tuple(_));
                let is_implied =
                    if is_array { matches!(value, Value::Array(_)) } else { matches!(value, Value::Object(_)) };
                if is_implied { self.value(inner, node) } else { Ok(node.clone()) }
            }
            (Type::List(inner), Value::Array(elements)) => {
                self.array(node, elements.iter().map(|element| (&**inner, element)))
            }
            (Type::Tuple(types), Value::Array(elements)) if types.len() == elements.len() => {
                self.array(node, types.iter().zip(elements))
            }
            (Type::Map(inner), Value::Object(members)) => {
                let mut decoded = Object::new();
                for (name, member) in &**members {
                    decoded.insert(name.clone(), self.value(inner, member)?);
                }
                Ok(build::object(decoded, node.origin()))
            }
            (Type::Constant(constant), value) if constant.is(value) => Ok(node.clone()),
            (Type::Constant(constant), _) => Err(Mismatch::new(node, format!("`{}`", constant.json()))),
            (scalar, value) if accepts(scalar, value) => Ok(node.clone()),
            _ => Err(Mismatch::new(node, expected(ty))),
        }
    }

    fn array<'v>(
        &mut self,
        node: &Node,
        elements: impl Iterator<Item = (&'v Type, &'v Node)>,
    ) -> Result<Node, Mismatch> {
        let elements = elements.map(|(ty, element)| self.value(ty, element)).collect::<Result<_, _>>()?;
        Ok(build::array(elements, node.origin()))
    }

    fn definition(&mut self, id: TypeId, node: &Node) -> Result<Node, Mismatch> {
        let api = self.api;
        match &api.def(id).kind {
            Kind::Struct(object) => self.members(object, node),
            Kind::Union(union) => self.union(union, node),
            Kind::Newtype(inner) => self.value(inner, node),
            Kind::Enum(listed) => match listed.fallback {
                Fallback::Text => self.value(&Type::String, node),
                Fallback::Integer => self.value(&Type::Integer, node),
                Fallback::Json => Ok(node.clone()),
            },
            Kind::Constant(value) if same(&value.value, node) => Ok(node.clone()),
            Kind::Constant(value) => Err(Mismatch::new(node, format!("`{}`", value.json()))),
        }
    }

    fn members(&mut self, ty: &Struct, node: &Node) -> Result<Node, Mismatch> {
        let Some(given) = node.as_object() else { return Err(Mismatch::new(node, "an object")) };
        let mut decoded = Object::new();
        for (name, member) in given {
            let field = ty.fields.iter().find(|field| field.wire == **name);
            let member = match (field, &ty.rest) {
                // A null that the description does not allow is read as absence, and not written again.
                (Some(field), _) if reads_as_absent(field, member) => continue,
                (Some(field), _) if is_nullable(field) && matches!(member.value(), Value::Null) => member.clone(),
                (Some(Field { ty, .. }), _) | (None, Some(ty)) => self.value(ty, member)?,
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
            None => Ok(build::object(decoded, node.origin())),
        }
    }

    /// Decodes the alternative with the fewest undeclared members. A value of no alternative is kept unchanged.
    fn union(&mut self, union: &Union, node: &Node) -> Result<Node, Mismatch> {
        let mut best: Option<Decoded> = None;
        for variant in alternatives(union, node) {
            if self.steps > MAX_STEPS {
                return Err(Mismatch::new(node, "a type with fewer alternatives to try"));
            }
            let undeclared = std::mem::take(&mut self.undeclared);
            let decoded = self.value(&variant.ty, node);
            let undeclared = std::mem::replace(&mut self.undeclared, undeclared);
            match decoded {
                Ok(value) if best.as_ref().is_none_or(|best| undeclared.len() < best.undeclared.len()) => {
                    best = Some(Decoded { value, undeclared });
                }
                // A tag selects its alternative, even if that does not decode.
                Err(mismatch) if matches!(union.select, Select::Tag { .. }) => return Err(mismatch),
                _ => {}
            }
        }
        let Some(Decoded { value, undeclared }) = best else { return Ok(node.clone()) };
        self.undeclared.extend(undeclared);
        Ok(value)
    }
}

/// The alternatives that a value may be.
fn alternatives<'u>(union: &'u Union, node: &Node) -> &'u [Variant] {
    let Select::Tag { member, default } = &union.select else { return &union.variants };
    let tag = node.get(member).and_then(Node::as_str).unwrap_or_default();
    let selected = union.variants.iter().find(|variant| variant.tags.iter().any(|known| known == tag));
    let default = || default.and_then(|index| union.variants.get(index));
    selected.or_else(default).map(std::slice::from_ref).unwrap_or_default()
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
