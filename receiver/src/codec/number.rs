use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::decimal::Decimal;
use super::reader::Kind;
use super::{Decode, DecodeError, Reader};

/// A JSON number with the digits that were received.
///
/// A double has about 16 digits; identifiers and amounts of money may have more. Numbers beyond the range of a double,
/// such as `1e400`, are refused. Equality compares the text: `1.0` is not `1`.
///
/// `Number` can be read and written through `serde_json` only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

/// A JSON number without a fraction, with the digits that were received.
///
/// As in JSON Schema, the value counts and not the spelling: `1.0` and `1e2` are integers. Otherwise
/// like [`Number`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Integer(Box<str>);

/// A text is not a JSON number of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidNumber(&'static str);

impl fmt::Display for InvalidNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for InvalidNumber {}

impl Number {
    /// The digits as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, if it has no fraction and fits.
    pub fn as_i64(&self) -> Option<i64> {
        to_i128(&self.0)?.try_into().ok()
    }

    /// The value, if it has no fraction and fits.
    pub fn as_u64(&self) -> Option<u64> {
        to_i128(&self.0)?.try_into().ok()
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        to_f64(&self.0)
    }
}

impl Integer {
    /// The digits as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        to_i128(&self.0)?.try_into().ok()
    }

    /// The value, if it fits.
    pub fn as_u64(&self) -> Option<u64> {
        to_i128(&self.0)?.try_into().ok()
    }

    /// The value, if it fits.
    pub fn as_i128(&self) -> Option<i128> {
        to_i128(&self.0)
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        to_f64(&self.0)
    }
}

fn to_i128(digits: &str) -> Option<i128> {
    Decimal::parse(digits)?.to_i128()
}

/// Both types contain only finite numbers.
fn to_f64(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::NAN)
}

/// A text that is a number of JSON, within the range of a double.
fn number(text: &str) -> Result<&str, InvalidNumber> {
    if text.parse().is_ok_and(f64::is_finite) { Ok(text) } else { Err(InvalidNumber("the number is out of range")) }
}

/// The same without a fraction.
fn integer(text: &str) -> Result<&str, InvalidNumber> {
    let is_integer = Decimal::parse(number(text)?).is_some_and(|decimal| decimal.is_integer());
    if is_integer { Ok(text) } else { Err(InvalidNumber("expected an integer")) }
}

macro_rules! digits {
    ($name:ident, $read:ident, $expected:literal, $($from:ty),+) => {
        impl Decode for $name {
            const KINDS: u8 = Kind::Number.bit();

            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let start = reader.place();
                match $read(reader.number(&$expected)?) {
                    Ok(digits) => Ok(Self(digits.into())),
                    Err(error) => Err(reader.invalid(start, error)),
                }
            }
        }

        crate::__deserialize!($name);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                super::json_text(serializer, &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidNumber;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut reader = Reader::new(text);
                let digits = reader.number(&$expected).and_then(|digits| reader.end().map(|()| digits));
                let digits = digits.map_err(|_| InvalidNumber("expected a number"))?;
                $read(digits).map(|digits| Self(digits.into()))
            }
        }

        $(
            impl From<$from> for $name {
                fn from(value: $from) -> Self {
                    Self(value.to_string().into())
                }
            }
        )+
    };
}

digits!(Number, number, "a number", i32, i64, u32, u64);
digits!(Integer, integer, "an integer", i32, i64, u32, u64, i128);

impl From<Integer> for Number {
    fn from(integer: Integer) -> Self {
        Self(integer.0)
    }
}

/// Refuses infinities and NaN, which JSON does not have.
impl TryFrom<f64> for Number {
    type Error = InvalidNumber;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        serde_json::Number::from_f64(value)
            .map(|number| Self(number.to_string().into()))
            .ok_or(InvalidNumber("the number is not finite"))
    }
}
