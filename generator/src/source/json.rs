//! JSON: the parser, and its errors.

use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

use super::error::ParserError;
use super::limits;
use super::outline::Outline;
use crate::diagnostics::Code;

/// Runs the parser.
pub(super) fn run<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, ParserError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| explain(text, &error))
}

/// Reads a document for its positions only. In a malformed document they are correct up to the error.
pub(super) fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => outline.open(start..at, byte == b'{'),
            b'}' | b']' => outline.close(),
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            b'"' => {
                at = string_end(bytes, at);
                let string = &text[start..at];
                if outline.expects_key() {
                    let unescaped = string.contains('\\').then(|| serde_json::from_str(string).unwrap_or_default());
                    outline.key(start..at, unescaped);
                } else {
                    outline.value(start..at);
                }
            }
            _ => {
                let length = bytes[at..].iter().position(|byte| b",]} \t\n\r".contains(byte));
                at = length.map_or(bytes.len(), |length| at + length);
                outline.value(start..at);
            }
        }
    }
    outline.finish()
}

/// The offset after the quote that ends the string at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The text of the next value or key, as in the document.
pub(super) fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'de str, D::Error> {
    <&RawValue>::deserialize(deserializer).map(RawValue::get)
}

fn explain(text: &str, error: &serde_json::Error) -> ParserError {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let offset = Some(offset(text, error.line(), error.column()));
    let (code, message, offset) = match message {
        "recursion limit exceeded" => (Code::Limit, limits::too_deep(), offset),
        // The parser's position is the end of the number; its start is better.
        "number out of range" => (Code::Unsupported, "the number is too large".to_owned(), None),
        _ if is_comment(text, offset) => (Code::Syntax, "JSON has no comments".to_owned(), offset),
        other => (Code::Syntax, other.to_owned(), offset),
    };
    ParserError { code, message, offset, context: None }
}

/// Whether the parser stopped at a comment.
fn is_comment(text: &str, offset: Option<usize>) -> bool {
    let rest = offset.and_then(|offset| text.get(offset..)).unwrap_or_default();
    ["//", "/*", "#"].iter().any(|start| rest.starts_with(start))
}

/// The offset of a parser position: lines from 1, columns from 1 in bytes, 0 at the start of a line.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary(start + column.saturating_sub(1))
}
