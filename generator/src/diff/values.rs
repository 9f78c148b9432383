//! How lists of values differ.

use super::comparison::{At, Comparison};
use super::fit::Fit;
use super::report::Draft;
use super::{Rule, guess};
use crate::catalogue::{Enum, Fallback, Value};
use crate::names;

impl<'a> Comparison<'a> {
    /// Two lists of values.
    pub(super) fn values(&mut self, at: &At<'a>, old: &'a Enum, new: &'a Enum) {
        let item = |ty: &str, value: &Value| format!("{ty}::{}", value.rust.as_deref().unwrap_or_default());
        if old.keeps != new.keeps {
            let rule = match (old.keeps, new.keeps) {
                (_, Fallback::Any) => Rule::EnumMixed,
                (Fallback::Any, _) => Rule::EnumUnmixed,
                (_, Fallback::Integer) => Rule::EnumToIntegers,
                (_, Fallback::String) => Rule::EnumToStrings,
            };
            let draft = self.at(rule, at, format!("the values of `{}` are of other types", at.new));
            let draft = draft.source(true).item(at.new).item(format!("{}::{}", at.new, new.unknown));
            let fits = self.definition_fits(at);
            return self.push_fits(at, draft, fits);
        }
        let has = |values: &[Value], value: &Value| values.iter().any(|other| other.value == value.value);
        let mut removed: Vec<&Value> = old.values.iter().filter(|value| !has(&new.values, value)).collect();
        let mut added: Vec<&Value> = new.values.iter().filter(|value| !has(&old.values, value)).collect();
        let unlisted =
            |value: &Value, by: &Enum| Fit::Elsewhere(format!("{} is `{}`", value.value.as_str(), by.unknown));

        let text = |value: &Value| value.value.text().unwrap_or_else(|| value.value.as_str().to_owned());
        let are_recased = |before: &Value, after: &Value| guess::are_recased(&text(before), &text(after));
        for (before, after) in guess::take_pairs(&mut removed, &mut added, are_recased) {
            let message =
                format!("the value {} of `{}` is now written {}", before.value.as_str(), at.new, after.value.as_str());
            let draft = Draft::new(Rule::ValueRecased, at.path.clone(), message)
                .places(&before.source, &after.source)
                .items([item(at.old, before), item(at.new, after)])
                .source(before.rust != after.rust);
            self.push_fits(at, draft, (unlisted(after, old), unlisted(before, new)));
        }
        if let ([before], [after]) = (&removed[..], &added[..]) {
            let message =
                format!("the value {} of `{}` is now {}", before.value.as_str(), at.new, after.value.as_str());
            let draft = Draft::new(Rule::ValueRenamed, at.path.clone(), message)
                .places(&before.source, &after.source)
                .items([item(at.old, before), item(at.new, after)])
                .source(before.rust != after.rust)
                .guess();
            self.push_fits(at, draft, (unlisted(after, old), unlisted(before, new)));
        } else {
            for value in removed {
                let message = format!("the value {} of `{}` is gone", value.value.as_str(), at.old);
                let draft = Draft::new(Rule::ValueRemoved, at.path.clone(), message)
                    .places(&value.source, &self.sides.new.types[at.new].source)
                    .item(item(at.old, value))
                    .source(true);
                self.push_fits(at, draft, (Fit::Fits, unlisted(value, new)));
            }
            let last_known = new.values.iter().rposition(|value| has(&old.values, value));
            for value in added {
                let position = new.values.iter().position(|other| std::ptr::eq(other, value));
                let is_first = position < last_known;
                let name = value.value.text().map(|text| names::upper_camel(&text));
                let is_taken = name.as_ref() == Some(&old.unknown) && value.rust != name;
                let rule = match (is_taken, is_first) {
                    (true, _) => Rule::ValueUnknown,
                    (_, true) => Rule::ValueAddedFirst,
                    _ => Rule::ValueAdded,
                };
                let message = format!("the value {} of `{}` is new", value.value.as_str(), at.new);
                let draft = Draft::new(rule, at.path.clone(), message)
                    .places(&self.sides.old.types[at.old].source, &value.source)
                    .item(item(at.new, value))
                    .adds();
                self.push_fits(at, draft, (unlisted(value, old), Fit::Fits));
            }
        }
        self.same_values(at, old, new);
        if old.unknown != new.unknown {
            let message = format!(
                "the variant of `{}` for unlisted values is called `{}` instead of `{}`",
                at.new, new.unknown, old.unknown
            );
            let draft = self.at(Rule::UnknownRenamed, at, message).source(true);
            let items = [format!("{}::{}", at.old, old.unknown), format!("{}::{}", at.new, new.unknown)];
            self.drafts.push(draft.items(items));
        }
    }

    fn same_values(&mut self, at: &At<'a>, old: &'a Enum, new: &'a Enum) {
        let mut places = Vec::new();
        for before in &old.values {
            let Some(place) = new.values.iter().position(|after| after.value == before.value) else { continue };
            let after = &new.values[place];
            places.push(place);
            let name = |value: &Value| value.rust.clone().unwrap_or_default();
            let draft = |rule: Rule, message: String| {
                let draft = Draft::new(rule, at.path.clone(), message).places(&before.source, &after.source);
                draft.item(format!("{}::{}", at.new, name(after)))
            };
            if before.rust != after.rust {
                let message = format!("{} is `{}` instead of `{}`", after.value.as_str(), name(after), name(before));
                let draft = draft(Rule::ValueVariantRenamed, message).item(format!("{}::{}", at.old, name(before)));
                self.drafts.push(draft.source(true));
            }
            if before.description != after.description {
                let message = format!("the docs of `{}::{}` differ", at.new, name(after));
                self.drafts.push(draft(Rule::ValueDocs, message).docs());
            }
        }
        if !places.is_sorted() {
            let draft = self.at(Rule::ValuesReordered, at, format!("the values of `{}` are in another order", at.new));
            self.drafts.push(draft.item(at.new).code());
        }
    }

    /// Two constants.
    pub(super) fn constant(&mut self, at: &At<'a>, old: &'a Value, new: &'a Value) {
        let item = format!("{}::VALUE", at.new);
        if old.value != new.value {
            let message = format!("the constant is {} instead of {}", new.value.as_str(), old.value.as_str());
            let form = |items: &std::collections::BTreeMap<String, String>, ty: &str| {
                items.get(&format!("{ty}::VALUE")).cloned()
            };
            let source = form(&self.old_items, at.old) != form(&self.new_items, at.new);
            let draft = self.at(Rule::ConstantChanged, at, message).source(source).item(&*item);
            let fits = self.definition_fits(at);
            self.push_fits(at, draft, fits);
        }
        if old.description != new.description {
            let draft = self.at(Rule::ValueDocs, at, format!("the docs of `{}` differ", at.new));
            self.drafts.push(draft.docs().item(item));
        }
    }
}
