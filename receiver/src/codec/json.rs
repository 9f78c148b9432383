use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::budget::Attempt;
use super::check::check;
use super::error::without_position;
use super::{Decode, DecodeError, Seed, seed_from_str};

/// Any JSON value, kept as the text that was received.
///
/// Member order, digits and spelling survive; serializing it writes the same text. Text that readers
/// would understand differently is refused: a name that occurs twice in an object, at any depth, a
/// number beyond the range of a double, and nesting deeper than 127, counted from this value.
///
/// Equality compares the text. `Json` can be read and written through `serde_json` only.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// If the value cannot be written, or what it writes is not accepted.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, DecodeError> {
        serde_json::value::to_raw_value(value).and_then(Self::checked).map_err(|error| DecodeError::malformed(&error))
    }

    fn checked(raw: Box<RawValue>) -> Result<Self, serde_json::Error> {
        check(raw.get())?;
        Ok(Self(raw))
    }

    /// The text, without whitespace around it.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Decodes the value as another type. Lines and columns of an error count from this value.
    ///
    /// # Errors
    ///
    /// If the value does not fit, or is made of unions within unions that can be read in so many
    /// ways that trying them is not worth the time.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        self.decode_as().map_err(|error| DecodeError::mismatch(&error))
    }

    pub(super) fn decode_as<T: Decode>(&self) -> Result<T, serde_json::Error> {
        let _attempt = Attempt::begin(self.as_str().len()).map_err(serde_json::Error::custom)?;
        seed_from_str(Seed::NEW, self.as_str())
    }

    /// Converts into a tree. Numbers that are neither a 64-bit integer nor a double are rounded, and
    /// members are sorted by name.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }
}

impl Decode for Json {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // A position within this value would be mistaken for one within the whole text.
        Self::checked(raw).map_err(|error| D::Error::custom(without_position(&error)))
    }
}

crate::__values!(Json);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Reads a document.
impl FromStr for Json {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        super::from_slice(text.as_bytes())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&format_args!("{}", self.as_str())).finish()
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
