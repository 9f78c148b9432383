//! YAML: the parser, what it must not let pass, and its errors. Nothing else names the parser.

mod wording;

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, Visitor};

use super::limits::{Limits, YAML_OPEN};
use super::lines::{floor, offset_in};
use super::syntax::ParserError;
use crate::diagnostics::Code;

/// Runs the parser.
pub(super) fn run<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, ParserError> {
    seed.deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| explain(text, &error))
}

/// Refuses what the parser accepts, takes too long for, or reports without a place.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), ParserError> {
    let refuse =
        |code, message: String, offset| Err(ParserError { code, message, offset: Some(offset), context: None });
    if let Some((offset, character)) = text.char_indices().find(|&(_, character)| !is_printable(character)) {
        let message = format!("the control character U+{:04X} is not allowed in YAML", u32::from(character));
        return refuse(Code::Syntax, message, offset);
    }
    let (mut indicators, mut open) = (0, 0_usize);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b',' | b':' | b'-' | b'?' | b'\n' => {}
            _ => continue,
        }
        indicators += 1;
        if open > YAML_OPEN {
            return refuse(Code::Limit, format!("more than {YAML_OPEN} brackets and braces are open"), offset);
        }
        if indicators > limits.indicators {
            return refuse(Code::Limit, format!("the document has more than {} indicators", limits.indicators), offset);
        }
    }
    match tag(text) {
        Some(offset) => refuse(Code::Unsupported, "YAML tags are not supported".to_owned(), offset),
        None => Ok(()),
    }
}

/// The characters that YAML 1.2 calls printable; any other one may only be written as an escape.
fn is_printable(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Where the first tag stands.
///
/// The parser does not tell of most tags, so it is asked in another way: a tag begins with `!` where a token may
/// begin, and no token begins with `@`. With every `!` replaced, the parser therefore stops at exactly the first tag;
/// within scalars and comments the replacement changes nothing.
fn tag(text: &str) -> Option<usize> {
    let may_begin = |(offset, _): (usize, &str)| match text.as_bytes()[..offset].last() {
        None => true,
        Some(before) => before.is_ascii_whitespace() || b"[]{},:\"'".contains(before),
    };
    if !text.match_indices('!').any(may_begin) {
        return None;
    }
    let replaced = text.replace('!', "@");
    let error = IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(&replaced)).err()?;
    let offset = error.location()?.index();
    (text.as_bytes().get(offset) == Some(&b'!')).then_some(offset)
}

/// The text of the scalar that comes next, whatever the parser takes it for.
pub(super) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer)
}

/// Whether a scalar that the parser lends is plain, that is, whether no quote closes it.
pub(super) fn is_plain(document: &str, scalar: &str) -> bool {
    let Some(start) = offset_in(document, scalar) else { return false };
    let bytes = document.as_bytes();
    match bytes.get(start + scalar.len()) {
        Some(quote @ (b'"' | b'\'')) => {
            scalar.is_empty() && start.checked_sub(1).map(|before| &bytes[before]) != Some(quote)
        }
        _ => true,
    }
}

/// Why a plain scalar must not be a key; none where it may.
pub(super) fn refused_key(text: &str) -> Option<&'static str> {
    match text {
        "<<" => Some("YAML merge keys are not supported"),
        "" | "~" | "null" | "Null" | "NULL" => Some("`null` is not a key"),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some("a truth value is not a key"),
        _ if is_integer(text) || !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
            None
        }
        _ => is_other_number(text).then_some("a number that is not a plain integer is not a key"),
    }
}

fn is_integer(text: &str) -> bool {
    super::json::is_number(text) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the parser takes the text for a number.
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
pub(super) fn json_number(text: &str) -> Option<String> {
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
    super::json::is_number(&number).then_some(number)
}

fn explain(text: &str, error: &serde_yaml::Error) -> ParserError {
    let offset = error.location().map(|location| floor(text, location.index()));
    let whole = error.to_string();
    let (problem, context) = match whole.split_once(", while ") {
        Some((problem, context)) => (problem, Some(context)),
        None => (whole.as_str(), None),
    };
    let (problem, _) = split_position(problem);
    let (code, message) = match problem {
        "recursion limit exceeded" => (Code::Limit, super::too_deep()),
        "repetition limit exceeded" => (Code::Limit, "aliases repeat too much of the document".to_owned()),
        "unknown anchor" => (Code::Syntax, "the alias names no anchor that stands before it".to_owned()),
        "EOF while parsing a value" => (Code::Syntax, super::EMPTY.to_owned()),
        "deserializing from YAML containing more than one document is not supported" => {
            return second_document(text);
        }
        problem => match problem.split_once("invalid type: ") {
            Some((_, found)) => {
                let found = found.split_once(", expected ").map_or(found, |(found, _)| found);
                (Code::Unsupported, format!("a key must be a string, not a {found}"))
            }
            None => return syntax_error(text, problem, offset, context),
        },
    };
    ParserError { code, message, offset, context: context.and_then(|context| placed(text, context)) }
}

/// An error of syntax, in our words where we have better ones.
fn syntax_error(text: &str, problem: &str, offset: Option<usize>, context: Option<&str>) -> ParserError {
    let context = context.and_then(|context| placed(text, context));
    let found =
        wording::Found { text, problem, offset, context: context.as_ref().map(|(what, at)| (what.as_str(), *at)) };
    found.reword().unwrap_or_else(|| ParserError { code: Code::Syntax, message: problem.to_owned(), offset, context })
}

/// What the parser was at, and where that began.
fn placed(text: &str, context: &str) -> Option<(String, usize)> {
    let (context, position) = split_position(context);
    let (line, column) = position?;
    Some((context.to_owned(), offset_of(text, line, column)))
}

/// Where the quoted text begins that the quote at `end` closes.
fn quoted_from(text: &str, end: usize) -> Option<usize> {
    // Without its closing quote, the parser says where it was opened.
    let error = IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(&text[..end])).err()?.to_string();
    let (_, context) = error.split_once(", while ")?;
    let (context, start) = placed(text, context)?;
    (context == "scanning a quoted scalar").then_some(start)
}

/// Splits off ` at line L column C`.
fn split_position(message: &str) -> (&str, Option<(usize, usize)>) {
    let split = || {
        let (message, position) = message.rsplit_once(" at line ")?;
        let (line, column) = position.split_once(" column ")?;
        Some((message, (line.parse().ok()?, column.parse().ok()?)))
    };
    match split() {
        Some((message, position)) => (message, Some(position)),
        None => (message.rsplit_once(" at position ").map_or(message, |(message, _)| message), None),
    }
}

/// The offset of a position as the parser gives it: from 1, columns in characters.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text[start..].char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(offset, _)| start + offset)
}

/// The parser does not say where the second document begins; the error of reading its content does nearly so.
fn second_document(text: &str) -> ParserError {
    let content = serde_yaml::Deserializer::from_str(text)
        .nth(1)
        .and_then(|document| super::locate::stop(document).err()?.location())
        .map_or(text.len(), |location| floor(text, location.index()));
    let marker = text[..content].rfind("\n---").map_or(content, |line_break| line_break + 1);
    ParserError {
        code: Code::Unsupported,
        message: "a file must hold one document only".to_owned(),
        offset: Some(marker),
        context: None,
    }
}
