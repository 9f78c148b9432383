//! Values that a description lists: `const` and `enum`.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serialize, Serializer, ser};
use serde_json::value::RawValue;

use super::same::same_json;
use super::{Decode, Json};

/// Reads exactly this string.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant<'de, D: Deserializer<'de>>(deserializer: D, expected: &'static str) -> Result<(), D::Error> {
    deserializer.deserialize_str(ConstantVisitor(expected))
}

struct ConstantVisitor(&'static str);

impl Visitor<'_> for ConstantVisitor {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the string {:?}", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text == self.0 { Ok(()) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
    }
}

/// Reads exactly this value.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant_value<'de, T, D>(deserializer: D, expected: &T) -> Result<(), D::Error>
where
    T: Decode + PartialEq + fmt::Display,
    D: Deserializer<'de>,
{
    let value = T::decode(deserializer)?;
    if value == *expected { Ok(()) } else { Err(D::Error::custom(format_args!("expected {expected}, found {value}"))) }
}

/// Reads exactly this JSON, however it is spelled: `1.0` is `1`, and the order of members does not count.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant_json<'de, D: Deserializer<'de>>(deserializer: D, expected: &'static str) -> Result<(), D::Error> {
    let value = <Json as Decode>::decode(deserializer)?;
    same_json(expected, value.as_str()).map_err(D::Error::custom)
}

/// Which of these texts is the same JSON as the value, however it is spelled.
pub fn position(value: &Json, listed: &[&str]) -> Option<usize> {
    listed.iter().position(|text| same_json(text, value.as_str()).is_ok())
}

/// Writes a text that is JSON.
///
/// # Errors
///
/// If it is not, or whatever the serializer reports.
pub fn json_text<S: Serializer>(serializer: S, text: &str) -> Result<S::Ok, S::Error> {
    let raw: &RawValue = serde_json::from_str(text).map_err(ser::Error::custom)?;
    raw.serialize(serializer)
}
