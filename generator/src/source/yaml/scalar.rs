//! Scalars in YAML, and their values in JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

use crate::source::lines::offset_in;
use crate::source::number::is_number;

/// The text of the next scalar, whatever its type.
pub(in crate::source) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer)
}

/// Whether a borrowed scalar is plain, that is, not closed by a quote.
pub(in crate::source) fn is_plain(document: &str, scalar: &str) -> bool {
    let Some(start) = offset_in(document, scalar) else { return false };
    let bytes = document.as_bytes();
    match bytes.get(start + scalar.len()) {
        Some(quote @ (b'"' | b'\'')) => {
            scalar.is_empty() && start.checked_sub(1).map(|before| &bytes[before]) != Some(quote)
        }
        _ => true,
    }
}

/// What YAML reads in a plain scalar that is a key, if that is not a string or a plain integer.
pub(in crate::source) fn key_kind(text: &str) -> Option<&'static str> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some("`null`"),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some("a truth value"),
        _ if is_integer(text) || !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
            None
        }
        _ => is_other_number(text).then_some("a number"),
    }
}

fn is_integer(text: &str) -> bool {
    is_number(text) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the parser reads the text as a number.
fn is_other_number(text: &str) -> bool {
    struct NumberVisitor;

    impl Visitor<'_> for NumberVisitor {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a scalar")
        }

        fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
            Ok(true)
        }

        fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
            Ok(true)
        }

        fn visit_u128<E>(self, _: u128) -> Result<bool, E> {
            Ok(true)
        }

        fn visit_i128<E>(self, _: i128) -> Result<bool, E> {
            Ok(true)
        }

        fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
            Ok(true)
        }

        fn visit_str<E>(self, _: &str) -> Result<bool, E> {
            Ok(false)
        }
    }

    serde_yaml::Deserializer::from_str(text).deserialize_any(NumberVisitor).unwrap_or(false)
}

/// A floating-point number of YAML as JSON writes it, with all its digits.
pub(in crate::source) fn json_number(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer = match integer.trim_start_matches('0') {
        "" => "0",
        integer => integer,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let number = format!("{sign}{integer}{point}{fraction}{exponent}");
    is_number(&number).then_some(number)
}
