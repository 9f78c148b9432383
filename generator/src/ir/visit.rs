//! Walks over types. Whatever looks into a [`Type`] does it through these.

use std::collections::HashSet;
use std::slice;

use super::{Api, Kind, Type, TypeId};

impl Type {
    /// The types right inside this one.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::Implied(inner) | Self::Deep(inner) => {
                slice::from_ref(inner)
            }
            Self::Tuple(elements) => elements,
            Self::Bool
            | Self::I32
            | Self::I64
            | Self::Integer
            | Self::Number
            | Self::String
            | Self::Text(_)
            | Self::Constant(_)
            | Self::Null
            | Self::Any
            | Self::Named(_)
            | Self::Boxed(_) => &[],
        }
    }

    /// The types right inside this one.
    pub fn children_mut(&mut self) -> &mut [Self] {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::Implied(inner) | Self::Deep(inner) => {
                slice::from_mut(inner)
            }
            Self::Tuple(elements) => elements,
            Self::Bool
            | Self::I32
            | Self::I64
            | Self::Integer
            | Self::Number
            | Self::String
            | Self::Text(_)
            | Self::Constant(_)
            | Self::Null
            | Self::Any
            | Self::Named(_)
            | Self::Boxed(_) => &mut [],
        }
    }

    /// This type and all types inside it, outer before inner.
    pub fn walk(&self) -> Walk<'_> {
        Walk { level: slice::from_ref(self).iter(), outer: Vec::new(), within: Self::children }
    }

    /// Like [`walk`](Self::walk), without what lies behind a pointer: elements, values of maps, deep types.
    pub fn walk_by_value(&self) -> Walk<'_> {
        Walk { within: |ty| if ty.is_pointer() { &[] } else { ty.children() }, ..self.walk() }
    }

    /// Calls `visit` with this type and all types inside it, outer before inner.
    pub fn visit_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        self.children_mut().iter_mut().for_each(|inner| inner.visit_mut(visit));
    }

    /// Like [`visit_mut`](Self::visit_mut), without what lies behind a pointer: elements, values of maps, deep types.
    pub fn visit_by_value_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        if !self.is_pointer() {
            self.children_mut().iter_mut().for_each(|inner| inner.visit_by_value_mut(visit));
        }
    }

    /// The definition that this type is, with or without a box.
    pub fn definition(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) | Self::Boxed(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether null is a value of this type, however it is used.
    pub fn has_null(&self) -> bool {
        matches!(self, Self::Null | Self::Any | Self::Implied(_))
    }

    /// The definitions that this type names, at any depth.
    pub fn definitions(&self) -> impl Iterator<Item = TypeId> {
        self.walk().filter_map(Self::definition)
    }

    fn is_pointer(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Deep(_))
    }
}

/// A walk over a type, see [`Type::walk`].
pub struct Walk<'a> {
    /// What is left at the present level.
    level: slice::Iter<'a, Type>,
    /// What is left at the levels around it.
    outer: Vec<slice::Iter<'a, Type>>,
    within: fn(&Type) -> &[Type],
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Type;

    fn next(&mut self) -> Option<&'a Type> {
        let ty = loop {
            match self.level.next() {
                Some(ty) => break ty,
                None => self.level = self.outer.pop()?,
            }
        };
        let inner = (self.within)(ty);
        if !inner.is_empty() {
            self.outer.push(std::mem::replace(&mut self.level, inner.iter()));
        }
        Some(ty)
    }
}

impl Kind {
    /// The types that a definition is made of.
    pub fn types(&self) -> Vec<&Type> {
        match self {
            Self::Struct(object) => object.fields.iter().map(|field| &field.ty).chain(&object.rest).collect(),
            Self::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
            Self::Newtype(inner) => vec![inner],
            Self::Enum(_) | Self::Constant(_) => Vec::new(),
        }
    }

    /// The types that a definition is made of.
    pub fn types_mut(&mut self) -> Vec<&mut Type> {
        match self {
            Self::Struct(object) => {
                object.fields.iter_mut().map(|field| &mut field.ty).chain(&mut object.rest).collect()
            }
            Self::Union(union) => union.variants.iter_mut().map(|variant| &mut variant.ty).collect(),
            Self::Newtype(inner) => vec![inner],
            Self::Enum(_) | Self::Constant(_) => Vec::new(),
        }
    }

    /// The definitions that a definition names, at any depth of its types.
    pub fn definitions(&self) -> impl Iterator<Item = TypeId> {
        self.types().into_iter().flat_map(Type::definitions)
    }
}

impl Api {
    /// These definitions and all that they need.
    pub fn reachable(&self, from: impl IntoIterator<Item = TypeId>) -> HashSet<TypeId> {
        let mut seen = HashSet::new();
        let mut pending: Vec<TypeId> = from.into_iter().collect();
        while let Some(id) = pending.pop() {
            if seen.insert(id) {
                pending.extend(self.def(id).kind.definitions());
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(Vec<A>, Option<B>)`
    fn pair() -> Type {
        Type::Tuple(vec![
            Type::List(Box::new(Type::Named(TypeId(0)))),
            Type::Nullable(Box::new(Type::Named(TypeId(1)))),
        ])
    }

    #[test]
    fn a_walk_goes_from_outer_to_inner() {
        let pair = pair();
        let seen: Vec<&Type> = pair.walk().collect();
        let (list, nullable) = (&pair.children()[0], &pair.children()[1]);
        assert_eq!(seen, [&pair, list, &list.children()[0], nullable, &nullable.children()[0]]);
    }

    #[test]
    fn a_walk_by_value_stops_at_pointers() {
        let by_value: Vec<TypeId> = pair().walk_by_value().filter_map(Type::definition).collect();
        assert_eq!(by_value, [TypeId(1)]);
        assert_eq!(pair().definitions().collect::<Vec<_>>(), [TypeId(0), TypeId(1)]);
    }

    #[test]
    fn a_visit_changes_what_it_passes() {
        let mut all = pair();
        all.visit_mut(&mut |ty| {
            if let Type::Named(id) = ty {
                id.0 += 5;
            }
        });
        assert_eq!(all.definitions().collect::<Vec<_>>(), [TypeId(5), TypeId(6)]);
        all.visit_by_value_mut(&mut |ty| {
            if let Type::Named(id) = ty {
                *ty = Type::Boxed(*id);
            }
        });
        assert_eq!(all.children()[0].children(), [Type::Named(TypeId(5))]);
        assert_eq!(all.children()[1].children(), [Type::Boxed(TypeId(6))]);
    }
}
