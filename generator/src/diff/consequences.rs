//! What follows from a change is part of it: types that go with a member, places that move with a component. What no change
//! explains has an entry of its own, so that no public item differs without one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::comparison::Comparison;
use super::report::Draft;
use super::sides::closure;
use super::{Flags, Rule, Step};
use crate::catalogue::{Catalogue, Kind};

/// Drops examples that were assembled from what else has changed.
pub(super) fn examples(comparison: &mut Comparison<'_>) {
    let changed: BTreeSet<String> = comparison
        .drafts
        .iter()
        .filter(|draft| Step::of(draft.entry.flags, draft.least) >= Step::Minor)
        .flat_map(|draft| draft.entry.events.iter().cloned())
        .collect();
    comparison.drafts.retain(|draft| !(draft.follows && changed.contains(&draft.entry.subject)));
}

/// Merges places that moved because what is around them did.
pub(super) fn place(comparison: &mut Comparison<'_>) {
    let drafts = std::mem::take(&mut comparison.drafts);
    let (moved, mut others): (Vec<Draft>, Vec<Draft>) =
        drafts.into_iter().partition(|draft| draft.entry.rule == Rule::PlaceMoved);
    let mut by_move: HashMap<(String, String), usize> = HashMap::new();
    for (index, draft) in others.iter().enumerate() {
        if let Some(key) = movement(draft) {
            by_move.entry(key).or_insert(index);
        }
    }
    for draft in moved {
        let Some(key) = movement(&draft) else { continue };
        match by_move.get(&key) {
            Some(&index) => {
                let outer = &mut others[index];
                let new = draft.entry.items.into_iter().filter(|item| !outer.entry.items.contains(item));
                outer.entry.items.extend(new.collect::<Vec<_>>());
                outer.entry.flags |= Flags::DOCS;
            }
            None => {
                by_move.insert(key, others.len());
                others.push(draft);
            }
        }
    }
    comparison.drafts = others;
}

/// What differs of the places of a change, without the steps that they end with alike.
fn movement(draft: &Draft) -> Option<(String, String)> {
    let (old, new) = (&draft.entry.old.as_ref()?.0, &draft.entry.new.as_ref()?.0);
    if old == new {
        return None;
    }
    let steps = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (mut old, mut new) = (steps(old), steps(new));
    while old.len() > 1 && new.len() > 1 && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    Some((old.join("/"), new.join("/")))
}

/// Assigns public items that are gone, new or changed to changes that explain them.
pub(super) fn items(comparison: &mut Comparison<'_>) {
    let (old, new) = (&comparison.old_items, &comparison.new_items);
    let gone: Vec<String> = old.keys().filter(|item| !new.contains_key(*item)).cloned().collect();
    let come: Vec<String> = new.keys().filter(|item| !old.contains_key(*item)).cloned().collect();
    let renames = &comparison.renames;
    let changed: Vec<String> = new
        .iter()
        .filter(|(item, form)| old.get(*item).is_some_and(|before| renamed(before, renames) != **form))
        .map(|(item, _)| item.clone())
        .collect();
    let (before, after) = (comparison.sides.old, comparison.sides.new);
    assign(comparison, before, &gone, true);
    assign(comparison, after, &come, false);
    rest(comparison, &changed, Difference::Changed);
}

/// How public items differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Difference {
    Gone,
    New,
    Changed,
}

impl Difference {
    fn message(self) -> &'static str {
        match self {
            Self::Gone => "public items are gone",
            Self::New => "public items are new",
            Self::Changed => "public items have another form",
        }
    }

    /// The rule for an item that no change mentions.
    fn rule(self, item: &str) -> Rule {
        let is_accessor = item.starts_with("Event::") && item.ends_with("()");
        match self {
            Self::Changed if is_accessor => Rule::AccessorChanged,
            Self::New if is_accessor => Rule::AccessorAdded,
            Self::Gone if is_accessor => Rule::AccessorRemoved,
            _ if item.starts_with("use ") => Rule::ReexportsChanged,
            Self::New => Rule::ItemsNew,
            Self::Gone | Self::Changed => Rule::ItemsGone,
        }
    }
}

/// A form with the new names of types.
fn renamed(form: &str, renames: &HashMap<&str, &str>) -> String {
    if renames.is_empty() {
        return form.to_owned();
    }
    let (mut out, mut word) = (String::new(), String::new());
    for c in form.chars().chain(['\0']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(renames.get(word.as_str()).unwrap_or(&word.as_str()));
        word.clear();
        out.extend((c != '\0').then_some(c));
    }
    out
}

fn assign(comparison: &mut Comparison<'_>, catalogue: &Catalogue, items: &[String], are_gone: bool) {
    let mut left = Vec::new();
    let mentioned: BTreeSet<String> =
        comparison.drafts.iter().flat_map(|draft| draft.entry.items.iter().cloned()).collect();
    // The first change that each type may go or come with.
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, draft) in comparison.drafts.iter().enumerate() {
        let roots = if are_gone { &draft.gone } else { &draft.come };
        for ty in closure(catalogue, roots.iter().map(String::as_str)) {
            owners.entry(ty).or_insert(index);
        }
    }
    let mut modules: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let ty = item.strip_prefix("impl Payload for ").unwrap_or(item).split("::").next().unwrap_or_default();
        let is_renamed = if are_gone {
            comparison.renames.contains_key(ty)
        } else {
            comparison.renames.values().any(|name| *name == ty)
        };
        let owner = owners.get(ty).copied();
        if let Some(index) = owner {
            let module = catalogue.definition(ty).map(|definition| format!("mod {}", definition.module));
            modules.extend(module.map(|module| (module, index)));
        }
        if mentioned.contains(item) || mentioned.contains(ty) || is_renamed {
            continue;
        }
        match owner {
            // Of a type, the parts are not listed.
            Some(index) if catalogue.definition(ty).is_some() => {
                let draft = &mut comparison.drafts[index];
                if !draft.entry.items.iter().any(|known| known == ty) {
                    draft.entry.items.push(ty.to_owned());
                }
                if are_gone {
                    draft.entry.flags |= Flags::SOURCE;
                } else {
                    draft.least = Step::Minor;
                }
            }
            _ => left.push(item.clone()),
        }
    }
    // A module goes with its types.
    left.retain(|item| match modules.get(item) {
        Some(&index) => {
            let draft = &mut comparison.drafts[index];
            draft.entry.items.push(item.clone());
            if are_gone {
                draft.entry.flags |= Flags::SOURCE;
            }
            false
        }
        None => !(item.starts_with("mod ") && have_types_moved(comparison)),
    });
    rest(comparison, &left, if are_gone { Difference::Gone } else { Difference::New });
}

/// Whether types moved out of or into modules.
fn have_types_moved(comparison: &Comparison<'_>) -> bool {
    comparison.drafts.iter().any(|draft| matches!(draft.entry.rule, Rule::TypeMoved | Rule::ComponentShared))
}

/// Whether an item is a method of `Event` for a member that a change is about, to which it then belongs.
fn follows_member(comparison: &mut Comparison<'_>, item: &str, is_new: bool) -> bool {
    let Some(method) = item.strip_prefix("Event::").and_then(|rest| rest.strip_suffix("()")) else { return false };
    let fields: BTreeSet<String> = [comparison.sides.old, comparison.sides.new]
        .into_iter()
        .flat_map(|catalogue| fields(catalogue, method))
        .collect();
    let is_of_member = |draft: &&mut Draft| {
        let step = Step::of(draft.entry.flags, draft.least);
        let is_enough = if is_new { step >= Step::Minor } else { draft.entry.flags.has(Flags::SOURCE) };
        is_enough && draft.entry.items.iter().any(|item| fields.contains(item))
    };
    match comparison.drafts.iter_mut().find(is_of_member) {
        Some(draft) => {
            draft.entry.items.push(item.to_owned());
            true
        }
        None => false,
    }
}

/// The fields of payloads that a method of `Event` returns.
fn fields(catalogue: &Catalogue, method: &str) -> Vec<String> {
    let member = catalogue.accessors.iter().find(|accessor| accessor.rust == method).map(|accessor| &accessor.member);
    let payloads = catalogue.event_types.iter().filter_map(|event_type| {
        let Kind::Struct(object) = &catalogue.definition(&event_type.payload)?.is else { return None };
        let field = object.fields.iter().find(|field| Some(&field.name) == member)?;
        Some(format!("{}::{}", event_type.payload, field.rust))
    });
    payloads.collect()
}

/// An entry for items that no change mentions, one for each rule.
fn rest(comparison: &mut Comparison<'_>, items: &[String], difference: Difference) {
    let mentioned: BTreeSet<String> =
        comparison.drafts.iter().flat_map(|draft| draft.entry.items.iter().cloned()).collect();
    let mut groups: BTreeMap<Rule, Vec<String>> = BTreeMap::new();
    let is_new = difference == Difference::New;
    for item in items {
        let owner = item.split("::").next().unwrap_or_default();
        if mentioned.contains(item) || mentioned.contains(owner) || follows_member(comparison, item, is_new) {
            continue;
        }
        groups.entry(difference.rule(item)).or_default().push(item.clone());
    }
    for (rule, items) in groups {
        let subject = items.first().cloned().unwrap_or_default();
        let listed = items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
        let draft = Draft::new(rule, subject, format!("{}: {listed}", difference.message())).items(items);
        comparison.drafts.push(if is_new { draft.adds() } else { draft.source(true) });
    }
}
