//! `oneOf`, `anyOf` and lists of types: one struct, or an enum and what tells its variants apart.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::lower::{Types, is_object, single_text, texts};
use super::merge::{Choice, MergeCache, MergedSchema, SchemaSet, unwrap_aliases};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::Node;
use crate::ir::{Format, Kind, Naming, Select, Type, TypeId, Union, Variant};
use crate::normalize::{Additional, DEFAULT_MAPPING, JsonType, SchemaId};

/// The members of several objects in one.
struct CombinedMembers<'a> {
    properties: IndexMap<&'a str, SchemaSet>,
    required: IndexSet<&'a str>,
    /// Whether one of the objects is declared to have other members.
    open: bool,
}

/// Values, and descriptions by the JSON text of the value.
type Listed = (Vec<Node>, HashMap<String, String>);

impl<'a> Types<'a> {
    /// `anyOf` of objects without a discriminator: a value may match several alternatives at once, so that
    /// one struct with the members of all of them is the only type that loses none.
    pub(crate) fn merge_choices(&mut self, merged: &mut Rc<MergedSchema<'a>>, diagnostics: &mut Diagnostics) {
        if merged.discriminator.is_some() || merged.choices.is_empty() {
            return;
        }
        let merged = Rc::make_mut(merged);
        for choice in std::mem::take(&mut merged.choices) {
            if let Some((values, descriptions)) = self.listed_by(&choice, merged, diagnostics) {
                merged.values = Some(values.into());
                merged.value_descriptions = descriptions;
                continue;
            }
            match self.combined_members(&choice, merged, diagnostics) {
                Some(combined) => {
                    merged.properties = combined.properties;
                    merged.required = combined.required;
                    if combined.open {
                        merged.additional = Some(Additional::Any);
                    }
                    merged.types.get_or_insert(Cow::Borrowed(&[JsonType::Object]));
                }
                None => merged.choices.push(choice),
            }
        }
    }

    /// The values of a choice between constants and enums, which is an enum itself, and the description of each. A plain
    /// string beside them means that there are other values, as in any enum.
    fn listed_by(&self, choice: &Choice, merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) -> Option<Listed> {
        if merged.values.is_some() || merged.constant.is_some() {
            return None;
        }
        let mut values: Vec<Node> = Vec::new();
        let mut descriptions = HashMap::new();
        let mut open = false;
        for alternative in &choice.alternatives {
            let alternative = self.cache.of(&[*alternative], diagnostics);
            if alternative.nullable || !alternative.choices.is_empty() {
                return None;
            }
            match alternative.listed() {
                Some(listed) => {
                    let text = alternative.annotations.description.or(alternative.annotations.title);
                    if let ([value], Some(text)) = (listed, text) {
                        descriptions.entry(crate::document::json(value)).or_insert_with(|| text.to_owned());
                    }
                    values.extend_from_slice(listed);
                }
                None if alternative.types.as_deref() == Some(&[JsonType::String]) && alternative.format.is_none() => {
                    open = true;
                }
                None => return None,
            }
        }
        let mut seen = IndexSet::new();
        values.retain(|value| seen.insert(crate::document::json(value)));
        let fits = values.len() > 1 && (!open || values.iter().all(|value| value.as_str().is_some()));
        fits.then_some((values, descriptions))
    }

    fn combined_members(
        &self,
        choice: &Choice,
        merged: &MergedSchema<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Option<CombinedMembers<'a>> {
        if choice.exclusive {
            return None;
        }
        let mut properties = merged.properties.clone();
        let mut everywhere: Option<IndexSet<&str>> = None;
        let mut open = merged.additional == Some(Additional::Any);
        for alternative in &choice.alternatives {
            let alternative = self.cache.of(&[*alternative], diagnostics);
            let mergeable = is_object(&alternative)
                && alternative.choices.is_empty()
                && !matches!(alternative.additional, Some(Additional::Schema(_)))
                && !alternative.nullable;
            if !mergeable || single_text_property(&self.cache, &alternative, diagnostics) {
                return None;
            }
            for (name, set) in &alternative.properties {
                let (unwrapped, null) = unwrap_aliases(self.schemas, set);
                let known = properties.entry(name).or_insert_with(|| set.clone());
                let (known_unwrapped, known_null) = unwrap_aliases(self.schemas, known);
                if !self.same(&known_unwrapped, &unwrapped, diagnostics) {
                    return None;
                }
                // Where one of them allows null, null may come.
                if null && !known_null {
                    known.clone_from(set);
                }
            }
            open |= alternative.additional == Some(Additional::Any);
            everywhere = Some(match everywhere {
                None => alternative.required.clone(),
                Some(others) => others.intersection(&alternative.required).copied().collect(),
            });
        }
        let mut required = merged.required.clone();
        required.extend(everywhere.unwrap_or_default());
        Some(CombinedMembers { properties, required, open })
    }

    /// Whether two sets have the same type, without comparing the members of objects.
    fn same(&self, a: &[SchemaId], b: &[SchemaId], diagnostics: &mut Diagnostics) -> bool {
        if a == b {
            return true;
        }
        let (a, b) = (self.cache.of(a, diagnostics), self.cache.of(b, diagnostics));
        let scalar = |merged: &MergedSchema<'_>| {
            merged.choices.is_empty()
                && !is_object(merged)
                && merged.items.is_empty()
                && merged.prefix_items.is_empty()
                && merged.constant.is_none()
        };
        let texts = |merged: &MergedSchema<'_>| {
            merged.values.as_ref().map(|values| values.iter().map(crate::document::json).collect::<Vec<_>>())
        };
        scalar(&a)
            && scalar(&b)
            && a.types == b.types
            && a.format == b.format
            && a.nullable == b.nullable
            && texts(&a) == texts(&b)
    }

    pub(crate) fn union(
        &mut self,
        id: TypeId,
        set: &[SchemaId],
        merged: &MergedSchema<'a>,
        choice: &Choice,
        diagnostics: &mut Diagnostics,
    ) -> Kind {
        // What stands beside the alternatives applies to each of them.
        let beside: Vec<SchemaId> =
            if merged.properties.is_empty() && merged.required.is_empty() { Vec::new() } else { set.to_vec() };
        let alternatives: Vec<SchemaSet> = choice.alternatives.iter().map(|alternative| vec![*alternative]).collect();
        let schemas: Vec<Rc<MergedSchema<'a>>> =
            alternatives.iter().map(|set| self.cache.of(set, diagnostics)).collect();
        let stated = merged.discriminator.as_ref().map(|discriminator| discriminator.property_name.clone());
        let tag = stated.or_else(|| implied_tag(&self.cache, &schemas, diagnostics));
        let mut variants = Vec::new();
        for (index, (alternative, own)) in alternatives.iter().zip(&schemas).enumerate() {
            let name = self.alternative_name(alternative, own, tag.as_deref(), index, diagnostics);
            let tags =
                tag.as_ref().map(|tag| self.tags(tag, alternative, own, merged, diagnostics)).unwrap_or_default();
            let ty = if beside.is_empty() {
                self.element(alternative, id, &name, diagnostics)
            } else {
                self.variant_with_base(alternative, merged, id, &name, diagnostics)
            };
            variants.push(Variant { name, ty, tags, origin: self.origin(alternative[0]) });
        }
        let mut seen = IndexSet::new();
        let apart = variants
            .iter()
            .all(|variant| !variant.tags.is_empty() && variant.tags.iter().all(|tag| seen.insert(tag.clone())));
        if let Some(discriminator) = merged.discriminator.as_ref().filter(|_| !apart) {
            let name = &discriminator.property_name;
            diagnostics.push(
                Diagnostic::new(
                    Code::NotEnforced,
                    format!("the discriminator `{name}` does not tell the alternatives apart"),
                )
                .at(Place::Value(self.origin(set[0])), "they are told apart by their members"),
            );
        }
        let tagged = tag.filter(|_| apart);
        let default =
            merged.discriminator.as_ref().and_then(|discriminator| discriminator.extensions.get(DEFAULT_MAPPING));
        let default = default
            .and_then(serde_json::Value::as_str)
            .and_then(|target| alternatives.iter().position(|alternative| self.is_target(target, alternative)));
        if let (Some(discriminator), None) = (&merged.discriminator, &tagged) {
            let member = &discriminator.property_name;
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, format!("the discriminator `{member}` does not tell the alternatives apart"))
                    .at(Place::Value(self.defs[id.0].origin.clone()), "they are told by their members")
                    .help("give it a `mapping`, or each alternative a `const` of its own at that member; in an overlay where the description is not yours"),
            );
        }
        let select = tagged.map_or(Select::Shape, |member| Select::Tag { member, default });
        if select == Select::Shape {
            for variant in &mut variants {
                variant.tags.clear();
            }
        }
        Kind::Union(Union { variants, select })
    }

    /// An alternative merged with the members that stand beside `oneOf`.
    fn variant_with_base(
        &mut self,
        alternative: &[SchemaId],
        base: &MergedSchema<'a>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let mut merged = MergedSchema::clone(&self.cache.of(alternative, diagnostics));
        for (name, set) in &base.properties {
            let combined = merged.properties.entry(name).or_default();
            combined.extend(set.iter().filter(|id| !combined.contains(id)).copied().collect::<Vec<_>>());
        }
        merged.required.extend(&base.required);
        let id = self.reserve(Naming::inline(parent, hint), self.origin(alternative[0]));
        let object = self.object(id, &merged, diagnostics);
        self.define(id, merged.annotations.docs(), Kind::Struct(object));
        Type::Named(id)
    }

    /// The values of the tag that select an alternative.
    fn tags(
        &self,
        tag: &str,
        alternative: &[SchemaId],
        own: &MergedSchema<'_>,
        union: &MergedSchema<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<String> {
        let mapping = union.discriminator.iter().flat_map(|discriminator| &discriminator.mapping);
        let mut tags: Vec<String> =
            mapping.filter(|(_, target)| self.is_target(target, alternative)).map(|(tag, _)| tag.clone()).collect();
        if tags.is_empty()
            && let Some(set) = own.properties.get(tag)
        {
            let merged = self.cache.of(set, diagnostics);
            tags = single_text(&merged).map(|text| vec![text]).or_else(|| texts(&merged)).unwrap_or_default();
        }
        if tags.is_empty() && union.discriminator.is_some() {
            tags.extend(self.component(&unwrap_aliases(self.schemas, alternative).0));
        }
        tags
    }

    /// Whether a discriminator's name or reference means this alternative.
    fn is_target(&self, target: &str, alternative: &[SchemaId]) -> bool {
        let last = target.rsplit('/').next().unwrap_or(target);
        let file = last.rsplit_once('.').map(|(stem, _)| stem);
        let name = self.component(&unwrap_aliases(self.schemas, alternative).0);
        name.is_some_and(|name| name == target || name == last || Some(name.as_str()) == file)
    }

    pub(crate) fn alternative_name(
        &self,
        set: &[SchemaId],
        merged: &MergedSchema<'_>,
        tag: Option<&str>,
        index: usize,
        diagnostics: &mut Diagnostics,
    ) -> String {
        let unwrapped = unwrap_aliases(self.schemas, set).0;
        if let Some(name) = self.component(&unwrapped) {
            return name;
        }
        let constant = tag
            .and_then(|tag| merged.properties.get(tag))
            .and_then(|set| single_text(&self.cache.of(set, diagnostics)));
        if let Some(text) = constant {
            return text;
        }
        if let Some(title) = merged.annotations.title {
            return title.to_owned();
        }
        match merged.types.as_deref() {
            Some([JsonType::Boolean]) => "Bool".to_owned(),
            Some([JsonType::Integer]) => "Integer".to_owned(),
            Some([JsonType::Number]) => "Number".to_owned(),
            // Several strings in one choice differ in their formats.
            Some([JsonType::String]) => match merged.format {
                Some(format) if Format::parse(format).is_some() => format.to_owned(),
                _ => "String".to_owned(),
            },
            Some([JsonType::Array]) => "List".to_owned(),
            _ => format!("Variant{}", index + 1),
        }
    }

    /// A value of one of several types.
    pub(crate) fn mixed(
        &mut self,
        id: TypeId,
        types: &[JsonType],
        set: &[SchemaId],
        merged: &MergedSchema<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Kind {
        let mut variants = Vec::new();
        for json_type in types {
            let name = match json_type {
                JsonType::Boolean => "Bool",
                JsonType::Integer => "Integer",
                JsonType::Number => "Number",
                JsonType::String => "String",
                JsonType::Array => "List",
                JsonType::Object => "Object",
            };
            let ty = self.simple(*json_type, set, merged, id, name, diagnostics);
            variants.push(Variant { name: name.to_owned(), ty, tags: Vec::new(), origin: self.origin(set[0]) });
        }
        Kind::Union(Union { variants, select: Select::Shape })
    }
}

/// Whether an object has a member whose value is fixed, which tells it from others.
fn single_text_property(cache: &MergeCache<'_>, merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) -> bool {
    merged.properties.values().any(|set| single_text(&cache.of(set, diagnostics)).is_some())
}

/// A member that every alternative declares with other fixed values than the others.
fn implied_tag(
    cache: &MergeCache<'_>,
    alternatives: &[Rc<MergedSchema<'_>>],
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let (first, others) = alternatives.split_first()?;
    let mut values = |merged: &MergedSchema<'_>, name: &str| -> Option<Vec<String>> {
        let merged = cache.of(merged.properties.get(name)?, diagnostics);
        single_text(&merged).map(|text| vec![text]).or_else(|| texts(&merged))
    };
    first
        .properties
        .keys()
        .find(|name| {
            let mut seen = IndexSet::new();
            let Some(own) = values(first, name) else { return false };
            seen.extend(own);
            others
                .iter()
                .all(|merged| values(merged, name).is_some_and(|own| own.into_iter().all(|value| seen.insert(value))))
        })
        .map(|name| (*name).to_owned())
}
