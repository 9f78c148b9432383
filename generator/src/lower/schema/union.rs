//! `oneOf`, `anyOf` and lists of types as enums, and what selects their variants.

use indexmap::IndexSet;
use openapiv3::Discriminator;

use super::discriminator::{Tags, alternative_component, is_target, stated_tags};
use super::merge::{Choice, MergedSchema};
use super::types::{Site, Types};
use crate::budget::Resource;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::ir::{Format, Kind, Naming, Select, Type, TypeId, Union, Variant};
use crate::lower::context::Context;
use crate::normalize::{DEFAULT_MAPPING, JsonType, SchemaId};

impl<'a> Types<'a, '_> {
    /// A value of one of several schemas.
    pub(super) fn union(&mut self, id: TypeId, merged: &MergedSchema<'a>, choice: &Choice) -> Kind {
        let stated = merged.discriminator.map(|discriminator| discriminator.property_name.clone());
        let tag = stated.or_else(|| implied_tag(self.cx, &choice.alternatives));
        let tags = merged.discriminator.map(|discriminator| Tags::new(self.cx, discriminator));
        let members = choice.alternatives.iter().map(|alternative| self.cx.merged(&[*alternative]).properties.len());
        let mapped = merged.discriminator.map_or(0, |discriminator| discriminator.mapping.len());
        self.cx.spend(Resource::MergedMembers, members.sum::<usize>() + mapped, &self.origin(merged.schemas[0]));
        let mut variants = Vec::new();
        for (index, alternative) in choice.alternatives.iter().enumerate() {
            if self.cx.is_exceeded() {
                break;
            }
            self.report_conflict(merged, *alternative);
            let tags = match (&tags, tag.as_deref()) {
                (Some(tags), _) => tags.of(*alternative),
                (None, Some(tag)) => stated_tags(self.cx, tag, *alternative).unwrap_or_default(),
                (None, None) => Vec::new(),
            };
            variants.push(self.variant(id, merged, *alternative, tag.as_deref(), tags, index));
        }
        if let Some(member) = tag.filter(|_| are_distinguished(&variants)) {
            let default = self.default_alternative(merged, &choice.alternatives);
            return Kind::Union(Union { variants, select: Select::Tag { member, default } });
        }
        if let Some(discriminator) = merged.discriminator {
            self.report_not_distinguished(merged, discriminator);
        }
        for variant in &mut variants {
            variant.tags.clear();
        }
        // Any string is a plain one.
        variants.sort_by_key(|variant| variant.ty == Type::String);
        Kind::Union(Union { variants, select: Select::Shape })
    }

    fn variant(
        &mut self,
        union: TypeId,
        merged: &MergedSchema<'a>,
        alternative: SchemaId,
        tag: Option<&str>,
        tags: Vec<String>,
        index: usize,
    ) -> Variant {
        let schema = self.cx.merged(&[alternative]);
        let name = self.alternative_name(&schema, tag, index);
        let site = Site { parent: union, hint: &name };
        // Siblings of the alternatives belong to each of them, unless each has them already.
        let ty = if merged.has_members() && !schema.extends(&merged.schemas) {
            self.variant_with_members(&schema, merged, site)
        } else {
            self.element(&schema.schemas, site)
        };
        Variant { name, ty, tags, origin: self.origin(alternative) }
    }

    /// An alternative with the siblings of `oneOf`.
    fn variant_with_members(
        &mut self,
        alternative: &MergedSchema<'a>,
        beside: &MergedSchema<'a>,
        site: Site<'_>,
    ) -> Type {
        let mut merged = alternative.clone();
        for (name, set) in &beside.properties {
            let known = merged.properties.entry(name).or_default();
            known.extend(set.iter().filter(|id| !known.contains(id)).copied().collect::<Vec<_>>());
        }
        merged.required.extend(&beside.required);
        let id = self.reserve(Naming::inline(site.parent, site.hint), self.origin(alternative.schemas[0]));
        let object = self.object(id, &merged);
        self.define(id, merged.annotations.docs(), Kind::Struct(object));
        Type::Named(id)
    }

    /// The index of the alternative for values with an unknown tag.
    fn default_alternative(&self, merged: &MergedSchema<'_>, alternatives: &[SchemaId]) -> Option<usize> {
        let target = merged.discriminator?.extensions.get(DEFAULT_MAPPING)?.as_str()?;
        alternatives.iter().position(|alternative| is_target(self.cx, target, *alternative))
    }

    fn report_conflict(&self, merged: &MergedSchema<'_>, alternative: SchemaId) {
        let alternative = self.cx.merged(&[alternative]);
        if let Some([beside, own]) = merged.conflict(&alternative) {
            self.cx.report(
                Diagnostic::new(Code::SchemaFault, "the `type` beside the alternatives excludes one of them")
                    .at(Place::Value(own.clone()), "still read as an alternative")
                    .at(Place::Value(beside.clone()), "the type beside them")
                    .help("remove the type beside the alternatives, or correct the alternative"),
            );
        }
    }

    fn report_not_distinguished(&self, merged: &MergedSchema<'_>, discriminator: &Discriminator) {
        let member = &discriminator.property_name;
        self.cx.report(
            Diagnostic::new(
                Code::NotEnforced,
                format!("the discriminator `{member}` does not distinguish the alternatives"),
            )
            .at(Place::Value(self.origin(merged.schemas[0])), "they are distinguished by their members instead")
            .help(format!(
                "add a `mapping` to the discriminator, or a different `const` for `{member}` to each alternative; \
                 use an overlay if the description is not yours"
            )),
        );
    }

    /// The proposed name of an alternative.
    pub(super) fn alternative_name(&self, alternative: &MergedSchema<'_>, tag: Option<&str>, index: usize) -> String {
        if let [only] = alternative.schemas[..]
            && let Some(name) = alternative_component(self.cx, only)
        {
            return name;
        }
        let tag = tag.and_then(|tag| alternative.properties.get(tag)).map(|set| self.cx.merged(set));
        if let Some(text) = tag.as_ref().and_then(|tag| tag.single_text()) {
            return text.to_owned();
        }
        if let Some(title) = alternative.annotations.title {
            return title.to_owned();
        }
        match alternative.types.as_deref() {
            // Several strings in one choice differ in their formats.
            Some([JsonType::String]) => match alternative.format {
                Some(format) if Format::parse(format).is_some() => format.to_owned(),
                _ => type_name(JsonType::String).to_owned(),
            },
            Some([json_type]) if *json_type != JsonType::Object => type_name(*json_type).to_owned(),
            _ => format!("Variant{}", index + 1),
        }
    }

    /// A value of one of several JSON types.
    pub(super) fn mixed(&mut self, id: TypeId, merged: &MergedSchema<'_>) -> Kind {
        let mut variants = Vec::new();
        for json_type in merged.allowed_types() {
            let name = type_name(json_type);
            let ty = self.simple(json_type, merged, Site { parent: id, hint: name });
            let origin = self.origin(merged.schemas[0]);
            variants.push(Variant { name: name.to_owned(), ty, tags: Vec::new(), origin });
        }
        Kind::Union(Union { variants, select: Select::Shape })
    }
}

fn type_name(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Boolean => "Bool",
        JsonType::Integer => "Integer",
        JsonType::Number => "Number",
        JsonType::String => "String",
        JsonType::Array => "List",
        JsonType::Object => "Object",
    }
}

/// Whether each variant has tags, and no tag selects two of them.
fn are_distinguished(variants: &[Variant]) -> bool {
    let mut seen = IndexSet::new();
    variants.iter().all(|variant| !variant.tags.is_empty() && variant.tags.iter().all(|tag| seen.insert(tag)))
}

/// A member that every alternative declares, with other fixed values than the others.
pub(super) fn implied_tag(cx: &Context<'_>, alternatives: &[SchemaId]) -> Option<String> {
    let distinguishes = |name: &&&str| {
        let mut seen = IndexSet::new();
        let mut are_new = |values: Vec<String>| values.into_iter().all(|value| seen.insert(value));
        alternatives.iter().all(|alternative| stated_tags(cx, name, *alternative).is_some_and(&mut are_new))
    };
    let first = cx.merged(&[*alternatives.first()?]);
    first.properties.keys().find(distinguishes).map(|name| (*name).to_owned())
}
