//! Checks before parsing.

use serde::de::{Deserialize, IgnoredAny};

use crate::diagnostics::Code;
use crate::source::error::ParserError;
use crate::source::limits::{Limits, YAML_OPEN};

/// Refuses input that the parser wrongly accepts, is too slow for, or reports without a position.
pub(in crate::source) fn check(text: &str, limits: &Limits) -> Result<(), ParserError> {
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

/// The printable characters of YAML 1.2; all others must be escaped.
fn is_printable(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The position of the first tag.
///
/// The parser does not report most tags. But a tag begins with `!` at the start of a token, and no token begins with `@`.
/// With every `!` replaced by `@`, the parser therefore stops at exactly the first tag; within scalars and comments the
/// replacement changes nothing.
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
