//! How the alternatives of a union differ.

use super::comparison::{At, Comparison};
use super::fit::Fit;
use super::link::{Link, join};
use super::report::Draft;
use super::sides::Sides;
use super::uses::{self, are_spelled_alike};
use super::{Rule, api, guess};
use crate::catalogue::{TagSelect, Union, Variant};
use crate::document::pointer;

/// The alternatives of two unions.
struct Matched<'a> {
    both: Vec<(&'a Variant, &'a Variant)>,
    removed: Vec<&'a Variant>,
    added: Vec<&'a Variant>,
}

impl<'a> Matched<'a> {
    /// By their names in Rust, else by a tag, else by their types.
    fn new(sides: &Sides<'a>, old: &'a Union, new: &'a Union) -> Self {
        let mut matched =
            Self { both: Vec::new(), removed: old.variants.iter().collect(), added: new.variants.iter().collect() };
        matched.take(|old, new| old.rust == new.rust);
        matched.take(|old, new| old.tags.iter().any(|tag| new.tags.contains(tag)));
        matched.take(|old, new| old.ty == new.ty);
        if matched.removed.len() * matched.added.len() <= guess::MAX_PAIRS {
            matched.take(|old, new| {
                let objects = [Sides::object(sides.old, &old.ty), Sides::object(sides.new, &new.ty)];
                objects.iter().all(Option::is_some) && sides.are_equal(&old.ty, &new.ty)
            });
        }
        matched
    }

    fn take(&mut self, fits: impl Fn(&'a Variant, &'a Variant) -> bool) {
        self.both.extend(guess::take_pairs(&mut self.removed, &mut self.added, fits));
    }
}

/// The step of a path into an alternative.
fn step(variant: &Variant) -> String {
    format!("<{}>", pointer::escape(variant.tags.first().unwrap_or(&variant.rust)))
}

/// Whether what an alternative refuses is kept as an unknown value.
fn is_soft(union: &Union, variant: &Variant) -> bool {
    match &union.tag {
        None => true,
        Some(TagSelect { default, .. }) => variant.tags.is_empty() && default.as_ref() == Some(&variant.rust),
    }
}

/// The places of alternatives that correspond.
pub(super) fn links<'a>(sides: &Sides<'a>, old: &'a Union, new: &'a Union) -> Vec<Link<'a>> {
    let matched = Matched::new(sides, old, new);
    let member = |union: &'a Union| union.tag.as_ref().map(|select| &select.member);
    // Selected by another member, no value of the other version is read as an alternative.
    let are_apart = member(old).is_some() && member(new).is_some() && member(old) != member(new);
    let link = |(before, after): &(&'a Variant, &'a Variant)| Link {
        step: step(after),
        old: &before.ty,
        new: &after.ty,
        is_soft: are_apart || is_soft(old, before) && is_soft(new, after),
        is_variant: true,
    };
    matched.both.iter().map(link).collect()
}

impl<'a> Comparison<'a> {
    /// Two unions.
    pub(super) fn variants(&mut self, at: &At<'a>, old: &'a Union, new: &'a Union) {
        let matched = Matched::new(&self.sides, old, new);
        self.select(at, old, new);
        for (before, after) in &matched.both {
            self.variant(at, (old, new), before, after);
        }
        let kept = |variant: &Variant, by: &Union| Fit::Elsewhere(format!("`{}` is `{}`", variant.rust, by.unknown));
        let item = |ty: &str, variant: &Variant| format!("{ty}::{}", variant.rust);
        if let ([before], [after]) = (&matched.removed[..], &matched.added[..]) {
            let message = format!("the alternative `{}` of `{}` is replaced by `{}`", before.rust, at.old, after.rust);
            let draft = Draft::new(Rule::VariantReplaced, join(&at.path, &step(after)), message)
                .places(&before.source, &after.source)
                .items([item(at.old, before), item(at.new, after)])
                .gone(before.ty.names())
                .come(after.ty.names())
                .source(true);
            self.push_fits(at, draft, (kept(after, old), kept(before, new)));
        } else {
            for variant in &matched.removed {
                let message = format!("the alternative `{}` of `{}` is gone", variant.rust, at.old);
                let draft = Draft::new(Rule::VariantRemoved, join(&at.path, &step(variant)), message)
                    .places(&variant.source, &self.sides.new.types[at.new].source)
                    .item(item(at.old, variant))
                    .gone(variant.ty.names())
                    .source(true);
                self.push_fits(at, draft, (Fit::Fits, kept(variant, new)));
            }
            for variant in &matched.added {
                let message = format!("the alternative `{}` of `{}` is new", variant.rust, at.new);
                let draft = Draft::new(Rule::VariantAdded, join(&at.path, &step(variant)), message)
                    .places(&self.sides.old.types[at.old].source, &variant.source)
                    .item(item(at.new, variant))
                    .come(variant.ty.names())
                    .adds();
                self.push_fits(at, draft, (kept(variant, old), Fit::Fits));
            }
        }
        let place =
            |variants: &[Variant], wanted: &Variant| variants.iter().position(|variant| std::ptr::eq(variant, wanted));
        let mut places: Vec<_> = matched
            .both
            .iter()
            .map(|(before, after)| (place(&old.variants, before), place(&new.variants, after)))
            .collect();
        places.sort_unstable();
        if !places.is_sorted_by_key(|(_, after)| *after) {
            let draft =
                self.at(Rule::VariantsReordered, at, format!("the alternatives of `{}` are in another order", at.new));
            self.drafts.push(draft.code().item(at.new));
        }
        if old.unknown != new.unknown {
            let message = format!(
                "the variant of `{}` for other values is called `{}` instead of `{}`",
                at.new, new.unknown, old.unknown
            );
            let items = [format!("{}::{}", at.old, old.unknown), format!("{}::{}", at.new, new.unknown)];
            let draft = self.at(Rule::UnknownRenamed, at, message).source(true).items(items);
            self.drafts.push(draft);
        }
    }

    /// How alternatives are selected.
    fn select(&mut self, at: &At<'a>, old: &'a Union, new: &'a Union) {
        let (union_before, union_after) = (old, new);
        let (rule, message) = match (&old.tag, &new.tag) {
            (Some(old), Some(new)) if old.member != new.member => {
                let message = format!("`{}` is selected by `{}` instead of `{}`", at.new, new.member, old.member);
                let unread =
                    |member: &str| Fit::Elsewhere(format!("`{member}` is absent, so that no alternative is selected"));
                // The member is a field of alternatives, too.
                let declares = |catalogue, union: &'a Union, member: &str| {
                    let mut objects = union.variants.iter().filter_map(|variant| Sides::object(catalogue, &variant.ty));
                    objects.any(|object| object.fields.iter().any(|field| field.name == member))
                };
                let is_gone = declares(self.sides.old, union_before, &old.member)
                    && !declares(self.sides.new, union_after, &old.member);
                let draft = self.at(Rule::DiscriminatorRenamed, at, message).item(at.new).source(is_gone);
                return self.push_fits(at, draft, (unread(&old.member), unread(&new.member)));
            }
            (Some(old), Some(new)) if old.default != new.default => {
                (Rule::DiscriminatorDefault, format!("the alternative of `{}` for other tags differs", at.new))
            }
            (Some(old), None) => (
                Rule::DiscriminatorRemoved,
                format!("`{}` is selected by its members, no longer by `{}`", at.new, old.member),
            ),
            (None, Some(new)) => (
                Rule::DiscriminatorAdded,
                format!("`{}` is selected by `{}`, no longer by its members", at.new, new.member),
            ),
            _ => return,
        };
        let draft = self.at(rule, at, message).code().item(at.new);
        let fits = self.definition_fits(at);
        self.push_fits(at, draft, fits);
    }

    fn variant(&mut self, at: &At<'a>, (old, new): (&'a Union, &'a Union), before: &'a Variant, after: &'a Variant) {
        let item = format!("{}::{}", at.new, after.rust);
        let draft = |rule: Rule, message: String| {
            Draft::new(rule, join(&at.path, &step(after)), message).places(&before.source, &after.source).item(&*item)
        };
        if before.rust != after.rust {
            let message = format!("the alternative `{}` of `{}` is now called `{}`", before.rust, at.old, after.rust);
            let draft = draft(Rule::VariantRenamed, message).item(format!("{}::{}", at.old, before.rust)).source(true);
            self.drafts.push(draft);
        }
        let missing = |of: &'a Variant, by: &'a Variant| of.tags.iter().find(|tag| !by.tags.contains(tag));
        let (added, removed) = (missing(after, before), missing(before, after));
        let selects_by_same = old.tag.as_ref().zip(new.tag.as_ref()).is_some_and(|(old, new)| old.member == new.member);
        if selects_by_same && (added.is_some() || removed.is_some()) {
            let message = format!("`{item}` is selected by {:?} instead of {:?}", after.tags, before.tags);
            let unknown = |tag: Option<&String>, union: &Union| {
                tag.map_or(Fit::Fits, |tag| {
                    Fit::Elsewhere(format!("a value with the tag `{tag}` is `{}`", union.unknown))
                })
            };
            let (before_rust, after_rust) = (&before.rust, &after.rust);
            let (before, after) = (&self.sides.old.types[at.old].source, &self.sides.new.types[at.new].source);
            let changed = draft(Rule::TagChanged, message).places(before, after).source(before_rust != after_rust);
            self.push_fits(at, changed, (unknown(added, old), unknown(removed, new)));
        }
        if let Some(rule) = uses::change(&self.sides, &self.renames, &before.ty, &after.ty) {
            let message = format!("`{item}` has `{}` instead of `{}`", api::rust(&after.ty), api::rust(&before.ty));
            let soft =
                |fit: Fit, union: &Union, variant: &Variant| if is_soft(union, variant) { fit.softened() } else { fit };
            let fits = (
                soft(self.sides.now.types(&before.ty, &after.ty), old, before),
                soft(self.sides.replay.types(&after.ty, &before.ty), new, after),
            );
            let draft = draft(rule, message)
                .source(!are_spelled_alike(&self.renames, &before.ty, &after.ty))
                .gone(before.ty.names())
                .come(after.ty.names())
                .docs();
            self.push_fits(at, draft, fits);
        }
    }
}
