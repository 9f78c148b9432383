//! Whole documents.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::drift::Drift;
use super::meter::MIN_MEMORY;
use super::value_memory::Holding;
use super::{Decode, DecodeError, DecodeErrorKind, Reader};

/// How often a payload itself is in memory: once decoded, and in each of the futures around its handler.
const IN_FUTURES: usize = 5;

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
    from_slice_with(json, MIN_MEMORY, |reader| T::decode(reader))
}

/// Reads a whole document, whose values may take at least this much memory, in bytes.
pub(crate) fn from_slice_with<T>(
    json: &[u8],
    min_memory: usize,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    read_whole(json, min_memory, None, read)
}

/// The same, and finds what the document has that its types do not list. The memory of the values is taken from what all
/// deliveries share, if it is limited.
pub(crate) fn from_slice_with_drift<T>(
    json: &[u8],
    min_memory: usize,
    holding: Option<&Arc<Holding>>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<(T, Vec<Drift>), DecodeError> {
    let mut found = Vec::new();
    let value = read_whole(json, min_memory, holding, |reader| {
        reader.watch.is_on = true;
        let value = read(reader)?;
        found = reader.watch.take_found();
        Ok(value)
    })?;
    Ok((value, found))
}

fn read_whole<T>(
    json: &[u8],
    min_memory: usize,
    holding: Option<&Arc<Holding>>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let text = str::from_utf8(json).map_err(|error| DecodeError::not_utf8(json, error))?;
    let mut reader = Reader::with_memory(text, min_memory);
    let shared = match holding {
        Some(holding) => reader.share(holding, IN_FUTURES * size_of::<T>()),
        None => Ok(()),
    };
    match shared.and_then(|()| read(&mut reader)).and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => {
            reader.settle();
            Ok(value)
        }
        Err(error) => Err(explain(text, holding, error)),
    }
}

/// Malformed JSON is reported before a type mismatch, wherever it fails to fit as well.
#[cold]
fn explain(text: &str, holding: Option<&Arc<Holding>>, error: DecodeError) -> DecodeError {
    // What was decoded has been freed.
    let mut reader = Reader::with_memory(text, usize::MAX);
    reader.has_any_number = true;
    let mut check = || {
        if let Some(holding) = holding {
            holding.keep(0);
            reader.share(holding, 0)?;
        }
        reader.check().and_then(|()| reader.end())
    };
    let malformed = check().err().filter(|error| error.kind() == DecodeErrorKind::Malformed);
    if let Some(holding) = holding {
        holding.keep(0);
    }
    malformed.unwrap_or(error).located(text.as_bytes())
}

/// Decodes a document, and says how many steps that took: each byte that was looked at, as often as it was, and each candidate
/// for a union. Memory is not limited.
#[cfg(feature = "testing")]
pub(crate) fn with_steps<T: Decode>(json: &str) -> (Result<T, DecodeError>, usize) {
    let mut reader = Reader::with_memory(json, usize::MAX);
    reader.watch.is_on = true;
    let decoded = T::decode(&mut reader);
    (decoded, json.len() + reader.meter.steps())
}
