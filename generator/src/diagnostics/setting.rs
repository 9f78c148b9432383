//! Lines of a `codegen.toml` that state a choice, or would answer a question.

use std::fmt::Write as _;

use crate::document::is_invisible;

/// How many lines of a setting are shown.
const MAX_LINES: usize = 20;

/// Lines of a table in a `codegen.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The table, such as `event-type`.
    pub table: &'static str,
    /// Its lines, such as `pointer = "/type"`. What is not known of them is a comment.
    pub lines: Vec<String>,
    /// Where the lines come from.
    pub basis: Basis,
    /// If there are several to choose from: when this one is right, such as `for Standard Webhooks`.
    pub when: Option<String>,
}

/// Where the lines of a setting come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The generator uses what they state, so adding them changes nothing.
    Inferred,
    /// They are a candidate, which a person must check or complete.
    Open,
    /// They change what a person may want to change; nothing is uncertain without them.
    Optional,
}

impl Setting {
    /// The help that shows the lines.
    pub(super) fn help(&self) -> String {
        let Self { table, lines, when, .. } = self;
        let mut shown = lines.iter().take(MAX_LINES).map(String::as_str).collect::<Vec<_>>().join("\n");
        if let more @ 1.. = lines.len().saturating_sub(MAX_LINES) {
            shown += &format!("\n# and {more} more lines like these");
        }
        let title = when.as_deref().unwrap_or("set it in codegen.toml (`--config`)");
        format!("{title}:\n[{table}]\n{shown}")
    }
}

/// The text as a TOML string. Characters that a terminal does not show are escaped.
pub fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            '\r' => quoted += "\\r",
            // Writing to a `String` does not fail.
            _ if character.is_control() || is_invisible(character) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

/// A line of TOML that sets a key to a text.
pub fn toml_line(key: &str, text: &str) -> String {
    format!("{} = {}", toml_string(key), toml_string(text))
}

#[cfg(test)]
mod tests {
    use super::{toml_line, toml_string};

    #[test]
    fn every_text_is_a_toml_string() {
        for text in ["a.b", "a\"b\\c", "a\nb\tc\r", "\u{0}\u{7f}\u{85}", "\u{200b}\u{202e}\u{e0001}", "'''", "ü😀"] {
            let quoted = toml_string(text);
            let table: toml::Table = toml_line(text, text).parse().unwrap();
            assert_eq!(table.into_iter().next(), Some((text.to_owned(), text.into())), "{quoted}");
            assert!(!quoted.contains(char::is_control), "{quoted}");
        }
    }
}
