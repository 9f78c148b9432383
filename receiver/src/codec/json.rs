use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer, ser};
use serde_json::value::RawValue;

use super::document::from_slice;
use super::reader::Kind;
use super::{Decode, DecodeError, Reader};

/// Any JSON value, kept as the text that was received.
///
/// Member order, digits and spelling survive; serializing it writes the same text. Text that readers
/// would understand differently is refused: a name that occurs twice in an object, at any depth, a
/// number beyond the range of a double, and nesting deeper than 128, counted from the outermost value of the text that is
/// read.
///
/// Equality compares the text. `JsonValue` can be read and written through `serde_json` only.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonValue(Box<str>);

impl JsonValue {
    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// If the value cannot be written, or its text is not accepted.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, DecodeError> {
        serde_json::to_string(value).map_err(|error| DecodeError::malformed(0, error))?.parse()
    }

    pub(super) fn of_checked(text: &str) -> Self {
        Self(text.into())
    }

    /// The text, without whitespace around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decodes the value as another type. Lines and columns of an error count from this value.
    ///
    /// # Errors
    ///
    /// If the value does not match the type.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        from_slice(self.as_str().as_bytes())
    }

    /// Converts into a tree. Numbers that are neither a 64-bit integer nor a double are rounded, and
    /// members are sorted by name.
    pub fn to_value(&self) -> serde_json::Value {
        tree(&mut Reader::with_memory(self.as_str(), usize::MAX)).unwrap_or_default()
    }
}

/// Reads a value as a tree. `serde_json` reads one level less than [`JsonValue`] does.
fn tree(reader: &mut Reader<'_>) -> Result<serde_json::Value, DecodeError> {
    Ok(match reader.kind()? {
        Kind::Null | Kind::Bool | Kind::Number => serde_json::from_str(reader.skip()?).unwrap_or_default(),
        Kind::String => String::decode(reader)?.into(),
        Kind::Array => {
            let mut elements = reader.array(&"an array")?;
            let mut array = Vec::new();
            while let Some(element) = elements.next_with(tree)? {
                array.push(element);
            }
            array.into()
        }
        Kind::Object => {
            let mut members = reader.object("")?;
            let mut object = serde_json::Map::new();
            while let Some(name) = members.next()? {
                object.insert(String::from(name), tree(members.reader())?);
            }
            object.into()
        }
    })
}

impl<'de> Reader<'de> {
    /// Any value that every reader understands alike.
    ///
    /// # Errors
    ///
    /// If a name occurs twice in an object, a number is beyond the range of a double, an escape is not Unicode, or objects
    /// and arrays nest deeper than 128.
    pub fn json(&mut self) -> Result<JsonValue, DecodeError> {
        self.json_text().map(JsonValue::of_checked)
    }

    /// The text of such a value.
    pub(super) fn json_text(&mut self) -> Result<&'de str, DecodeError> {
        let start = self.place();
        if self.outline.is_complete {
            self.skip()?;
        } else {
            self.check()?;
        }
        Ok(self.lexer.since(start))
    }
}

impl Decode for JsonValue {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.json()
    }
}

crate::__deserialize!(JsonValue);

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json_text(serializer, &self.0)
    }
}

/// Reads a document.
impl FromStr for JsonValue {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_slice(text.as_bytes())
    }
}

impl fmt::Debug for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonValue").field(&format_args!("{}", self.as_str())).finish()
    }
}

impl fmt::Display for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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
