//! Payloads from the examples of properties, and from made-up values that fit their schemas.

use std::borrow::Cow;

use super::fit::{Fitting, Misfit};
use super::{MAX_VALUES, build, scalar};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::document::{Node, Object, Origin, Value, parsed_json, same};
use crate::lower::context::Context;
use crate::lower::schema::{Body, Choice, MergedSchema, SchemaSet, Tags, unwrap_aliases};
use crate::normalize::{Additional, JsonType, SchemaId};

/// How deep an assembled payload may be.
const MAX_DEPTH: usize = 24;
/// How many alternatives of a choice are tried.
const MAX_ALTERNATIVES: usize = 8;
/// How many elements and members are made up because a schema requires that many.
const MAX_MADE_UP: usize = 16;

/// An assembled payload.
pub(super) struct Assembled {
    /// `None` if the body contains itself.
    pub payload: Option<Node>,
    /// Whether it has an example.
    pub has_example: bool,
}

/// Assembles a payload from the examples of its properties.
pub(super) fn assemble(cx: &Context<'_>, body: Body<'_>) -> Assembled {
    let mut assembler =
        Assembler { cx, fitting: Fitting::new(cx), examples: 0, nesting: Vec::new(), values: 0, choices: 0 };
    let payload = assembler.merged(&body.merged(cx), body.schema, Need::Value);
    Assembled { payload, has_example: assembler.examples > 0 }
}

/// Why a value is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// It is only used if it has an example.
    Example,
    /// It is required.
    Value,
    /// It is required, with all members that it may have, to distinguish it from other alternatives.
    Members,
}

struct Assembler<'a, 'c> {
    cx: &'c Context<'a>,
    fitting: Fitting<'a, 'c>,
    /// How many examples are used.
    examples: usize,
    /// The schemas around the present value.
    nesting: Vec<SchemaSet>,
    values: usize,
    /// How many choices are around the present value: alternatives inside alternatives add no schema.
    choices: usize,
}

impl<'a> Assembler<'a, '_> {
    /// A value; `None` if it has no example and is not needed.
    fn value(&mut self, set: &[SchemaId], need: Need) -> Option<Node> {
        let (set, _) = unwrap_aliases(self.cx.schemas, set);
        self.values += 1;
        if self.values > MAX_VALUES || self.nesting.len() >= MAX_DEPTH || self.nesting.contains(&set) {
            return None;
        }
        let merged = self.cx.merged(&set);
        let schema = set[0];
        self.nesting.push(set);
        let value = self.merged(&merged, schema, need);
        self.nesting.pop();
        value
    }

    fn merged(&mut self, merged: &MergedSchema<'a>, schema: SchemaId, need: Need) -> Option<Node> {
        if let Some(example) = self.example(merged) {
            return Some(example);
        }
        // A value instead of an example that does not fit.
        let need = if need == Need::Example && !merged.examples.is_empty() { Need::Value } else { need };
        if let Some(values) = merged.listed() {
            let fits = |value: &&Node| self.fitting.merged(merged, value).is_ok();
            return values.iter().find(fits).or_else(|| values.first()).cloned();
        }
        let origin = self.cx.schemas.get(schema).node.origin();
        match merged.choices.first().cloned() {
            Some(choice) => {
                self.values += 1;
                if self.values > MAX_VALUES || self.choices >= MAX_DEPTH {
                    return None;
                }
                self.choices += 1;
                let value = self.choice(merged, &choice, schema, need);
                self.choices -= 1;
                value
            }
            None if merged.only_null => (need != Need::Example).then(|| build::null(origin)),
            None => self.plain(merged, origin, need),
        }
    }

    /// The first example that fits. If there is none, the first that does not decode is reported.
    fn example(&mut self, merged: &MergedSchema<'a>) -> Option<Node> {
        let mut wrong: Option<Misfit> = None;
        for example in merged.examples.iter().filter(|example| !matches!(example.value(), Value::Null)) {
            match self.fitting.merged(merged, example) {
                Ok(()) => {
                    self.examples += 1;
                    return Some((*example).clone());
                }
                Err(misfit) => wrong = wrong.or(Some(misfit).filter(|misfit| misfit.is_type)),
            }
        }
        // Those of the whole body are reported elsewhere.
        if let Some(Misfit { origin, expected, .. }) = wrong.filter(|_| !self.nesting.is_empty()) {
            self.cx.report(
                Diagnostic::new(
                    Code::ExampleUnusable,
                    format!("an example does not match its schema: expected {expected}"),
                )
                .at(Place::Value(origin), "a made-up value is used instead"),
            );
        }
        None
    }

    /// A value of one of several alternatives: the first that fits as a whole.
    fn choice(&mut self, merged: &MergedSchema<'a>, choice: &Choice, schema: SchemaId, need: Need) -> Option<Node> {
        let mut rest = merged.clone();
        rest.choices.remove(0);
        let single = choice.alternatives.iter().take(MAX_ALTERNATIVES).map(std::slice::from_ref);
        // A value of all alternatives shows more.
        let all = (!choice.exclusive && merged.discriminator.is_none()).then_some(&choice.alternatives[..]);
        let taken: Vec<&[SchemaId]> = all.into_iter().chain(single).collect();
        let mut first = None;
        for need in [need, Need::Members] {
            for alternatives in &taken {
                let Some(value) = self.with_alternatives(&rest, alternatives, schema, need) else { continue };
                let value = self.tagged(merged, alternatives, value);
                if self.fitting.merged(merged, &value).is_ok() {
                    return Some(value);
                }
                first.get_or_insert(value);
            }
            if need != Need::Value && first.is_none() {
                break;
            }
        }
        first
    }

    /// A value of these alternatives and what is beside them.
    fn with_alternatives(
        &mut self,
        beside: &MergedSchema<'a>,
        alternatives: &[SchemaId],
        schema: SchemaId,
        need: Need,
    ) -> Option<Node> {
        let are_objects = alternatives.iter().all(|id| self.cx.merged(&[*id]).is_object());
        match alternatives {
            [only] if beside.properties.is_empty() && beside.required.is_empty() && beside.choices.is_empty() => {
                return self.value(&[*only], need);
            }
            [_, ..] if !are_objects => return None,
            _ => {}
        }
        let mut merged = beside.clone();
        for id in alternatives {
            let alternative = self.cx.merged(&[*id]);
            merged.required.extend(&alternative.required);
            merged.choices.extend(alternative.choices.iter().cloned());
            for (name, property) in &alternative.properties {
                let known = merged.properties.entry(name).or_default();
                known.extend(property.iter().filter(|id| !known.contains(id)).copied().collect::<Vec<_>>());
            }
        }
        merged.types = Some(Cow::Borrowed(&[JsonType::Object]));
        self.merged(&merged, schema, need)
    }

    /// The value with the tag that selects its alternative.
    fn tagged(&self, merged: &MergedSchema<'a>, alternatives: &[SchemaId], value: Node) -> Node {
        let (Some(discriminator), [alternative], Some(members)) =
            (merged.discriminator, alternatives, value.as_object())
        else {
            return value;
        };
        let tags = Tags::new(self.cx, discriminator).of(*alternative);
        let name = discriminator.property_name.as_str();
        let stated = members.get(name).and_then(Node::as_str);
        match tags.first() {
            Some(tag) if !tags.iter().any(|tag| Some(tag.as_str()) == stated) => {
                let mut members = members.clone();
                members.insert(name.into(), build::text(tag, value.origin()));
                build::object(members, value.origin())
            }
            _ => value,
        }
    }

    /// A value of a schema without alternatives.
    fn plain(&mut self, merged: &MergedSchema<'a>, origin: &Origin, need: Need) -> Option<Node> {
        let needed = need != Need::Example;
        if merged.is_object() {
            let members = self.members(merged, origin, need);
            return (needed || !members.is_empty()).then(|| build::object(members, origin));
        }
        let types = merged.types.as_deref();
        if matches!(types, Some([JsonType::Array, ..])) || types.is_none() && !merged.items.is_empty() {
            return self.elements(merged, origin, need);
        }
        if !needed {
            return None;
        }
        let mut candidates: Vec<Node> = Vec::new();
        let defaults = merged.annotations.values("default").filter_map(|default| parsed_json(default, origin));
        candidates.extend(defaults);
        match types {
            Some([JsonType::Boolean, ..]) => candidates.push(build::bool(true, origin)),
            Some([json_type @ (JsonType::Integer | JsonType::Number), ..]) => {
                // A fraction is no integer, which another alternative may be.
                let fraction = (need == Need::Members && *json_type == JsonType::Number).then(|| "0.5".to_owned());
                let digits = fraction.into_iter().chain(scalar::numbers(merged, *json_type));
                candidates.extend(digits.map(|digits| build::number(&digits, origin)));
            }
            _ => candidates.extend(scalar::texts(self.cx, merged).into_iter().map(|text| build::text(&text, origin))),
        }
        let fits = |value: &&Node| !matches!(value.value(), Value::Null) && self.fitting.merged(merged, value).is_ok();
        candidates.iter().find(fits).or_else(|| candidates.last()).cloned()
    }

    fn elements(&mut self, merged: &MergedSchema<'a>, origin: &Origin, need: Need) -> Option<Node> {
        let needed = need != Need::Example;
        let mut elements = Vec::new();
        let least = merged.min_items.unwrap_or_default().min(MAX_MADE_UP);
        let fixed = if merged.closed_tuple && needed { merged.prefix_items.len() } else { least };
        for schema in merged.prefix_items.iter().take(fixed) {
            elements.push(self.value(&[*schema], Need::Value)?);
        }
        if !merged.items.is_empty() && merged.max_items != Some(0) && elements.is_empty() {
            let need = if least > 0 && needed { Need::Value } else { Need::Example };
            elements.extend(self.value(&merged.items, need));
        }
        if needed && let Some(last) = elements.last().cloned() {
            let is_unique = merged.annotations.values("uniqueItems").any(|value| value == "true");
            let variations =
                (1..=4 * MAX_MADE_UP).map(|number| if is_unique { build::varied(&last, number) } else { last.clone() });
            for other in variations {
                if elements.len() >= least {
                    break;
                }
                let fits = merged.items.is_empty() || self.fitting.set(&merged.items, &other).is_ok();
                if fits && !(is_unique && elements.iter().any(|element| same(element, &other))) {
                    elements.push(other);
                }
            }
        }
        (needed || !elements.is_empty()).then(|| build::array(elements, origin))
    }

    fn members(&mut self, merged: &MergedSchema<'a>, origin: &Origin, need: Need) -> Object {
        let least = merged.annotations.values("minProperties").filter_map(|value| value.parse::<usize>().ok()).max();
        let least = least.filter(|_| need != Need::Example).unwrap_or_default().min(MAX_MADE_UP);
        let mut members = Object::new();
        for (name, property) in &merged.properties {
            let is_needed = merged.required.contains(name) || need == Need::Members || members.len() < least;
            let value = self.value(property, if is_needed { Need::Value } else { Need::Example });
            // An optional member is left out if its value does not fit, or may not.
            let is_usable = |value: &Node| {
                merged.required.contains(name)
                    || self.fitting.set(property, value).is_ok() && !self.fitting.is_exhausted()
            };
            if let Some(value) = value.filter(is_usable) {
                members.insert((*name).into(), value);
            }
        }
        let undeclared = merged.required.iter().filter(|name| !merged.properties.contains_key(**name));
        for name in undeclared {
            members.insert((*name).into(), self.other_member(merged, origin));
        }
        for number in 1..=least.saturating_sub(members.len()) {
            members.insert(format!("member{number}").into(), self.other_member(merged, origin));
        }
        members
    }

    /// A member that has no name in the description.
    fn other_member(&mut self, merged: &MergedSchema<'a>, origin: &Origin) -> Node {
        let value = match merged.others() {
            Some(Additional::Schema(schema)) => self.value(&[schema], Need::Value),
            _ => None,
        };
        value.unwrap_or_else(|| build::text("text", origin))
    }
}
