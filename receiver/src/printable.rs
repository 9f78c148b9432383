//! Shortens and escapes untrusted text for messages and log lines.

use std::fmt::{self, Write};

/// Shows at most `limit` characters of the text and escapes whatever could disturb a terminal or a
/// log: control characters, line ends, bidirectional marks and other invisible characters.
pub(crate) struct Printable<'a> {
    pub(crate) text: &'a str,
    pub(crate) limit: usize,
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text.chars();
        for character in rest.by_ref().take(self.limit) {
            if character == ' ' || character.is_ascii_graphic() || character.is_alphanumeric() {
                f.write_char(character)?;
            } else {
                write!(f, "{}", character.escape_unicode())?;
            }
        }
        if rest.next().is_some() { f.write_char('…') } else { Ok(()) }
    }
}

/// The first characters of a text, with a mark if it was cut.
pub(crate) fn start(text: &str, limit: usize) -> (&str, &'static str) {
    match text.char_indices().nth(limit) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    }
}
