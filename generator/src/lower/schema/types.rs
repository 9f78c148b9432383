//! Schemas to definitions, each once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::alias::unwrap_aliases;
use super::annotations::Annotations;
use super::body::Body;
use super::discriminator::component;
use super::merge::{MergedSchema, SchemaSet};
use super::values::{constant, listed};
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::document::Origin;
use crate::ir::{Docs, Format, Kind, Literal, Naming, Type, TypeDef, TypeId, Untyped, UntypedReason};
use crate::lower::context::Context;
use crate::normalize::{Inexpressible, JsonType, SchemaId};

/// How deep lists and maps may be nested without a definition in between. Whatever parses and prints the emitted types
/// needs stack for each level, and threads have two megabytes.
const MAX_DEPTH: usize = 16;

/// The lowered types. Definitions are shared between all webhooks.
pub(crate) struct Types<'a, 'c> {
    pub cx: &'c Context<'a>,
    pub defs: Vec<TypeDef>,
    pub untyped: Vec<Untyped>,
    /// The entries of `untyped`, by the [identities](Origin::identity) of their origins.
    recorded: HashSet<(usize, UntypedReason)>,
    known: HashMap<SchemaSet, Type>,
    /// Where the definitions of schemas with corrections were first used.
    corrected: HashMap<TypeId, Naming>,
    pending: VecDeque<Pending<'a>>,
    /// The lists and maps that are being lowered, each inside the one before it.
    nesting: Vec<SchemaSet>,
}

/// A definition that is in use and whose parts are not lowered yet.
struct Pending<'a> {
    id: TypeId,
    merged: Rc<MergedSchema<'a>>,
}

/// Where a type is used: the definition that contains it, and the name there.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    pub parent: TypeId,
    pub hint: &'s str,
}

/// A lowered schema at its use.
pub(super) struct Use {
    pub ty: Type,
    pub nullable: bool,
    pub docs: Docs,
}

impl<'a, 'c> Types<'a, 'c> {
    pub(crate) fn new(cx: &'c Context<'a>) -> Self {
        Self {
            cx,
            defs: Vec::new(),
            untyped: Vec::new(),
            recorded: HashSet::new(),
            known: HashMap::new(),
            corrected: HashMap::new(),
            pending: VecDeque::new(),
            nesting: Vec::new(),
        }
    }

    /// The definition that a schema has become, if it has become one by itself.
    pub(crate) fn definition(&self, schema: SchemaId) -> Option<TypeId> {
        match self.known.get(&[schema][..])? {
            Type::Named(id) => Some(*id),
            Type::Implied(inner) => inner.definition(),
            _ => None,
        }
    }

    /// The name of a definition with corrections by the place where it is used, for a schema that has other types as well.
    pub(crate) fn corrected_name(&self, id: TypeId) -> Option<&Naming> {
        self.corrected.get(&id)
    }

    /// Lowers the body of a webhook to a separate definition.
    pub(crate) fn root(&mut self, event_type: &str, body: Body<'_>) -> TypeId {
        let schema = if let [only] = body.alternatives { *only } else { body.schema };
        let id = self.reserve(Naming::Root(event_type.to_owned()), self.origin(schema));
        let mut merged = body.merged(self.cx);
        let docs = merged.annotations.docs();
        self.merge_choices(&mut merged);
        let kind = if !merged.choices.is_empty() || (merged.is_object() && merged.has_members()) {
            self.kind(id, &merged)
        } else {
            let used = self.used(&[schema], Site { parent: id, hint: "value" });
            Kind::Newtype(if used.nullable { Type::Nullable(Box::new(used.ty)) } else { used.ty })
        };
        self.define(id, docs, kind);
        self.define_pending();
        id
    }

    pub(super) fn reserve(&mut self, naming: Naming, origin: Origin) -> TypeId {
        let id = TypeId(self.defs.len());
        self.cx.spend(Resource::Types, 1, &origin);
        // Until it is defined.
        let kind = Kind::Newtype(Type::Any);
        self.defs.push(TypeDef { kind, naming, docs: Docs::default(), origin });
        id
    }

    pub(super) fn define(&mut self, id: TypeId, docs: Docs, kind: Kind) {
        let def = &mut self.defs[id.0];
        let literal = |value: &Literal| value.json().len() + value.description.as_ref().map_or(0, String::len);
        // The fields of a struct are counted one by one, so that the one that goes over a limit is named.
        let (members, texts) = match &kind {
            Kind::Enum(listed) => (listed.values.len(), listed.values.iter().map(literal).sum()),
            Kind::Union(union) => {
                let tags: Vec<&String> = union.variants.iter().flat_map(|variant| &variant.tags).collect();
                (union.variants.len() + tags.len(), tags.into_iter().map(String::len).sum())
            }
            Kind::Constant(value) => (1, literal(value)),
            Kind::Struct(_) | Kind::Newtype(_) => (0, 0),
        };
        self.cx.spend(Resource::Members, members, &def.origin);
        self.cx.spend(Resource::Texts, docs.size() + texts, &def.origin);
        def.docs = docs;
        def.kind = kind;
    }

    /// Defines what is in use, and what that uses in turn.
    fn define_pending(&mut self) {
        while let Some(Pending { id, merged }) = self.pending.pop_front() {
            if self.cx.is_exceeded() {
                return;
            }
            let kind = self.kind(id, &merged);
            self.define(id, merged.annotations.docs(), kind);
        }
    }

    /// Lowers a set for the place where it is used.
    pub(super) fn used(&mut self, set: &[SchemaId], site: Site<'_>) -> Use {
        self.used_as(set, site, |_| None)
    }

    /// The same for a member of a struct, whose codec checks a constant.
    pub(super) fn member(&mut self, set: &[SchemaId], site: Site<'_>) -> Use {
        self.used_as(set, site, |merged| constant(merged).map(Type::Constant))
    }

    /// Lowers a set for the place where it is used, unless that place has a type of its own for it.
    fn used_as(
        &mut self,
        set: &[SchemaId],
        site: Site<'_>,
        own: impl FnOnce(&MergedSchema<'_>) -> Option<Type>,
    ) -> Use {
        let (unwrapped, nullable) = unwrap_aliases(self.cx.schemas, set);
        // Annotations of an alias describe the use; those of its target describe the type.
        let mut annotations = Annotations::default();
        for id in set.iter().filter(|id| !unwrapped.contains(id)) {
            annotations.add_texts(self.cx.schemas.get(*id));
            annotations.add_facts(self.cx.schemas.get(*id));
        }
        let merged = self.cx.merged(&unwrapped);
        let nullable = nullable || merged.nullable || merged.only_null;
        let ty = match own(&merged).or_else(|| self.known.get(&unwrapped).cloned()) {
            Some(ty) => ty,
            None => self.enter(Rc::clone(&merged), site),
        };
        // The description of a reusable definition stays with the definition. That of an inline one is about both: others may
        // share it. Any other belongs to the use.
        let definition = ty.definition().or_else(|| ty.children().first()?.definition());
        match definition.filter(|_| matches!(ty, Type::Named(_) | Type::Implied(_))) {
            None => annotations.add(&merged.annotations),
            Some(id) if matches!(self.defs[id.0].naming, Naming::Inline { .. }) => {
                annotations.add_texts_of(&merged.annotations);
            }
            Some(_) => {}
        }
        Use { ty, nullable, docs: annotations.docs() }
    }

    /// The type of a set where a value is always present.
    pub(super) fn element(&mut self, set: &[SchemaId], site: Site<'_>) -> Type {
        let Use { ty, nullable, .. } = self.used(set, site);
        if nullable && !ty.has_null() { Type::Nullable(Box::new(ty)) } else { ty }
    }

    /// Lowers a schema that is not known yet, unless it is nested in itself or too deep.
    fn enter(&mut self, merged: Rc<MergedSchema<'a>>, site: Site<'_>) -> Type {
        let set = &merged.schemas;
        // Definitions are known before their members are lowered. A list or map has no name to refer to: if no definition
        // lies between it and itself, it becomes one.
        let mut unnamed = self.nesting.iter().rev().take_while(|outer| !self.known.contains_key(*outer));
        if unnamed.any(|outer| outer == set) {
            let id = self.reserve(self.naming(set, site), self.origin(set[0]));
            return self.remember(set, Type::Named(id));
        }
        if self.nesting.len() >= MAX_DEPTH {
            return self.untyped(self.origin(set[0]), "types are nested too deep");
        }
        self.nesting.push(set.clone());
        let ty = self.lower(merged, site);
        self.nesting.pop();
        ty
    }

    fn lower(&mut self, mut merged: Rc<MergedSchema<'a>>, site: Site<'_>) -> Type {
        self.merge_choices(&mut merged);
        let set = merged.schemas.clone();
        if let Some(kind) = listed(&merged) {
            let id = self.reserve(self.naming(&set, site), self.origin(set[0]));
            self.define(id, merged.annotations.docs(), kind);
            return self.remember(&set, Type::Named(id));
        }
        let types = merged.allowed_types();
        if !merged.choices.is_empty() || (merged.is_object() && merged.has_members()) || types.len() > 1 {
            // The parts are lowered later, so that long chains of definitions need no stack.
            let id = self.reserve(self.naming(&set, site), self.origin(set[0]));
            if self.cx.schemas.original(set[0]) != set[0] {
                self.corrected.insert(id, Naming::inline(site.parent, site.hint));
            }
            let ty = merged.implied(Type::Named(id));
            self.pending.push_back(Pending { id, merged });
            return self.remember(&set, ty);
        }
        let ty = match types[..] {
            [json_type] => self.simple(json_type, &merged, site),
            _ if merged.only_null => Type::Null,
            _ => self.unrestricted(&merged, "no keyword restricts the value"),
        };
        let ty = merged.implied(ty);
        // It has become a definition meanwhile if it is nested in itself.
        if let Some(Type::Named(id)) = self.known.get(&set).cloned() {
            self.define(id, merged.annotations.docs(), Kind::Newtype(ty));
            return Type::Named(id);
        }
        self.remember(&set, ty)
    }

    /// The form of a definition.
    fn kind(&mut self, id: TypeId, merged: &MergedSchema<'a>) -> Kind {
        let origin = self.origin(merged.schemas[0]);
        match &merged.choices[..] {
            [] if merged.is_object() => Kind::Struct(self.object(id, merged)),
            [] => self.mixed(id, merged),
            [choice] => self.union(id, merged, choice),
            _ if merged.has_members() => {
                self.cx.report(
                    Diagnostic::new(Code::NotEnforced, "several `oneOf` or `anyOf` apply to one value")
                        .at(Place::Value(origin), "their members are kept as undeclared"),
                );
                Kind::Struct(self.object(id, merged))
            }
            _ => Kind::Newtype(self.untyped(origin, "several `oneOf` or `anyOf` apply to one value")),
        }
    }

    /// A value of a single JSON type.
    pub(super) fn simple(&mut self, json_type: JsonType, merged: &MergedSchema<'_>, site: Site<'_>) -> Type {
        match json_type {
            JsonType::Boolean => Type::Bool,
            JsonType::Integer => match merged.format {
                Some("int32") => Type::I32,
                Some("int64") if merged.annotations.bounds().all(fits_i64) => Type::I64,
                _ => Type::Integer,
            },
            JsonType::Number => Type::Number,
            JsonType::String => self.string(merged),
            JsonType::Array => self.array(merged, site),
            // One of several types; any other object with members is a definition already.
            JsonType::Object if merged.has_members() => {
                let id = self.reserve(Naming::inline(site.parent, site.hint), self.origin(merged.schemas[0]));
                let object = self.object(id, merged);
                self.define(id, Docs::default(), Kind::Struct(object));
                Type::Named(id)
            }
            JsonType::Object => {
                let values = self.other_members(merged, site);
                let values = values.unwrap_or_else(|| self.unrestricted(merged, "an object without `properties`"));
                Type::Map(Box::new(values))
            }
        }
    }

    fn string(&self, merged: &MergedSchema<'_>) -> Type {
        let Some(format) = merged.format else { return Type::String };
        if let Some(known) = Format::parse(format) {
            return Type::Text(known);
        }
        if !Format::is_plain(format) {
            let near = did_you_mean(format, Format::NAMES.iter().copied());
            let stated = merged.schemas.iter().find_map(|id| self.cx.schemas.get(*id).node.get("format"));
            let origin = stated.map_or_else(|| self.origin(merged.schemas[0]), |node| node.origin().clone());
            self.cx.report(
                Diagnostic::new(Code::UnknownFormat, format!("unknown format `{format}`"))
                    .at(Place::Value(origin), "read as a plain string")
                    .maybe_help(near),
            );
        }
        Type::String
    }

    /// Values that the description does not restrict, unless a keyword without a Rust type does.
    pub(super) fn unrestricted(&mut self, merged: &MergedSchema<'_>, reason: &'static str) -> Type {
        let origin = self.origin(merged.schemas[0]);
        match &merged.inexpressible {
            Some(Inexpressible::Keyword(keyword)) => self.untyped(origin, &format!("`{keyword}` has no Rust type")),
            Some(Inexpressible::Fault) => {
                self.any(origin, UntypedReason::Inexpressible("the schema is wrong".to_owned()))
            }
            None => self.any(origin, UntypedReason::Unrestricted(reason)),
        }
    }

    /// Values that no Rust type describes, which is reported.
    pub(super) fn untyped(&mut self, origin: Origin, reason: &str) -> Type {
        self.cx.report(
            Diagnostic::new(Code::Untyped, reason.to_owned())
                .at(Place::Value(origin.clone()), "the value is kept untyped"),
        );
        self.any(origin, UntypedReason::Inexpressible(reason.to_owned()))
    }

    /// The only function that makes values untyped, so that each place is recorded.
    pub(super) fn any(&mut self, origin: Origin, reason: UntypedReason) -> Type {
        if self.recorded.insert((origin.identity(), reason.clone())) {
            self.untyped.push(Untyped { origin, reason });
        }
        Type::Any
    }

    pub(super) fn origin(&self, schema: SchemaId) -> Origin {
        self.cx.schemas.get(schema).node.origin().clone()
    }

    fn remember(&mut self, set: &[SchemaId], ty: Type) -> Type {
        self.known.insert(set.to_vec(), ty.clone());
        ty
    }

    fn naming(&self, set: &[SchemaId], site: Site<'_>) -> Naming {
        let name = match set {
            [id] if !self.cx.schemas.is_base_alone(*id) => component(self.cx, *id),
            _ => None,
        };
        name.map_or_else(|| Naming::inline(site.parent, site.hint), Naming::Component)
    }
}

/// Whether a bound, as JSON text, is within the range of `i64`.
fn fits_i64(bound: &str) -> bool {
    // The exact ends of the range have no `f64`. In OpenAPI 3.0, `exclusiveMaximum` is a boolean.
    bound.parse::<i64>().is_ok() || bound.parse::<f64>().map_or(true, |bound| bound.abs() < 9e18)
}
