//! `oneOf` and `anyOf` that are an enum of values or a single struct.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use super::alias::unwrap_aliases;
use super::merge::{Choice, MergedSchema, SchemaSet};
use super::types::Types;
use super::union::implied_tag;
use crate::document::{Node, json};
use crate::normalize::{Additional, JsonType, SchemaId};

/// The members of several objects.
struct CombinedMembers<'a> {
    properties: IndexMap<&'a str, SchemaSet>,
    required: IndexSet<&'a str>,
    /// Those that not all of the objects declare.
    partial: IndexSet<&'a str>,
    /// Whether one of the objects declares that it may have other members.
    open: bool,
    /// Whether one of them has parts that are not read.
    unread: bool,
    /// Whether all of them state that they are objects.
    is_object: bool,
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
                    merged.partial.extend(combined.partial);
                    merged.has_unread_parts |= combined.unread;
                    if combined.open {
                        merged.additional = Some(Additional::Any);
                    }
                    if combined.is_object {
                        merged.types.get_or_insert(Cow::Borrowed(&[JsonType::Object]));
                    }
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
        // A member that distinguishes the alternatives selects one of them.
        if choice.exclusive || implied_tag(self.cx, &choice.alternatives).is_some() {
            return None;
        }
        let mut properties = merged.properties.clone();
        let mut required_by_all: Option<IndexSet<&str>> = None;
        let mut open = merged.others() == Some(Additional::Any);
        let (mut unread, mut is_object) = (false, true);
        let mut declared: IndexMap<&str, usize> = IndexMap::new();
        for alternative in &choice.alternatives {
            let alternative = self.cx.merged(&[*alternative]);
            if !is_combinable(&alternative) {
                return None;
            }
            for (name, set) in &alternative.properties {
                self.combine(properties.entry(name).or_insert_with(|| set.clone()), set)?;
                *declared.entry(name).or_insert(0) += 1;
            }
            open |= alternative.others() == Some(Additional::Any);
            unread |= alternative.has_unread_parts;
            is_object &= alternative.types.is_some();
            required_by_all = Some(match required_by_all {
                None => alternative.required.clone(),
                Some(others) => others.intersection(&alternative.required).copied().collect(),
            });
        }
        let is_partial =
            |name: &&str| declared[name] < choice.alternatives.len() && !merged.properties.contains_key(name);
        let partial = declared.keys().copied().filter(is_partial).collect();
        let mut required = merged.required.clone();
        required.extend(required_by_all.unwrap_or_default());
        Some(CombinedMembers { properties, required, partial, open, unread, is_object })
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
        };
        let values =
            |merged: &MergedSchema<'_>| merged.listed().map(|values| values.iter().map(json).collect::<Vec<_>>());
        scalar(&a)
            && scalar(&b)
            && a.types == b.types
            && a.format == b.format
            && a.nullable == b.nullable
            && values(&a) == values(&b)
    }
}

/// Whether an alternative is an object that can have members of others.
fn is_combinable(alternative: &MergedSchema<'_>) -> bool {
    alternative.is_object()
        && alternative.choices.is_empty()
        && !matches!(alternative.others(), Some(Additional::Schema(_)))
        && !alternative.nullable
}
