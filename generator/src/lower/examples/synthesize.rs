//! Payloads made from types, if the examples of the description do not decode.

use super::{MAX_VALUES, build};
use crate::document::{Node, Object, Origin};
use crate::ir::{Api, Constant, Kind, Presence, Struct, Type, TypeId};

/// How deep a value is. Receivers read 128 levels.
const MAX_DEPTH: usize = 100;

/// The smallest value of a type. If there is no finite one, or only a huge one, the result does not decode.
pub(super) fn smallest(api: &Api, ty: &Type, origin: &Origin) -> Node {
    Synthesizer { api, origin, nesting: Vec::new(), depth: 0, values: 0 }.value(ty)
}

struct Synthesizer<'a> {
    api: &'a Api,
    origin: &'a Origin,
    /// The definitions around the present value.
    nesting: Vec<TypeId>,
    depth: usize,
    values: usize,
}

impl Synthesizer<'_> {
    fn value(&mut self, ty: &Type) -> Node {
        if self.depth >= MAX_DEPTH {
            return build::null(self.origin);
        }
        self.depth += 1;
        let value = self.made(ty);
        self.depth -= 1;
        value
    }

    fn made(&mut self, ty: &Type) -> Node {
        let origin = self.origin;
        self.values += 1;
        match ty {
            Type::Bool => build::bool(true, origin),
            Type::I32 | Type::I64 | Type::Integer | Type::Number => build::zero(origin),
            Type::String | Type::Text(_) => build::text("text", origin),
            Type::Constant(Constant::Text(text)) => build::text(text, origin),
            Type::Constant(Constant::Bool(value)) => build::bool(*value, origin),
            Type::Constant(Constant::Integer(value)) => build::number(&value.to_string(), origin),
            Type::Null | Type::Any | Type::Nullable(_) => build::null(origin),
            Type::List(_) => build::array(Vec::new(), origin),
            Type::Map(_) => build::empty(origin),
            Type::Deep(inner) | Type::Implied(inner) => self.value(inner),
            Type::Tuple(elements) => build::array(elements.iter().map(|element| self.value(element)).collect(), origin),
            Type::Named(id) | Type::Boxed(id) if self.nesting.contains(id) || self.values > MAX_VALUES => {
                build::empty(origin)
            }
            Type::Named(id) | Type::Boxed(id) => {
                self.nesting.push(*id);
                let value = self.definition(*id);
                self.nesting.pop();
                value
            }
        }
    }

    fn definition(&mut self, id: TypeId) -> Node {
        match &self.api.def(id).kind {
            Kind::Struct(object) => self.members(object),
            Kind::Constant(value) => value.value.clone(),
            Kind::Newtype(inner) => self.value(inner),
            Kind::Enum(listed) => {
                listed.values.first().map_or_else(|| build::empty(self.origin), |value| value.value.clone())
            }
            Kind::Union(_) => build::empty(self.origin),
        }
    }

    fn members(&mut self, object: &Struct) -> Node {
        let mut members = Object::new();
        for field in &object.fields {
            let value = match field.presence {
                Presence::Required => self.value(&field.ty),
                Presence::Nullable => build::null(self.origin),
                Presence::Optional | Presence::OptionalWithNull | Presence::OptionalNullable => continue,
            };
            members.insert(field.wire.as_str().into(), value);
        }
        build::object(members, self.origin)
    }
}
