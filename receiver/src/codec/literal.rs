//! Values listed in a description: `const` and `enum`.

use std::fmt;

use super::error::Quoted;
use super::same::{JsonValues, same_json};
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
        let found = Quoted(&text);
        Err(reader.invalid(start, format_args!("invalid value: string {found}, expected the string {expected:?}")))
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
        Err(reader.invalid(start, format_args!("expected {expected}, found {value}")))
    }
}

/// Reads exactly this JSON, however it is spelled: `1.0` is `1`, and the order of members does not count. `values` is for
/// this text only.
///
/// # Errors
///
/// If the value is anything else.
pub fn constant_json(reader: &mut Reader<'_>, values: &JsonValues, expected: &str) -> Result<(), DecodeError> {
    let start = reader.place();
    let Err(text) = values.read_text(&[expected], reader)? else { return Ok(()) };
    let difference = fmt::from_fn(|f| f.write_str(&same_json(expected, text).err().unwrap_or_default()));
    Err(reader.invalid(start, difference))
}
