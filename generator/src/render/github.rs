//! Diagnostics as workflow commands of GitHub Actions, which shows them at their lines.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::span::Span;
use super::visible::visible;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::source::Sources;

/// All diagnostics, one command per line. Related places and help are in the message, since an annotation has only one
/// place.
pub fn github(diagnostics: &Diagnostics, sources: &Sources) -> String {
    sources.locate(diagnostics);
    diagnostics.iter().map(|diagnostic| command(diagnostic, sources) + "\n").collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let name = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    let mut lines = vec![visible(&diagnostic.message)];
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let Span { file, line, column, end_line, end_column } = Span::new(label, sources);
        if index == 0 {
            properties.extend([
                format!("file={}", property(file)),
                format!("line={line},col={column},endLine={end_line},endColumn={end_column}"),
            ]);
            lines.extend((!label.text.is_empty()).then(|| visible(&label.text)));
        } else {
            let place = format!("{}:{line}:{column}", visible(file));
            lines.push(if label.text.is_empty() { place } else { format!("{place}: {}", visible(&label.text)) });
        }
    }
    properties.push(format!("title={}", diagnostic.code.as_str()));
    lines.extend(diagnostic.notes().iter().map(|note| format!("note: {note}")));
    for help in &diagnostic.help {
        lines.push(format!("help: {}", help.lines().map(visible).collect::<Vec<_>>().join("\n")));
    }
    format!("::{name} {}::{}", properties.join(","), data(&lines.join("\n")))
}

/// Escapes the message of a command.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
