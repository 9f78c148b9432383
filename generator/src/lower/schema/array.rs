//! Arrays and tuples.

use super::alias::unwrap_aliases;
use super::merge::{MergedSchema, SchemaSet};
use super::singular::singular;
use super::types::{Site, Types};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Docs, Kind, Naming, Select, Type, Union, Variant};
use crate::normalize::SchemaId;

/// Longer tuples have no codec.
const MAX_TUPLE: usize = 6;

impl Types<'_, '_> {
    pub(super) fn array(&mut self, merged: &MergedSchema<'_>, site: Site<'_>) -> Type {
        let hint = &singular(site.hint);
        let site = Site { hint, ..site };
        if !merged.prefix_items.is_empty() {
            return self.tuple(merged, site);
        }
        let element = if merged.items.is_empty() {
            self.unrestricted(merged, "an array without `items`")
        } else {
            self.element(&merged.items, site)
        };
        Type::List(Box::new(element))
    }

    /// A tuple, or a list of its elements if its length is not fixed.
    fn tuple(&mut self, merged: &MergedSchema<'_>, site: Site<'_>) -> Type {
        let length = merged.prefix_items.len();
        let short = (2..=MAX_TUPLE).contains(&length);
        let closed = merged.closed_tuple || merged.max_items == Some(length);
        if closed && short && merged.min_items.is_some_and(|min| min >= length) {
            return Type::Tuple(merged.prefix_items.iter().map(|id| self.element(&[*id], site)).collect());
        }
        let mut alternatives: Vec<SchemaSet> = merged.prefix_items.iter().map(|id| vec![*id]).collect();
        alternatives.extend((!merged.items.is_empty()).then(|| merged.items.clone()));
        let complete = closed || !merged.items.is_empty();
        let element = self.any_of(&alternatives, complete, merged.schemas[0], site);
        // If all elements are of one type, their order does not matter.
        if let Type::Named(id) = element
            && matches!(self.defs[id.0].kind, Kind::Union(_))
        {
            let help =
                format!("if it is a tuple, add `items: false` and `minItems: {length}`, for instance in an overlay");
            self.cx.report(
                Diagnostic::new(Code::NotEnforced, "the order of `prefixItems` is not enforced")
                    .at(Place::Value(self.origin(merged.schemas[0])), "read as a list of any of these elements")
                    .maybe_help(short.then_some(help)),
            );
        }
        Type::List(Box::new(element))
    }

    /// A value of one of several types, selected by its members. Unless the alternatives are complete, other values are kept
    /// as JSON.
    pub(super) fn any_of(&mut self, alternatives: &[SchemaSet], complete: bool, at: SchemaId, site: Site<'_>) -> Type {
        let mut distinct: Vec<&SchemaSet> = Vec::new();
        for alternative in alternatives {
            // Compared with nullability: an alias may allow null.
            let unwrapped = |set: &[SchemaId]| unwrap_aliases(self.cx.schemas, set);
            if !distinct.iter().any(|known| unwrapped(known) == unwrapped(alternative)) {
                distinct.push(alternative);
            }
        }
        if let ([only], true) = (&distinct[..], complete) {
            return self.element(only, site);
        }
        let id = self.reserve(Naming::inline(site.parent, site.hint), self.origin(at));
        let mut variants: Vec<Variant> = Vec::new();
        for (index, alternative) in distinct.iter().enumerate() {
            let name = self.alternative_name(&self.cx.merged(alternative), None, index);
            let ty = self.element(alternative, Site { parent: id, hint: &name });
            if !variants.iter().any(|known| known.ty == ty) {
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
}
