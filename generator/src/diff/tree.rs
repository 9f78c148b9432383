//! What differs in a description without an effect on the crate.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::headers::SignatureHeaders;
use super::report::Draft;
use super::{Report, Rule};
use crate::catalogue::Source;
use crate::document::{Node, Value, pointer, same};

/// Deeper differences are reported at this depth.
const MAX_DEPTH: usize = 64;

/// Keywords of conditions between members.
const CONDITIONS: [&str; 6] = ["if", "then", "else", "dependentRequired", "dependentSchemas", "unevaluatedProperties"];

/// Adds an entry for each place that differs and that no other entry is about.
pub fn trees(old: &Node, new: &Node, report: &mut Report) {
    let mut places = Vec::new();
    differences(old, new, &mut Vec::new(), &mut places);
    let mut explained = Explained::new();
    for entry in &report.entries {
        for (source, root) in [(&entry.old, old), (&entry.new, new)] {
            let Some(pointer) = source.as_ref().and_then(|source| source.0.strip_prefix('#')) else { continue };
            let mut place = pointer::split(pointer);
            if matches!(entry.rule, Rule::FixtureChanged | Rule::ExampleAdded | Rule::ExampleRemoved) {
                explained.extend(root.at_names(&place).map(examples).unwrap_or_default());
            }
            // What a reference is to is at its place, too.
            while explained.insert(place.clone())
                && let Some(target) = reference(root, &place)
            {
                place = target;
            }
        }
    }
    let used = [used(old), used(new)];
    let signature = std::mem::take(&mut report.signature);
    let headers = SignatureHeaders { names: &signature, roots: [old, new] };
    for path in places {
        if let Some(rule) = wrapping(old, new, &path) {
            let source = Source(format!("#{}", pointer::join(&path[..path.len() - 1])));
            let message = format!("`{}`: {}", source.0, rule.meaning());
            report.entries.push(Draft::new(rule, &*source.0, message).places(&source, &source).finish());
            continue;
        }
        let (before, after) = (old.at_names(&path), new.at_names(&path));
        // What refers to a component that is gone or new differs as well.
        let comes_or_goes = match (&path[..], before, after) {
            ([_, _, _], None, _) => used[1].contains(&path),
            ([_, _, _], _, None) => used[0].contains(&path),
            _ => false,
        };
        if headers.are_all(&path) {
            point(report, &path, before, after);
            continue;
        }
        if comes_or_goes
            || is_explained(&path, &explained)
            || [before, after].into_iter().flatten().any(|node| is_to(node, &explained))
        {
            continue;
        }
        let source = Source(format!("#{}", pointer::join(&path)));
        let rule = rule(&path, &used, before, after);
        let message = match (before, after) {
            (None, _) => format!("`{}` is new, without an effect on the crate", source.0),
            (_, None) => format!("`{}` is gone, without an effect on the crate", source.0),
            (Some(before), Some(after)) if before.as_object().is_some() && after.as_object().is_some() => {
                format!("the members of `{}` are in another order, without an effect on the crate", source.0)
            }
            _ => format!("`{}` differs, without an effect on the crate", source.0),
        };
        let mut draft = Draft::new(rule, &*source.0, message);
        if before.is_some() {
            draft = draft.old(&source);
        }
        if after.is_some() {
            draft = draft.new_place(&source);
        }
        report.entries.push(draft.finish());
    }
    point_to_required(report, [old, new]);
}

/// Points the changes of whether a member is required to the lists that name it.
fn point_to_required(report: &mut Report, roots: [&Node; 2]) {
    for entry in report.entries.iter_mut().filter(|entry| entry.rule.is_about_required()) {
        let [old, new] = [&entry.old, &entry.new].map(|place| Some(place.as_ref()?.0.strip_prefix('#')?.to_owned()));
        let (Some(old), Some(new)) = (old, new) else { continue };
        let list = |root: &Node, member: &str| {
            let mut path = pointer::split(member);
            let name = path.pop()?;
            (path.pop()? == "properties").then_some(())?;
            path.push("required".to_owned());
            let names = root.at_names(&path)?.as_array()?;
            let has = names.iter().any(|listed| listed.as_str() == Some(name.as_str()));
            Some((Source(format!("#{}", pointer::join(&path))), has))
        };
        let (before, after) = (list(roots[0], &old), list(roots[1], &new));
        if before.as_ref().is_some_and(|list| list.1) == after.as_ref().is_some_and(|list| list.1) {
            continue;
        }
        // Without a list, the member is shown.
        for (place, list) in [(&mut entry.old, before), (&mut entry.new, after)] {
            if let Some((list, _)) = list {
                *place = Some(list);
            }
        }
    }
}

/// Points the change of the signature to what differs in the header that it is about.
fn point(report: &mut Report, path: &[String], before: Option<&Node>, after: Option<&Node>) {
    let source = Source(format!("#{}", pointer::join(path)));
    let around = |place: &Source| place.0.rsplit_once('/').map(|(header, _)| format!("{header}/"));
    let Some(entry) = report.entries.iter_mut().find(|entry| entry.rule.is_about_signature()) else { return };
    for (place, node) in [(&mut entry.old, before), (&mut entry.new, after)] {
        if let Some(place) = place
            && node.is_some()
            && around(place).is_some_and(|around| source.0.starts_with(&around))
        {
            *place = source.clone();
        }
    }
}

/// The place that a reference at a place is to.
fn reference(root: &Node, place: &[String]) -> Option<Vec<String>> {
    let target = root.at_names(place)?.get("$ref")?.as_str()?;
    Some(pointer::split(target.strip_prefix('#')?))
}

/// The places of the components that examples refer to.
fn examples(root: &Node) -> Vec<Vec<String>> {
    let (mut found, mut pending) = (Vec::new(), vec![root]);
    while let Some(node) = pending.pop() {
        let target = node.as_str().and_then(|text| text.strip_prefix('#'));
        found.extend(target.filter(|target| target.starts_with("/components/examples/")).map(pointer::split));
        pending.extend(node.children());
    }
    found
}

/// The places that entries are about.
type Explained = BTreeSet<Vec<String>>;

/// Keywords of a schema whose values are about what is beside them.
const ABOUT_OTHERS: [&str; 6] = ["allOf", "anyOf", "discriminator", "enum", "oneOf", "required"];

/// Whether another entry is about the place: one for what contains it, or for what a keyword such as `required` lists.
fn is_explained(path: &[String], explained: &Explained) -> bool {
    if (1..=path.len()).any(|length| explained.contains(&path[..length])) {
        return true;
    }
    let keyword = path.iter().rposition(|step| ABOUT_OTHERS.contains(&step.as_str()));
    keyword.filter(|keyword| *keyword > 0).is_some_and(|keyword| {
        let outer = &path[..keyword];
        let next = explained.range::<[String], _>((Bound::Included(outer), Bound::Unbounded)).next();
        next.is_some_and(|place| place.starts_with(outer))
    })
}

/// Whether a reference is to a place that another entry is about.
fn is_to(node: &Node, explained: &Explained) -> bool {
    let target = node.as_str().and_then(|text| text.strip_prefix('#'));
    target.is_some_and(|target| explained.contains(&pointer::split(target)))
}

fn rule(path: &[String], used: &[BTreeSet<Vec<String>>; 2], before: Option<&Node>, after: Option<&Node>) -> Rule {
    let step = |index: usize| path.get(index).map_or("", String::as_str);
    let last = path.last().map_or("", String::as_str);
    let is_unused = step(0) == "components" && path.len() > 2 && !used.iter().any(|used| used.contains(&path[..3]));
    match last {
        _ if path.len() == 1 && last == "openapi" => Rule::OpenapiVersion,
        _ if is_unused => Rule::ComponentUnused,
        "example" | "examples" if before.is_none() => Rule::ExampleAdded,
        "example" | "examples" if after.is_none() => Rule::ExampleRemoved,
        "format" => Rule::FormatUnknown,
        "additionalProperties" if after.and_then(Node::as_bool) == Some(false) => Rule::RestForbidden,
        "additionalProperties" => Rule::RestAllowed,
        _ if path.iter().any(|step| CONDITIONS.contains(&step.as_str())) => Rule::Conditional,
        _ if path.iter().any(|step| step == "parameters" || step == "headers") => Rule::HeaderOther,
        _ => Rule::NoEffect,
    }
}

/// A reference that is now within `allOf`, or no longer: the path is that of `allOf`.
fn wrapping(old: &Node, new: &Node, path: &[String]) -> Option<Rule> {
    let (last, outer) = path.split_last()?;
    let (before, after) = (old.at_names(outer)?, new.at_names(outer)?);
    let reference = |node: &Node| node.get("$ref").and_then(Node::as_str).map(str::to_owned);
    let wrapped = |node: &Node| match node.get("allOf").and_then(Node::as_array) {
        Some([only]) => reference(only),
        _ => None,
    };
    match last.as_str() {
        "allOf" if wrapped(after).is_some() && wrapped(after) == reference(before) => Some(Rule::AllofWrapped),
        "allOf" if wrapped(before).is_some() && wrapped(before) == reference(after) => Some(Rule::AllofUnwrapped),
        _ => None,
    }
}

/// The places of the components that webhooks use, directly or through others.
fn used(root: &Node) -> BTreeSet<Vec<String>> {
    let (mut found, mut pending) = (BTreeSet::new(), Vec::new());
    if let Value::Object(members) = root.value() {
        pending.extend(members.iter().filter(|(name, _)| &***name != "components").map(|(_, node)| node));
    }
    while let Some(node) = pending.pop() {
        // A discriminator's mapping has references, too.
        if let Some(target) = node.as_str().and_then(|text| text.strip_prefix("#/components/")) {
            let place: Vec<String> = pointer::split(&format!("/components/{target}")).into_iter().take(3).collect();
            if let Some(component) = root.at_names(&place)
                && found.insert(place)
            {
                pending.push(component);
            }
        }
        pending.extend(node.children());
    }
    found
}

/// The places at which two nodes differ.
fn differences(old: &Node, new: &Node, path: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    match (old.value(), new.value()) {
        (Value::Object(before), Value::Object(after)) if path.len() < MAX_DEPTH => {
            let names: Vec<&str> = before
                .keys()
                .chain(after.keys().filter(|name| !before.contains_key(&***name)))
                .map(|name| &**name)
                .collect();
            for name in names {
                path.push(name.to_owned());
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => differences(before, after, path, places),
                    _ => places.push(path.clone()),
                }
                path.pop();
            }
            let common = |one: &'_ crate::document::Object, other: &crate::document::Object| -> Vec<String> {
                one.keys().filter(|name| other.contains_key(&***name)).map(ToString::to_string).collect()
            };
            if common(before, after) != common(after, before) {
                places.push(path.clone());
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() && path.len() < MAX_DEPTH => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                path.push(index.to_string());
                differences(before, after, path, places);
                path.pop();
            }
        }
        _ if !same(old, new) => places.push(path.clone()),
        _ => {}
    }
}
