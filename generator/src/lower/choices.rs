//! `oneOf`, `anyOf` and lists of types: one struct, or an enum and what tells its variants apart.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::flatten::{Choice, Flat, Flats, Subject, peel};
use super::types::{Types, is_object, single_text, texts};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::document::Node;
use crate::ir::{Format, Kind, Naming, Select, Type, TypeId, Union, Variant};
use crate::normalize::{Additional, DEFAULT_MAPPING, JsonType, SchemaId};

/// The members of several objects in one.
struct Merged<'a> {
    properties: IndexMap<&'a str, Subject>,
    required: IndexSet<&'a str>,
    /// Whether one of the objects is declared to have other members.
    open: bool,
}

/// Values, and descriptions by the JSON text of the value.
type Listed = (Vec<Node>, HashMap<String, String>);

impl<'a> Types<'a> {
    /// `anyOf` of objects without a discriminator: a value may match several alternatives at once, so that
    /// one struct with the members of all of them is the only type that loses none.
    pub(super) fn merge_choices(&mut self, flat: &mut Rc<Flat<'a>>, diagnostics: &mut Diagnostics) {
        if flat.discriminator.is_some() || flat.choices.is_empty() {
            return;
        }
        let flat = Rc::make_mut(flat);
        for choice in std::mem::take(&mut flat.choices) {
            if let Some((values, descriptions)) = self.listed_by(&choice, flat, diagnostics) {
                flat.values = Some(values.into());
                flat.value_descriptions = descriptions;
                continue;
            }
            match self.merged(&choice, flat, diagnostics) {
                Some(merged) => {
                    flat.properties = merged.properties;
                    flat.required = merged.required;
                    if merged.open {
                        flat.additional = Some(Additional::Any);
                    }
                    flat.types.get_or_insert(Cow::Borrowed(&[JsonType::Object]));
                }
                None => flat.choices.push(choice),
            }
        }
    }

    /// The values of a choice between constants and enums, which is an enum itself, and what is said of each. A plain
    /// string beside them says that there are others, as there are in any enum.
    fn listed_by(&self, choice: &Choice, flat: &Flat<'_>, diagnostics: &mut Diagnostics) -> Option<Listed> {
        if flat.values.is_some() || flat.constant.is_some() {
            return None;
        }
        let mut values: Vec<Node> = Vec::new();
        let mut descriptions = HashMap::new();
        let mut open = false;
        for alternative in &choice.alternatives {
            let alternative = self.flats.of(&[*alternative], diagnostics);
            if alternative.nullable || !alternative.choices.is_empty() {
                return None;
            }
            match alternative.listed() {
                Some(listed) => {
                    let text = alternative.said.description.or(alternative.said.title);
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

    fn merged(&self, choice: &Choice, flat: &Flat<'a>, diagnostics: &mut Diagnostics) -> Option<Merged<'a>> {
        if choice.exclusive {
            return None;
        }
        let mut properties = flat.properties.clone();
        let mut everywhere: Option<IndexSet<&str>> = None;
        let mut open = flat.additional == Some(Additional::Any);
        for alternative in &choice.alternatives {
            let alternative = self.flats.of(&[*alternative], diagnostics);
            let mergeable = is_object(&alternative)
                && alternative.choices.is_empty()
                && !matches!(alternative.additional, Some(Additional::Schema(_)))
                && !alternative.nullable;
            if !mergeable || single_text_property(&self.flats, &alternative, diagnostics) {
                return None;
            }
            for (name, subject) in &alternative.properties {
                let (peeled, null) = peel(self.schemas, subject);
                let known = properties.entry(name).or_insert_with(|| subject.clone());
                let (known_peeled, known_null) = peel(self.schemas, known);
                if !self.same(&known_peeled, &peeled, diagnostics) {
                    return None;
                }
                // Where one of them allows null, null may come.
                if null && !known_null {
                    known.clone_from(subject);
                }
            }
            open |= alternative.additional == Some(Additional::Any);
            everywhere = Some(match everywhere {
                None => alternative.required.clone(),
                Some(others) => others.intersection(&alternative.required).copied().collect(),
            });
        }
        let mut required = flat.required.clone();
        required.extend(everywhere.unwrap_or_default());
        Some(Merged { properties, required, open })
    }

    /// Whether two subjects come to the same type without looking into objects that are not the same schema.
    fn same(&self, a: &[SchemaId], b: &[SchemaId], diagnostics: &mut Diagnostics) -> bool {
        if a == b {
            return true;
        }
        let (a, b) = (self.flats.of(a, diagnostics), self.flats.of(b, diagnostics));
        let scalar = |flat: &Flat<'_>| {
            flat.choices.is_empty()
                && !is_object(flat)
                && flat.items.is_empty()
                && flat.prefix_items.is_empty()
                && flat.constant.is_none()
        };
        let texts = |flat: &Flat<'_>| {
            flat.values.as_ref().map(|values| values.iter().map(crate::document::json).collect::<Vec<_>>())
        };
        scalar(&a)
            && scalar(&b)
            && a.types == b.types
            && a.format == b.format
            && a.nullable == b.nullable
            && texts(&a) == texts(&b)
    }

    pub(super) fn union(
        &mut self,
        id: TypeId,
        subject: &[SchemaId],
        flat: &Flat<'a>,
        choice: &Choice,
        diagnostics: &mut Diagnostics,
    ) -> Kind {
        // What stands beside the alternatives applies to each of them.
        let beside: Vec<SchemaId> =
            if flat.properties.is_empty() && flat.required.is_empty() { Vec::new() } else { subject.to_vec() };
        let alternatives: Vec<Subject> = choice.alternatives.iter().map(|alternative| vec![*alternative]).collect();
        let flats: Vec<Rc<Flat<'a>>> = alternatives.iter().map(|subject| self.flats.of(subject, diagnostics)).collect();
        let stated = flat.discriminator.as_ref().map(|discriminator| discriminator.property_name.clone());
        let tag = stated.or_else(|| implied_tag(&self.flats, &flats, diagnostics));
        let mut variants = Vec::new();
        for (index, (alternative, own)) in alternatives.iter().zip(&flats).enumerate() {
            let name = self.alternative_name(alternative, own, tag.as_deref(), index, diagnostics);
            let tags = tag.as_ref().map(|tag| self.tags(tag, alternative, own, flat, diagnostics)).unwrap_or_default();
            let ty = if beside.is_empty() {
                self.element(alternative, id, &name, diagnostics)
            } else {
                self.variant_with_base(alternative, flat, id, &name, diagnostics)
            };
            variants.push(Variant { name, ty, tags });
        }
        let mut seen = IndexSet::new();
        let apart = variants
            .iter()
            .all(|variant| !variant.tags.is_empty() && variant.tags.iter().all(|tag| seen.insert(tag.clone())));
        if let Some(discriminator) = flat.discriminator.as_ref().filter(|_| !apart) {
            let name = &discriminator.property_name;
            diagnostics.push(
                Diagnostic::new(
                    Code::NotEnforced,
                    format!("the discriminator `{name}` does not tell the alternatives apart"),
                )
                .at(Place::Value(self.origin(subject[0])), "they are told apart by their members"),
            );
        }
        let tagged = tag.filter(|_| apart);
        let default =
            flat.discriminator.as_ref().and_then(|discriminator| discriminator.extensions.get(DEFAULT_MAPPING));
        let otherwise = default
            .and_then(serde_json::Value::as_str)
            .and_then(|target| alternatives.iter().position(|alternative| self.is_target(target, alternative)));
        if let (Some(discriminator), None) = (&flat.discriminator, &tagged) {
            let member = &discriminator.property_name;
            diagnostics.push(
                Diagnostic::new(Code::NotEnforced, format!("the discriminator `{member}` does not tell the alternatives apart"))
                    .at(Place::Value(self.defs[id.0].origin.clone()), "they are told by their members")
                    .help("give it a `mapping`, or each alternative a `const` of its own at that member; in an overlay where the description is not yours"),
            );
        }
        let select = tagged.map_or(Select::Shape, |member| Select::Tag { member, otherwise });
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
        base: &Flat<'a>,
        parent: TypeId,
        hint: &str,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let mut flat = Flat::clone(&self.flats.of(alternative, diagnostics));
        for (name, subject) in &base.properties {
            let merged = flat.properties.entry(name).or_default();
            merged.extend(subject.iter().filter(|id| !merged.contains(id)).copied().collect::<Vec<_>>());
        }
        flat.required.extend(&base.required);
        let id = self.reserve(Naming::inline(parent, hint), self.origin(alternative[0]));
        let object = self.object(id, &flat, diagnostics);
        self.define(id, flat.said.docs(), Kind::Struct(object));
        Type::Named(id)
    }

    /// The values of the tag that select an alternative.
    fn tags(
        &self,
        tag: &str,
        alternative: &[SchemaId],
        own: &Flat<'_>,
        union: &Flat<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<String> {
        let mapping = union.discriminator.iter().flat_map(|discriminator| &discriminator.mapping);
        let mut tags: Vec<String> =
            mapping.filter(|(_, target)| self.is_target(target, alternative)).map(|(tag, _)| tag.clone()).collect();
        if tags.is_empty()
            && let Some(subject) = own.properties.get(tag)
        {
            let flat = self.flats.of(subject, diagnostics);
            tags = single_text(&flat).map(|text| vec![text]).or_else(|| texts(&flat)).unwrap_or_default();
        }
        if tags.is_empty() && union.discriminator.is_some() {
            tags.extend(self.component(&peel(self.schemas, alternative).0));
        }
        tags
    }

    /// Whether a discriminator's name or reference means this alternative.
    fn is_target(&self, target: &str, alternative: &[SchemaId]) -> bool {
        let last = target.rsplit('/').next().unwrap_or(target);
        let file = last.rsplit_once('.').map(|(stem, _)| stem);
        let name = self.component(&peel(self.schemas, alternative).0);
        name.is_some_and(|name| name == target || name == last || Some(name.as_str()) == file)
    }

    pub(super) fn alternative_name(
        &self,
        subject: &[SchemaId],
        flat: &Flat<'_>,
        tag: Option<&str>,
        index: usize,
        diagnostics: &mut Diagnostics,
    ) -> String {
        let peeled = peel(self.schemas, subject).0;
        if let Some(name) = self.component(&peeled) {
            return name;
        }
        let constant = tag
            .and_then(|tag| flat.properties.get(tag))
            .and_then(|subject| single_text(&self.flats.of(subject, diagnostics)));
        if let Some(text) = constant {
            return text;
        }
        if let Some(title) = flat.said.title {
            return title.to_owned();
        }
        match flat.types.as_deref() {
            Some([JsonType::Boolean]) => "Bool".to_owned(),
            Some([JsonType::Integer]) => "Integer".to_owned(),
            Some([JsonType::Number]) => "Number".to_owned(),
            // Several strings in one choice differ in their formats.
            Some([JsonType::String]) => match flat.format {
                Some(format) if Format::parse(format).is_some() => format.to_owned(),
                _ => "String".to_owned(),
            },
            Some([JsonType::Array]) => "List".to_owned(),
            _ => format!("Variant{}", index + 1),
        }
    }

    /// A value of one of several types.
    pub(super) fn mixed(
        &mut self,
        id: TypeId,
        types: &[JsonType],
        subject: &[SchemaId],
        flat: &Flat<'_>,
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
            let ty = self.simple(*json_type, subject, flat, id, name, diagnostics);
            variants.push(Variant { name: name.to_owned(), ty, tags: Vec::new() });
        }
        Kind::Union(Union { variants, select: Select::Shape })
    }
}

/// Whether an object has a member whose value is fixed, which tells it from others.
fn single_text_property(flats: &Flats<'_>, flat: &Flat<'_>, diagnostics: &mut Diagnostics) -> bool {
    flat.properties.values().any(|subject| single_text(&flats.of(subject, diagnostics)).is_some())
}

/// A member that every alternative declares with other fixed values than the others.
fn implied_tag(flats: &Flats<'_>, alternatives: &[Rc<Flat<'_>>], diagnostics: &mut Diagnostics) -> Option<String> {
    let (first, others) = alternatives.split_first()?;
    let mut values = |flat: &Flat<'_>, name: &str| -> Option<Vec<String>> {
        let flat = flats.of(flat.properties.get(name)?, diagnostics);
        single_text(&flat).map(|text| vec![text]).or_else(|| texts(&flat))
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
                .all(|flat| values(flat, name).is_some_and(|own| own.into_iter().all(|value| seen.insert(value))))
        })
        .map(|name| (*name).to_owned())
}
