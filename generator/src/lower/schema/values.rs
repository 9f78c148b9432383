//! Constants and enums.

use super::merge::MergedSchema;
use crate::document::{Node, json};
use crate::ir::{Constant, Enum, Fallback, Form, Kind, Literal};
use crate::normalize::JsonType;

/// A constant or an enum, if the values that a schema allows are listed.
pub(super) fn listed(merged: &MergedSchema<'_>) -> Option<Kind> {
    if let Some(constant) = merged.constant {
        return Some(Kind::Constant(Literal { value: constant.clone(), description: None }));
    }
    let literal = |value: &Node| {
        let description = merged.value_descriptions.get(&json(value)).cloned();
        Literal { value: value.clone(), description }
    };
    let values: Vec<Literal> = merged.values.as_ref()?.iter().map(literal).collect();
    if let [only] = &values[..] {
        return Some(Kind::Constant(only.clone()));
    }
    // A list of both truth values does not restrict a boolean.
    if values.iter().all(|value| matches!(value.form(), Form::Bool(_))) {
        return None;
    }
    let fallback = fallback(merged, &values);
    Some(Kind::Enum(Enum { values, fallback }))
}

/// The only value that a schema lists, if it can be checked without a definition.
pub(super) fn constant(merged: &MergedSchema<'_>) -> Option<Constant> {
    let only = match (merged.constant, merged.listed()) {
        (Some(constant), _) | (None, Some([constant])) => constant.clone(),
        _ => return None,
    };
    Constant::new(&Literal { value: only, description: None })
}

fn fallback(merged: &MergedSchema<'_>, values: &[Literal]) -> Fallback {
    let may_be_fraction = merged.types.as_ref().is_some_and(|types| types.contains(&JsonType::Number));
    if values.iter().all(|value| matches!(value.form(), Form::Text(_))) {
        Fallback::Text
    } else if !may_be_fraction && values.iter().all(|value| matches!(value.form(), Form::Integer(_))) {
        Fallback::Integer
    } else {
        Fallback::Json
    }
}
