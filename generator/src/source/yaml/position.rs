//! Positions in the texts of the parser's errors.

use serde::de::{Deserialize, IgnoredAny};

/// The parser's context, and where it began.
pub(super) fn placed(text: &str, context: &str) -> Option<(String, usize)> {
    let (context, position) = split_position(context);
    let (line, column) = position?;
    Some((context.to_owned(), offset_of(text, line, column)))
}

/// The start of the quoted string that the quote at `end` closes.
pub(super) fn quoted_from(text: &str, end: usize) -> Option<usize> {
    // Without its closing quote, the parser reports where it was opened.
    let error = IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(&text[..end])).err()?.to_string();
    let (_, context) = error.split_once(", while ")?;
    let (context, start) = placed(text, context)?;
    (context == "scanning a quoted scalar").then_some(start)
}

/// Splits off ` at line L column C`.
pub(in crate::source) fn split_position(message: &str) -> (&str, Option<(usize, usize)>) {
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

/// The offset of a parser position: from 1, columns in characters.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text[start..].char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(offset, _)| start + offset)
}
