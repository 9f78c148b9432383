//! `oneOf` and `anyOf` that are an enum of values or a single struct.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::alias::unwrap_aliases;
use super::merge::{Choice, MergedSchema, SchemaSet};
use super::types::Types;
use crate::document::{Node, json};
use crate::normalize::{Additional, JsonType, SchemaId};

/// The members of several objects.
struct CombinedMembers<'a> {
    properties: IndexMap<&'a str, SchemaSet>,
    required: IndexSet<&'a str>,
    /// Whether one of the objects declares that it may have other members.
    open: bool,
    /// Whether one of them has parts that are not read.
    unread: bool,
}

/// Values, and descriptions by the JSON text of the value.
type DescribedValues = (Vec<Node>, HashMap<String, String>);

impl<'a> Types<'a, '_> {
    /// Replaces choices between values by the list of the values, and `anyOf` of objects by one object: a value may match
    /// several alternatives at once, so only a struct with the members of all of them keeps every member.
    pub(super) fn merge_choices(&self, merged: &mut Rc<MergedSchema<'a>>) {
        if merged.discriminator.is_some() || merged.choices.is_empty() {
            return;
        }
        let merged = Rc::make_mut(merged);
        for choice in std::mem::take(&mut merged.choices) {
            if let Some((values, descriptions)) = self.described_values(&choice, merged) {
                merged.values = Some(values.into());
                merged.value_descriptions = descriptions;
                continue;
            }
            match self.combined_members(&choice, merged) {
                Some(combined) => {
                    merged.properties = combined.properties;
                    merged.required = combined.required;
                    merged.has_unread_parts |= combined.unread;
                    if combined.open {
                        merged.additional = Some(Additional::Any);
                    }
                    merged.types.get_or_insert(Cow::Borrowed(&[JsonType::Object]));
                }
                None => merged.choices.push(choice),
            }
        }
    }

    /// The values of a choice between constants and enums. A plain string among them means that there are other values,
    /// as in any enum.
    fn described_values(&self, choice: &Choice, merged: &MergedSchema<'_>) -> Option<DescribedValues> {
        if merged.listed().is_some() {
            return None;
        }
        let mut values: Vec<Node> = Vec::new();
        let mut descriptions = HashMap::new();
        let mut open = false;
        for alternative in &choice.alternatives {
            let alternative = self.cx.merged(&[*alternative]);
            if alternative.nullable || !alternative.choices.is_empty() {
                return None;
            }
            match alternative.listed() {
                Some(listed) => {
                    let text = alternative.annotations.description.or(alternative.annotations.title);
                    if let ([value], Some(text)) = (listed, text) {
                        descriptions.entry(json(value)).or_insert_with(|| text.to_owned());
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
        values.retain(|value| seen.insert(json(value)));
        let fits = values.len() > 1 && (!open || values.iter().all(|value| value.as_str().is_some()));
        fits.then_some((values, descriptions))
    }

    /// The members of all alternatives of an `anyOf`, if they are objects that agree on each member.
    fn combined_members(&self, choice: &Choice, merged: &MergedSchema<'a>) -> Option<CombinedMembers<'a>> {
        if choice.exclusive {
            return None;
        }
        let mut properties = merged.properties.clone();
        let mut required_by_all: Option<IndexSet<&str>> = None;
        let mut open = merged.others() == Some(Additional::Any);
        let mut unread = false;
        for alternative in &choice.alternatives {
            let alternative = self.cx.merged(&[*alternative]);
            if !self.is_combinable(&alternative) {
                return None;
            }
            for (name, set) in &alternative.properties {
                self.combine(properties.entry(name).or_insert_with(|| set.clone()), set)?;
            }
            open |= alternative.others() == Some(Additional::Any);
            unread |= alternative.has_unread_parts;
            required_by_all = Some(match required_by_all {
                None => alternative.required.clone(),
                Some(others) => others.intersection(&alternative.required).copied().collect(),
            });
        }
        let mut required = merged.required.clone();
        required.extend(required_by_all.unwrap_or_default());
        Some(CombinedMembers { properties, required, open, unread })
    }

    /// Whether an alternative is an object without a member that distinguishes it from others.
    fn is_combinable(&self, alternative: &MergedSchema<'_>) -> bool {
        alternative.is_object()
            && alternative.choices.is_empty()
            && !matches!(alternative.others(), Some(Additional::Schema(_)))
            && !alternative.nullable
            && !alternative.properties.values().any(|set| self.cx.merged(set).single_text().is_some())
    }

    /// Combines two schemas of one member; `None` if their types differ.
    fn combine(&self, known: &mut SchemaSet, other: &SchemaSet) -> Option<()> {
        let (known_target, known_null) = unwrap_aliases(self.cx.schemas, known);
        let (other_target, other_null) = unwrap_aliases(self.cx.schemas, other);
        if !self.have_same_type(&known_target, &other_target) {
            return None;
        }
        if other_null && !known_null {
            known.clone_from(other);
        }
        Some(())
    }

    /// Whether two sets have the same type, without comparing the members of objects.
    fn have_same_type(&self, a: &[SchemaId], b: &[SchemaId]) -> bool {
        if a == b {
            return true;
        }
        let (a, b) = (self.cx.merged(a), self.cx.merged(b));
        let scalar = |merged: &MergedSchema<'_>| {
            merged.choices.is_empty()
                && !merged.is_object()
                && merged.items.is_empty()
                && merged.prefix_items.is_empty()
                && merged.constant.is_none()
        };
        let values = |merged: &MergedSchema<'_>| {
            merged.values.as_ref().map(|values| values.iter().map(json).collect::<Vec<_>>())
        };
        scalar(&a)
            && scalar(&b)
            && a.types == b.types
            && a.format == b.format
            && a.nullable == b.nullable
            && values(&a) == values(&b)
    }
}
