//! YAML: the parser, additional checks, and its errors. No other module uses the parser.

mod check;
mod comment;
mod explain;
mod position;
mod scalar;
mod stop;
mod wording;

use serde::de::DeserializeSeed;

pub(super) use check::check;
pub(super) use comment::unindented;
pub(super) use position::split_position;
pub(super) use scalar::{is_plain, json_number, key_kind, scalar};
pub(super) use stop::stop;

use super::error::ParserError;

/// Runs the parser.
pub(super) fn run<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, ParserError> {
    seed.deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| explain::explain(text, &error))
}
