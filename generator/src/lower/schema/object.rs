//! Objects and maps.

use super::merge::{MergedSchema, SchemaSet};
use super::types::{Site, Types};
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::document::{Node, Value};
use crate::ir::{
    Constant, Docs, Enum, Fallback, Field, Kind, Literal, Naming, Presence, Struct, Type, TypeId, UntypedReason,
};
use crate::normalize::{Additional, SchemaId};

impl Types<'_, '_> {
    pub(super) fn object(&mut self, id: TypeId, merged: &MergedSchema<'_>) -> Struct {
        let most = self.cx.sources.limits().members;
        if merged.properties.len() > most {
            self.cx.report(
                Diagnostic::new(Code::Limit, format!("the type has more than {most} members"))
                    .at(Place::Value(self.defs[id.0].origin.clone()), "including those of all merged schemas"),
            );
            return Struct::default();
        }
        let mut fields = Vec::new();
        for (wire, set) in &merged.properties {
            if self.cx.is_exceeded() {
                return Struct::default();
            }
            let mut field = self.field(wire, set, merged.required.contains(wire), id);
            if merged.partial.contains(wire) {
                self.open_constant(&mut field, id);
            }
            fields.push(field);
        }
        for wire in merged.required.iter().filter(|wire| !merged.properties.contains_key(*wire)) {
            // All members without a name in the description have the schema of these.
            if let (Some(Additional::Schema(values)), []) = (merged.others(), &merged.patterns[..]) {
                fields.push(self.field(wire, &[values], true, id));
                continue;
            }
            self.report_undescribed(id, wire, merged);
            fields.push(self.undescribed(wire, id));
        }
        let rest = self.other_members(merged, Site { parent: id, hint: "value" });
        Struct { fields, rest, is_large: false }
    }

    fn field(&mut self, wire: &str, set: &[SchemaId], required: bool, parent: TypeId) -> Field {
        let used = self.member(set, Site { parent, hint: wire });
        let origin = self.origin(set[0]);
        self.cx.spend(Resource::Members, 1, &origin);
        let constant = if let Type::Constant(value) = &used.ty { value.json().len() } else { 0 };
        self.cx.spend(Resource::Texts, wire.len() + constant + used.docs.size(), &origin);
        Field {
            wire: wire.to_owned(),
            // A value of any type may be null in any case.
            presence: Presence::new(required, used.nullable && !used.ty.has_null()),
            ty: used.ty,
            docs: used.docs,
            origin,
        }
    }

    /// Lets a member with a single value have others of the same type.
    fn open_constant(&mut self, field: &mut Field, parent: TypeId) {
        let (value, fallback) = match &field.ty {
            Type::Constant(Constant::Text(text)) => (Value::String(text.as_str().into()), Fallback::Text),
            Type::Constant(Constant::Integer(value)) => {
                (Value::Number(value.to_string().as_str().into()), Fallback::Integer)
            }
            Type::Constant(Constant::Bool(_)) => {
                field.ty = Type::Bool;
                return;
            }
            Type::Named(id) if matches!(self.defs[id.0].kind, Kind::Constant(_)) => {
                let reason = UntypedReason::Unrestricted("a value of one alternative of `anyOf`");
                field.ty = self.any(field.origin.clone(), reason);
                return;
            }
            _ => return,
        };
        let value = Literal { value: Node::new(value, field.origin.clone()), description: None };
        let id = self.reserve(Naming::inline(parent, &field.wire), field.origin.clone());
        self.define(id, Docs::default(), Kind::Enum(Enum { values: vec![value], fallback }));
        field.ty = Type::Named(id);
    }

    /// A member that is required and has no schema.
    fn undescribed(&mut self, wire: &str, parent: TypeId) -> Field {
        let origin = self.defs[parent.0].origin.clone();
        self.cx.spend(Resource::Members, 1, &origin);
        self.cx.spend(Resource::Texts, wire.len(), &origin);
        let reason = UntypedReason::Unrestricted("a member is required, but not described");
        Field {
            wire: wire.to_owned(),
            presence: Presence::Required,
            ty: self.any(origin.clone(), reason),
            docs: Docs { description: Some("Required, but not described.".to_owned()), ..Docs::default() },
            origin,
        }
    }

    /// Reports a member that is required and has no schema: deliveries without it do not decode.
    fn report_undescribed(&self, id: TypeId, wire: &str, merged: &MergedSchema<'_>) {
        let named = |schema: &SchemaId| {
            let required = self.cx.schemas.get(*schema).node.get("required")?.as_array()?.iter();
            required.into_iter().find(|name| name.as_str() == Some(wire)).map(|name| name.origin().clone())
        };
        let origin = merged.schemas.iter().find_map(named).unwrap_or_else(|| self.defs[id.0].origin.clone());
        self.cx.report(
            Diagnostic::new(Code::RequiredUndeclared, format!("`{wire}` is required, but not described"))
                .at(Place::Value(origin), "deliveries without it reach the fallback only")
                .maybe_help(did_you_mean(wire, merged.properties.keys().copied())),
        );
    }

    /// The type of the members that have no name in the description; `None` if it declares none.
    pub(super) fn other_members(&mut self, merged: &MergedSchema<'_>, site: Site<'_>) -> Option<Type> {
        let mut alternatives: Vec<SchemaSet> = merged.patterns.iter().map(|id| vec![*id]).collect();
        if let Some(origin) = merged.lost_unevaluated() {
            self.cx.report(
                Diagnostic::new(Code::NotEnforced, "`unevaluatedProperties` is not enforced")
                    .at(Place::Name(origin.clone()), "parts of the schema that are not read may describe other members")
                    .help("other members may have any value; their schema applies if it is in `additionalProperties`"),
            );
        }
        let complete = match merged.others() {
            None | Some(Additional::Forbidden) if alternatives.is_empty() => return None,
            Some(Additional::Any) if alternatives.is_empty() => {
                return Some(self.unrestricted(merged, "`additionalProperties` allows anything"));
            }
            None | Some(Additional::Any) => false,
            Some(Additional::Forbidden) => true,
            Some(Additional::Schema(values)) => {
                alternatives.push(vec![values]);
                true
            }
        };
        Some(self.any_of(&alternatives, complete, merged.schemas[0], site))
    }
}
