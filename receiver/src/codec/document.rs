//! Whole documents.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Decode, DecodeError, Reader};

/// Reads a value from its text, which `serde_json` provides.
#[doc(hidden)]
pub fn from_deserializer<'de, T: Decode, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    from_slice(raw.get().as_bytes()).map_err(D::Error::custom)
}

/// Implements [`serde::Deserialize`] for types that implement [`Decode`]. The implementation works with `serde_json` only, and
/// not below `#[serde(flatten)]` or `#[serde(tag)]`, because it reads the text of the value.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize {
    ($($name:ty),* $(,)?) => {$(
        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen::codec::from_deserializer(deserializer)
            }
        }
    )*};
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
