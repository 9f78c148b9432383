//! Diagnostics as JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::span::Span;
use crate::diagnostics::Diagnostics;
use crate::document::is_invisible;
use crate::source::Sources;

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Span<'a>>,
    labels: Vec<JsonLabel<'a>>,
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// How many findings it stands for, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: Span<'a>,
    text: &'a str,
}

/// All diagnostics for programs, one JSON object per line. The place of the first label is next to the message.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> String {
    sources.locate(diagnostics);
    let mut lines = String::new();
    for diagnostic in diagnostics {
        let line = JsonDiagnostic {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity().name(),
            message: &diagnostic.message,
            place: diagnostic.labels.first().map(|label| Span::new(label, sources)),
            labels: diagnostic
                .labels
                .iter()
                .map(|label| JsonLabel { place: Span::new(label, sources), text: &label.text })
                .collect(),
            help: &diagnostic.help,
            note: Some(diagnostic.notes().join("; ")).filter(|note| !note.is_empty()),
            count: (diagnostic.alike > 0).then_some(diagnostic.alike + 1),
        };
        // Strings and integers only: nothing here can fail.
        let line = serde_json::to_string(&line).unwrap_or_default();
        for character in line.chars() {
            if is_invisible(character) {
                // It can only occur in a string.
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(lines, "\\u{unit:04x}");
                }
            } else {
                lines.push(character);
            }
        }
        lines.push('\n');
    }
    lines
}
