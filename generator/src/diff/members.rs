//! How the members of an object differ.

use super::comparison::{At, Comparison};
use super::fit::Fit;
use super::link::{Link, join};
use super::report::Draft;
use super::sides::{Sides, target};
use super::uses::{self, are_spelled_alike};
use super::{Flags, Rule, docs, guess};
use crate::catalogue::{Field, Kind, Presence, Rest, Struct, Type};
use crate::document::pointer;
use crate::names;

/// How two members correspond.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// They have the same name.
    Same,
    /// Their names differ in case and signs.
    Recased,
    /// They have other names, but look alike.
    Alike,
}

/// The members of two objects.
struct Matched<'a> {
    both: Vec<(&'a Field, &'a Field, How)>,
    removed: Vec<&'a Field>,
    added: Vec<&'a Field>,
}

impl<'a> Matched<'a> {
    fn new(sides: &Sides<'a>, old: &'a Struct, new: &'a Struct) -> Self {
        let find = |fields: &'a [Field], name: &str| fields.iter().find(|field| field.name == name);
        let mut removed: Vec<&Field> =
            old.fields.iter().filter(|field| find(&new.fields, &field.name).is_none()).collect();
        let mut added: Vec<&Field> =
            new.fields.iter().filter(|field| find(&old.fields, &field.name).is_none()).collect();
        let recased = |old: &Field, new: &Field| guess::are_recased(&old.name, &new.name);
        let (few, count) = (removed.len() == 1 && added.len() == 1, removed.len() * added.len());
        let alike = |old: &'a Field, new: &'a Field| {
            old.presence == new.presence
                && (few || guess::are_similar(&old.name, &new.name))
                && sides.are_equal(&old.ty, &new.ty)
        };
        let recased = guess::take_pairs(&mut removed, &mut added, recased);
        let alike =
            if count <= guess::MAX_PAIRS { guess::take_pairs(&mut removed, &mut added, alike) } else { Vec::new() };
        let as_pairs =
            |pairs: Vec<(&'a Field, &'a Field)>, how| pairs.into_iter().map(move |(old, new)| (old, new, how));
        let mut both: Vec<_> = as_pairs(recased, How::Recased).chain(as_pairs(alike, How::Alike)).collect();
        for field in &old.fields {
            both.extend(find(&new.fields, &field.name).map(|new| (field, new, How::Same)));
        }
        Self { both, removed, added }
    }
}

/// The places of members that correspond.
pub(super) fn links<'a>(sides: &Sides<'a>, old: &'a Struct, new: &'a Struct) -> Vec<Link<'a>> {
    let matched = Matched::new(sides, old, new);
    let link = |step: String, old: &'a Type, new: &'a Type| Link { step, old, new, is_soft: false, is_variant: false };
    let members =
        matched.both.iter().map(|(old, new, _)| link(pointer::escape(&new.name).into_owned(), &old.ty, &new.ty));
    let rest = old.rest.ty.as_ref().zip(new.rest.ty.as_ref()).map(|(old, new)| link("{}".to_owned(), old, new));
    members.chain(rest).collect()
}

fn is_constant(ty: &Type) -> bool {
    matches!(ty, Type::Constant(_))
}

impl<'a> Comparison<'a> {
    /// Two objects.
    pub(super) fn structs(&mut self, at: &At<'a>, old: &'a Struct, new: &'a Struct) {
        let wrapped = uses::is_wrapped(self.sides.new, old, new);
        if wrapped || uses::is_wrapped(self.sides.old, new, old) {
            let (rule, message) = if wrapped {
                (Rule::ObjectWrapped, format!("`{}` is now within `{}`", at.old, new.fields[0].name))
            } else {
                (Rule::ObjectUnwrapped, format!("`{}` is no longer within `{}`", at.new, old.fields[0].name))
            };
            let names = |object: &'a Struct| object.fields.iter().flat_map(|field| field.ty.names());
            let draft = self.at(rule, at, message).source(true).item(at.new).gone(names(old)).come(names(new));
            let fits = self.definition_fits(at);
            return self.push_fits(at, draft, fits);
        }
        if old.large != new.large {
            let what = if new.large { "is now kept off the stack" } else { "is no longer kept off the stack" };
            let draft = self.at(Rule::IndirectionChanged, at, format!("`{}` {what} while it is read", at.new));
            self.drafts.push(draft.code().item(at.new));
        }
        let matched = Matched::new(&self.sides, old, new);
        for (old, new, how) in &matched.both {
            self.member(at, old, new, *how);
        }
        for field in &matched.removed {
            self.removed(at, field, new);
        }
        for field in &matched.added {
            self.added(at, field, old);
        }
        self.rest(at, &old.rest, &new.rest);
        let position = |fields: &[Field], name: &str| fields.iter().position(|field| field.name == name);
        let places = matched.both.iter().filter(|(_, _, how)| *how == How::Same);
        let places: Vec<_> = places.map(|(_, field, _)| position(&new.fields, &field.name)).collect();
        if !places.is_sorted() {
            let draft =
                self.at(Rule::MembersReordered, at, format!("the members of `{}` are in another order", at.new));
            self.drafts.push(draft.code().item(at.new));
        }
    }

    fn member(&mut self, at: &At<'a>, old: &'a Field, new: &'a Field, how: How) {
        let subject = join(&at.path, &pointer::escape(&new.name));
        let item = format!("{}::{}", at.new, new.rust);
        let draft = |rule: Rule, message: String| {
            Draft::new(rule, subject.clone(), message).places(&old.source, &new.source).item(item.clone())
        };
        let is_renamed = old.rust != new.rust;
        if how == How::Same {
            if is_renamed {
                let message =
                    format!("the field for `{}` is called `{}` instead of `{}`", new.name, new.rust, old.rust);
                let draft = draft(Rule::FieldRenamed, message).item(format!("{}::{}", at.old, old.rust)).source(true);
                self.drafts.push(draft.hint("with the record of names, `names.lock`, fields keep their names"));
            }
        } else {
            let is_required = old.presence.is_required() || new.presence.is_required();
            let (rule, what) = match (how, is_required) {
                (How::Recased, true) => (Rule::MemberRecasedRequired, "is now written"),
                (How::Recased, false) => (Rule::MemberRecasedOptional, "is now written"),
                (_, true) => (Rule::MemberRenamedRequired, "is now called"),
                (_, false) => (Rule::MemberRenamedOptional, "is now called"),
            };
            let message = format!("the member `{}` {what} `{}`", old.name, new.name);
            let lost = |field: &Field| {
                if field.presence.is_required() {
                    Fit::Refused(format!("a delivery without `{}` is refused", field.name))
                } else {
                    Fit::Elsewhere(format!("`{}` is `None`", field.rust))
                }
            };
            let mut draft = draft(rule, message).item(format!("{}::{}", at.old, old.rust)).source(is_renamed);
            if how == How::Alike {
                draft = draft.guess();
            }
            self.push_fits(at, draft, (lost(old), lost(new)));
        }
        self.presence(at, old, new, &draft);
        // The value that states the event type is another one if that is.
        if self.states_event_type(at, old, true) && is_constant(&old.ty) && is_constant(&new.ty) {
            return docs::member(self, &old.docs, &new.docs, &item, &draft);
        }
        if let Some(rule) = uses::change(&self.sides, &self.renames, &old.ty, &new.ty) {
            let message = format!(
                "the type of `{}` is `{}` instead of `{}`",
                new.name,
                super::api::rust(&new.ty),
                super::api::rust(&old.ty)
            );
            let fits = (self.sides.now.values(old, new), self.sides.replay.values(new, old));
            let draft = draft(rule, message)
                .source(!are_spelled_alike(&self.renames, &old.ty, &new.ty))
                .gone(old.ty.names())
                .come(new.ty.names())
                .docs();
            self.push_fits(at, draft, fits);
        } else {
            self.nulls(at, old, new, &draft);
        }
        docs::member(self, &old.docs, &new.docs, &item, &draft);
    }

    /// Whether a member states the event type of a payload.
    fn states_event_type(&self, at: &At<'a>, field: &Field, in_old: bool) -> bool {
        let pointers = &if in_old { self.sides.old } else { self.sides.new }.event_type.pointers;
        !at.path.contains('/') && pointers.iter().any(|pointer| pointer::split(pointer) == [field.name.as_str()])
    }

    /// Whether null is absence or a value of the type of an optional member. That follows from a change within the type.
    fn nulls(&mut self, at: &At<'a>, old: &'a Field, new: &'a Field, draft: &dyn Fn(Rule, String) -> Draft) {
        let absent = |field: &Field| Fit::Elsewhere(format!("`{}` is `None` if it is null", field.rust));
        let (rule, message, fits) = match (old.presence, new.presence) {
            (Presence::Optional, Presence::OptionalWithNull) => {
                (Rule::NullableAdded, "a value of its type", (absent(old), Fit::Fits))
            }
            (Presence::OptionalWithNull, Presence::Optional) => {
                (Rule::NullableRemoved, "read as absence", (Fit::Fits, absent(new)))
            }
            _ => return,
        };
        self.push_fits(at, draft(rule, format!("null of the member `{}` is now {message}", new.name)), fits);
    }

    fn presence(&mut self, at: &At<'a>, old: &'a Field, new: &'a Field, draft: &dyn Fn(Rule, String) -> Draft) {
        let bits = |field: &Field| (field.presence.is_required(), field.presence.is_nullable());
        let is_enum = |ty: &Type| {
            let definition = target(ty).and_then(|name| self.sides.new.definition(name));
            definition.is_some_and(|definition| matches!(definition.is, Kind::Enum(_)))
        };
        let (rule, what) = match (bits(old), bits(new)) {
            (old, new) if old == new => return,
            ((_, false), (_, true)) if bits(old).0 == bits(new).0 && is_enum(&new.ty) => {
                (Rule::EnumNull, "may now be null")
            }
            ((false, false), (true, false)) => (Rule::BecameRequired, "is now required"),
            ((true, false), (false, false)) => (Rule::BecameOptional, "is now optional"),
            ((true, false), (true, true)) => (Rule::NullableAddedRequired, "may now be null"),
            ((true, true), (true, false)) => (Rule::NullableRemovedRequired, "may no longer be null"),
            ((false, false), (false, true)) => (Rule::NullableAddedOptional, "may now be null"),
            ((false, true), (false, false)) => (Rule::NullableRemovedOptional, "may no longer be null"),
            ((true, true), (false, false)) => (Rule::NullBecomesAbsent, "is now absent where it was null"),
            ((false, false), (true, true)) => (Rule::AbsentBecomesNull, "is now null where it was absent"),
            ((true, true), (false, true)) => (Rule::NullableBecameOptional, "may now also be absent"),
            ((false, true), (true, true)) => (Rule::NullableBecameRequired, "may no longer be absent"),
            ((true, false), (false, true)) => (Rule::PresenceChanged, "may now be absent or null"),
            _ => (Rule::PresenceChanged, "is now required, and may no longer be null"),
        };
        let options = |field: &Field| match field.presence {
            Presence::Required => 0,
            Presence::Optional | Presence::OptionalWithNull | Presence::Nullable => 1,
            Presence::OptionalNullable => 2,
        };
        let fits = (self.sides.now.presence(old, new), self.sides.replay.presence(new, old));
        let draft = draft(rule, format!("the member `{}` {what}", new.name));
        let draft = draft.source(options(old) != options(new)).docs();
        self.push_fits(at, draft, fits);
    }

    fn removed(&mut self, at: &At<'a>, field: &'a Field, new: &'a Struct) {
        let (rule, presence) = if field.presence.is_required() {
            (Rule::MemberRemovedRequired, "required")
        } else {
            (Rule::MemberRemovedOptional, "optional")
        };
        let message = format!("the {presence} member `{}` of `{}` is gone", field.name, at.old);
        let draft = Draft::new(rule, join(&at.path, &pointer::escape(&field.name)), message)
            .old(&field.source)
            .new_place(&self.sides.new.types[at.new].source)
            .item(format!("{}::{}", at.old, field.rust))
            .source(true)
            .gone(field.ty.names());
        let now = if field.presence.is_required() {
            Fit::Refused(format!("a delivery without `{}` is refused", field.name))
        } else {
            Fit::Fits
        };
        let replay = self.undeclared(field, &new.rest, true);
        self.push_fits(at, draft, (now, replay));
    }

    fn added(&mut self, at: &At<'a>, field: &'a Field, old: &'a Struct) {
        let is_required = field.presence.is_required();
        let plain = names::snake(&field.name);
        let is_taken = plain != field.rust.trim_start_matches("r#");
        let is_own = target(&field.ty) == Some(at.new);
        let rule = match is_required {
            _ if is_taken && old.rest.rust == plain => Rule::MemberAddedUndeclared,
            _ if is_taken && old.fields.iter().any(|old| old.rust == plain) => Rule::MemberAddedClash,
            true if at.is_variant => Rule::VariantMemberRequired,
            true => Rule::MemberAddedRequired,
            false if is_own => Rule::RecursionAdded,
            false => Rule::MemberAddedOptional,
        };
        let presence = if is_required { "required" } else { "optional" };
        let message = format!(
            "the {presence} member `{}` of `{}` is new: `{}: {}`",
            field.name,
            at.new,
            field.rust,
            super::api::field_type(field)
        );
        let draft = Draft::new(rule, join(&at.path, &pointer::escape(&field.name)), message)
            .old(&self.sides.old.types[at.old].source)
            .new_place(&field.source)
            .item(format!("{}::{}", at.new, field.rust))
            .come(field.ty.names())
            .adds();
        let replay = if is_required {
            Fit::Refused(format!("a delivery without `{}` is refused", field.name))
        } else {
            Fit::Fits
        };
        // If deliveries begin to state their event type there, the old crate gets none.
        let now =
            if self.states_event_type(at, field, false) { Fit::Fits } else { self.undeclared(field, &old.rest, false) };
        self.push_fits(at, draft, (now, replay));
    }

    /// How a member decodes that the reader does not declare.
    fn undeclared(&self, field: &'a Field, rest: &'a Rest, by_new: bool) -> Fit {
        let relation = if by_new { &self.sides.replay } else { &self.sides.now };
        match &rest.ty {
            Some(ty) if relation.types(ty, &field.ty).is_refused() => {
                Fit::Refused(format!("`{}` is not of the type of undeclared members", field.name))
            }
            _ => Fit::Elsewhere(format!("`{}` is kept in `{}`", field.name, rest.rust)),
        }
    }

    fn rest(&mut self, at: &At<'a>, old: &'a Rest, new: &'a Rest) {
        let subject = join(&at.path, "{}");
        let item = format!("{}::{}", at.new, new.rust);
        let source = &self.sides.new.types[at.new].source;
        let draft = |rule: Rule, message: String| {
            Draft::new(rule, subject.clone(), message).places(&self.sides.old.types[at.old].source, source).item(&*item)
        };
        if old.rust != new.rust {
            let message =
                format!("the field for undeclared members is called `{}` instead of `{}`", new.rust, old.rust);
            let renamed = draft(Rule::FieldRenamed, message).item(format!("{}::{}", at.old, old.rust)).source(true);
            self.drafts.push(renamed);
        }
        let rule = match (&old.ty, &new.ty) {
            (None, Some(_)) => Rule::RestTyped,
            (Some(_), None) => Rule::RestUntyped,
            (Some(before), Some(after)) if uses::change(&self.sides, &self.renames, before, after).is_some() => {
                Rule::RestChanged
            }
            _ => return,
        };
        let names = |rest: &'a Rest| rest.ty.iter().flat_map(Type::names);
        let changed = draft(rule, format!("the type of undeclared members of `{}` differs", at.new))
            .flags(Flags::SOURCE)
            .gone(names(old))
            .come(names(new));
        let fits = (self.sides.now.rests(old, new), self.sides.replay.rests(new, old));
        self.push_fits(at, changed, fits);
    }
}
