//! Reads and writes JSON.
//!
//! Types implement [`Decode`] and [`serde::Serialize`] in plain code or with the macros of
//! [`codegen::codec`](crate::codegen::codec). Compared with derived implementations:
//!
//! - they read from one concrete [`Reader`], which compiles and runs faster;
//! - errors have a place: each level adds its segment to a JSON pointer;
//! - an array is never accepted as an object, and a repeated member is an error;
//! - numbers keep their digits, see [`Number`] and [`Integer`].

mod budget;
mod collections;
mod decimal;
mod deep;
mod error;
mod json;
mod lexer;
mod literal;
mod number;
pub(crate) mod pointer;
mod reader;
mod rest;
mod same;
mod scalars;
mod skip;
mod undeclared;
mod union;
mod write;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub use deep::Deep;
pub use error::{DecodeError, DecodeErrorKind};
pub use json::JsonValue;
pub use literal::{constant, constant_json, constant_value, json_text};
pub use number::{Integer, InvalidNumber, Number};
pub use reader::{Members, Name, Reader};
pub use rest::Rest;
pub use same::same_json;
pub use undeclared::Undeclared;
pub use union::{Candidates, Value, members_of};
pub use write::ObjectWriter;

pub(crate) use reader::Kind;

/// A type that can be read from JSON, with errors that say where they arose.
pub trait Decode: Sized {
    /// The members that an object type declares; `None` for anything that is not an object.
    const MEMBERS: Option<&'static [&'static str]> = None;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the input is not JSON or does not fit the type.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Reads a value from its text, which `serde_json` provides.
#[doc(hidden)]
pub fn from_deserializer<'de, T: Decode, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    from_slice(raw.get().as_bytes()).map_err(D::Error::custom)
}

/// Decodes an example that is part of a crate.
///
/// # Panics
///
/// If the example does not fit the type.
#[track_caller]
pub fn example<T: Decode>(json: &'static str) -> T {
    match from_slice(json.as_bytes()) {
        Ok(value) => value,
        Err(error) => panic!("the example does not match its type: {error}"),
    }
}

/// Decodes a whole document.
pub(crate) fn from_slice<T: Decode>(json: &[u8]) -> Result<T, DecodeError> {
    from_slice_with(json, |reader| T::decode(reader))
}

/// Reads a whole document.
pub(crate) fn from_slice_with<T>(
    json: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let text = str::from_utf8(json).map_err(|error| DecodeError::not_utf8(json, error))?;
    let mut reader = Reader::new(text);
    match read(&mut reader).and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(explain(text, error)),
    }
}

/// Malformed JSON is reported before a type mismatch, wherever it fails to fit as well.
#[cold]
fn explain(text: &str, error: DecodeError) -> DecodeError {
    let mut reader = Reader::new(text);
    let malformed = reader.value().and_then(|_| reader.end()).err();
    malformed.unwrap_or(error).located(text.as_bytes())
}
