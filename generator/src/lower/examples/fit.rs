//! Whether a value fits a schema, by all keywords that this crate reads.

use crate::document::{Node, Object, Origin, Value, same};
use crate::ir::Format;
use crate::lower::context::Context;
use crate::lower::schema::{Choice, MergedSchema, unwrap_aliases};
use crate::normalize::{Additional, SchemaId};

/// How many schemas may be compared with the values that are made up for one payload; after that, everything fits.
const MAX_STEPS: usize = 50_000;

/// How many schemas may lie around a value.
const MAX_NESTING: usize = 64;

/// Where and why a value does not fit.
pub(super) struct Misfit {
    pub origin: Origin,
    pub expected: String,
    /// Whether the value has another JSON type, or a member is missing, so that it does not decode either.
    pub is_type: bool,
}

impl Misfit {
    fn ty(node: &Node, expected: impl Into<String>) -> Self {
        Self { origin: node.origin().clone(), expected: expected.into(), is_type: true }
    }

    fn rule(node: &Node, expected: impl Into<String>) -> Self {
        Self { is_type: false, ..Self::ty(node, expected) }
    }
}

/// Compares values with schemas.
pub(super) struct Fitting<'a, 'c> {
    cx: &'c Context<'a>,
    steps: usize,
    nesting: usize,
}

impl<'a, 'c> Fitting<'a, 'c> {
    pub(super) fn new(cx: &'c Context<'a>) -> Self {
        Self { cx, steps: MAX_STEPS, nesting: 0 }
    }

    /// Whether values fit only because too many schemas were compared.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps == 0 || self.cx.is_fitting_exhausted()
    }

    /// Compares a value with the schemas of a set.
    pub(super) fn set(&mut self, set: &[SchemaId], node: &Node) -> Result<(), Misfit> {
        if self.steps == 0 || self.nesting > MAX_NESTING || !self.cx.take_fitting_step() {
            return Ok(());
        }
        self.steps -= 1;
        let (set, nullable) = unwrap_aliases(self.cx.schemas, set);
        if nullable && matches!(node.value(), Value::Null) {
            return Ok(());
        }
        self.nesting += 1;
        let fits = self.merged(&self.cx.merged(&set), node);
        self.nesting -= 1;
        fits
    }

    /// Compares a value with a schema.
    pub(super) fn merged(&mut self, merged: &MergedSchema<'_>, node: &Node) -> Result<(), Misfit> {
        if matches!(node.value(), Value::Null) && (merged.nullable || merged.only_null) {
            return Ok(());
        }
        let types = merged.types.as_deref();
        let is_null = merged.only_null && types.is_none() && merged.choices.is_empty();
        if is_null || types.is_some_and(|types| !types.iter().any(|json_type| json_type.allows(node))) {
            return Err(Misfit::ty(node, expected(merged)));
        }
        if merged.constant.is_some_and(|constant| !same(constant, node)) {
            return Err(Misfit::rule(node, "the constant"));
        }
        if merged.values.as_ref().is_some_and(|values| !values.iter().any(|value| same(value, node))) {
            return Err(Misfit::rule(node, "a listed value"));
        }
        match node.value() {
            Value::String(text) => fits_text(self.cx, merged, text).map_err(|expected| Misfit::rule(node, expected))?,
            Value::Number(digits) if !fits_number(merged, digits) => {
                return Err(Misfit::rule(node, "a number within its bounds"));
            }
            Value::Array(elements) => self.elements(merged, node, elements)?,
            Value::Object(members) => self.members(merged, node, members)?,
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        merged.choices.iter().try_for_each(|choice| self.choice(merged, choice, node))
    }

    fn choice(&mut self, merged: &MergedSchema<'_>, choice: &Choice, node: &Node) -> Result<(), Misfit> {
        // The schemas that extend a base are no choice in JSON Schema.
        let of_base = merged.schemas.iter().any(|id| self.cx.schemas.get(*id).children == choice.alternatives);
        if of_base {
            return Ok(());
        }
        let count = choice.alternatives.iter().filter(|alternative| self.set(&[**alternative], node).is_ok()).count();
        match count {
            0 => Err(Misfit::rule(node, "one of several types")),
            1 => Ok(()),
            _ if choice.exclusive => Err(Misfit::rule(node, "one type only")),
            _ => Ok(()),
        }
    }

    fn elements(&mut self, merged: &MergedSchema<'_>, node: &Node, elements: &[Node]) -> Result<(), Misfit> {
        let count = elements.len();
        let is_distinct =
            |(index, element): (usize, &Node)| !elements[..index].iter().any(|other| same(other, element));
        if merged.min_items.is_some_and(|least| count < least) || merged.max_items.is_some_and(|most| count > most) {
            return Err(Misfit::rule(node, "another number of elements"));
        }
        if merged.annotations.values("uniqueItems").any(|value| value == "true")
            && !elements.iter().enumerate().all(is_distinct)
        {
            return Err(Misfit::rule(node, "different elements"));
        }
        for (index, element) in elements.iter().enumerate() {
            match merged.prefix_items.get(index) {
                Some(schema) => self.set(&[*schema], element)?,
                None if merged.items.is_empty() => {}
                None => self.set(&merged.items, element)?,
            }
        }
        Ok(())
    }

    fn members(&mut self, merged: &MergedSchema<'_>, node: &Node, members: &Object) -> Result<(), Misfit> {
        if let Some(missing) = merged.required.iter().find(|name| !members.contains_key(**name)) {
            return Err(Misfit::ty(node, format!("the member `{missing}`")));
        }
        let bound = |keyword| merged.annotations.values(keyword).filter_map(|value| value.parse::<usize>().ok());
        if bound("minProperties").any(|least| members.len() < least)
            || bound("maxProperties").any(|most| members.len() > most)
        {
            return Err(Misfit::rule(node, "another number of members"));
        }
        for (name, member) in members {
            match (merged.properties.get(&**name), merged.others()) {
                (Some(set), _) => self.set(set, member)?,
                (None, _) if !merged.patterns.is_empty() => {}
                (None, Some(Additional::Schema(schema))) => self.set(&[schema], member)?,
                (None, Some(Additional::Forbidden)) => return Err(Misfit::rule(member, "no such member")),
                (None, Some(Additional::Any) | None) => {}
            }
        }
        Ok(())
    }
}

fn expected(merged: &MergedSchema<'_>) -> String {
    let types = merged.types.as_deref().unwrap_or_default();
    let names: Vec<&str> = types.iter().map(|json_type| json_type.in_words()).collect();
    if names.is_empty() { "`null`".to_owned() } else { names.join(" or ") }
}

fn fits_text(cx: &Context<'_>, merged: &MergedSchema<'_>, text: &str) -> Result<(), String> {
    let length = text.chars().count();
    let bound = |keyword| merged.annotations.values(keyword).filter_map(|value| value.parse::<usize>().ok());
    if bound("minLength").any(|least| length < least) || bound("maxLength").any(|most| length > most) {
        return Err("a string of another length".to_owned());
    }
    let mut patterns = merged.annotations.values("pattern").filter_map(|pattern| serde_json::from_str(pattern).ok());
    if !patterns.all(|pattern: String| cx.patterns.matches(&pattern, text)) {
        return Err("a string that matches its pattern".to_owned());
    }
    match merged.format.and_then(Format::parse) {
        Some(format) if !may_have(format, text) => Err(format!("a string with the format `{}`", format.name())),
        _ => Ok(()),
    }
}

/// Whether a string looks like one of this format.
fn may_have(format: Format, text: &str) -> bool {
    let digits_at = |positions: std::ops::Range<usize>| {
        text.get(positions).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let signs = |allowed: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || allowed.contains(c));
    match format {
        Format::Uuid => {
            text.len() == 36
                && text
                    .chars()
                    .enumerate()
                    .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() })
        }
        Format::DateTime => {
            let zoned = text.ends_with(['Z', 'z']) || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
            digits_at(0..4)
                && digits_at(11..13)
                && digits_at(17..19)
                && text.as_bytes()[10].eq_ignore_ascii_case(&b't')
                && zoned
        }
        Format::Date => {
            text.len() == 10 && digits_at(0..4) && digits_at(5..7) && digits_at(8..10) && text.matches('-').count() == 2
        }
        Format::Time => {
            digits_at(0..2)
                && digits_at(3..5)
                && digits_at(6..8)
                && (text.ends_with(['Z', 'z']) || text[8..].contains(['+', '-']))
        }
        Format::Duration => text.len() > 2 && text.starts_with('P') && signs(".,"),
        Format::Email => text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()),
        Format::Uri => {
            text.find(':').is_some_and(|end| {
                end > 0 && text[..end].chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            }) && !text.contains([' ', '{', '}', '<', '>', '"'])
        }
        Format::UriReference => !text.contains([' ', '{', '}', '<', '>', '"']),
        Format::Hostname => !text.is_empty() && signs("-."),
        Format::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Format::Ipv6 => text.parse::<std::net::Ipv6Addr>().is_ok(),
        Format::Byte => text.len().is_multiple_of(4) && signs("+/="),
    }
}

fn fits_number(merged: &MergedSchema<'_>, digits: &str) -> bool {
    let Ok(number) = digits.parse::<f64>() else { return false };
    let facts = |keyword: &'static str| merged.annotations.values(keyword);
    let bounds = |keyword| facts(keyword).filter_map(|value| value.parse::<f64>().ok());
    // In OpenAPI 3.0, these are booleans beside `minimum` and `maximum`.
    let is_exclusive = |keyword| facts(keyword).any(|value| value == "true");
    let (below, above) = (is_exclusive("exclusiveMinimum"), is_exclusive("exclusiveMaximum"));
    let is_multiple = |step: f64| {
        let times = number / step;
        (times - times.round()).abs() < 1e-9 * times.abs().max(1.0)
    };
    let in_format = match merged.format {
        Some("int32") => number.abs() < f64::from(i32::MAX),
        _ => true,
    };
    in_format
        && bounds("minimum").all(|least| if below { number > least } else { number >= least })
        && bounds("maximum").all(|most| if above { number < most } else { number <= most })
        && bounds("exclusiveMinimum").all(|least| number > least)
        && bounds("exclusiveMaximum").all(|most| number < most)
        && bounds("multipleOf").all(is_multiple)
}
