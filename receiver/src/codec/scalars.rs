//! Booleans, integers and strings.

use std::borrow::Cow;

use super::reader::Kind;
use super::{Decode, DecodeError, Reader};

/// The largest magnitude up to which every integer is an exact double.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Decode for bool {
    const KINDS: u8 = Kind::Bool.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.bool()
    }
}

/// JSON Schema counts every number without a fraction as an integer, so `1.0` and `1e2` are accepted,
/// up to 2⁵³ − 1 where a double is still exact. For digits without such a limit there is
/// [`Integer`](super::Integer).
impl Decode for i64 {
    const KINDS: u8 = Kind::Number.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        integer(reader, "an integer of 64 bits")
    }
}

/// Accepts the spellings that `i64` accepts.
impl Decode for i32 {
    const KINDS: u8 = Kind::Number.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        integer(reader, "an integer of 32 bits")
    }
}

fn integer<T: TryFrom<i64>>(reader: &mut Reader<'_>, expected: &str) -> Result<T, DecodeError> {
    let start = reader.place();
    let number = reader.number(&expected)?;
    let value = number.parse().ok().or_else(|| whole(number.parse().ok()?));
    let invalid = || reader.invalid(start, format_args!("invalid value: number `{number}`, expected {expected}"));
    value.and_then(|value| T::try_from(value).ok()).ok_or_else(invalid)
}

fn whole(value: f64) -> Option<i64> {
    let is_exact = value.fract() == 0.0 && value.abs() <= MAX_SAFE_INTEGER;
    #[expect(clippy::cast_possible_truncation, reason = "an integer below 2^53")]
    is_exact.then_some(value as i64)
}

impl Decode for String {
    const KINDS: u8 = Kind::String.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.string().map(Cow::into_owned)
    }
}
