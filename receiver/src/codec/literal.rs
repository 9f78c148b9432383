//! Values listed in a description: `const` and `enum`.

use std::fmt;

use super::error::quoted;
use super::same::same_json;
use super::{Decode, DecodeError, Reader};

/// Reads exactly this string.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant(reader: &mut Reader<'_>, expected: &str) -> Result<(), DecodeError> {
    let start = reader.place();
    let text = reader.string()?;
    if text == expected {
        Ok(())
    } else {
        let found = quoted(&text);
        Err(DecodeError::mismatch(
            start,
            format_args!("invalid value: string {found}, expected the string {expected:?}"),
        ))
    }
}

/// Reads exactly this value.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant_value<T>(reader: &mut Reader<'_>, expected: &T) -> Result<(), DecodeError>
where
    T: Decode + PartialEq + fmt::Display,
{
    let start = reader.place();
    let value = T::decode(reader)?;
    if value == *expected {
        Ok(())
    } else {
        Err(DecodeError::mismatch(start, format_args!("expected {expected}, found {value}")))
    }
}

/// Reads exactly this JSON, however it is spelled: `1.0` is `1`, and the order of members does not count.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant_json(reader: &mut Reader<'_>, expected: &str) -> Result<(), DecodeError> {
    let start = reader.place();
    let value = reader.value()?.to_json();
    same_json(expected, value.as_str()).map_err(|message| DecodeError::mismatch(start, message))
}
