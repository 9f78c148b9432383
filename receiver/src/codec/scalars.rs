//! Null, booleans, integers and strings.

use std::borrow::Cow;

use super::decimal::Decimal;
use super::reader::Kind;
use super::{Decode, DecodeError, Reader};

/// `null` and nothing else.
impl Decode for () {
    const KINDS: u8 = Kind::Null.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.null()? { Ok(()) } else { Err(reader.mismatch(&"null")) }
    }
}

impl Decode for bool {
    const KINDS: u8 = Kind::Bool.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.bool()
    }
}

/// JSON Schema counts every number without a fraction as an integer, so `1.0` and `1e2` are accepted. None is rounded. For
/// numbers beyond 64 bits there is [`Integer`](super::Integer).
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
    let whole = || i64::try_from(Decimal::parse(number)?.to_i128()?).ok();
    let value = number.parse().ok().or_else(whole);
    let invalid = || reader.invalid(start, format_args!("invalid value: number `{number}`, expected {expected}"));
    value.and_then(|value| T::try_from(value).ok()).ok_or_else(invalid)
}

impl Decode for String {
    const KINDS: u8 = Kind::String.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.string().map(Cow::into_owned)
    }
}
