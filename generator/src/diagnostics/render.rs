//! Diagnostics as text for people, in the style of rustc, and as JSON for programs.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::{Diagnostic, Diagnostics, Label, Place, Severity};
use crate::source::{FileId, Position, Sources, floor};

/// The longest line that is shown whole, in bytes. Of a longer one, what is around one mark is shown.
const LONG_LINE: usize = 1000;

/// How much of a longer line is marked at most, in bytes.
const LONG_MARK: usize = 60;

/// How far apart two marks may be and share a snippet, in bytes.
const NEAR: usize = 64 * 1024;

/// All findings for people, a blank line between them.
pub fn text(diagnostics: &Diagnostics, sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let reports: Vec<String> =
        diagnostics.iter().map(|diagnostic| report(diagnostic, sources, &renderer) + "\n").collect();
    reports.join("\n")
}

fn report(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    let mut marks: Vec<Mark<'_>> = diagnostic.labels.iter().map(|label| Mark::new(label, sources)).collect();
    let mut kind = AnnotationKind::Primary;
    while !marks.is_empty() {
        let (together, rest) = split_near(marks);
        group = show(group, &together, kind, sources);
        kind = AnnotationKind::Context;
        marks = rest;
    }
    let lines = |help: &String| help.lines().map(visible).collect::<Vec<_>>().join("\n");
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(lines(help)));
    renderer.render(&[group.elements(help)])
}

/// A label whose place was found.
struct Mark<'a> {
    file: FileId,
    range: Range<usize>,
    text: &'a str,
    /// The line or lines that have the range.
    lines: Range<usize>,
    whole_file: bool,
}

impl<'a> Mark<'a> {
    fn new(label: &'a Label, sources: &Sources) -> Self {
        let (file, mut range) = sources.range(&label.place);
        let text = sources.text(file);
        let start = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |length| range.end + length);
        if end - start > LONG_LINE {
            range.end = floor(text, range.end.min(range.start + LONG_MARK));
        }
        Self { file, range, text: &label.text, lines: start..end, whole_file: matches!(label.place, Place::File(_)) }
    }

    fn is_long(&self) -> bool {
        self.lines.len() > LONG_LINE
    }
}

/// Splits off the marks that share a snippet with the first one.
fn split_near(marks: Vec<Mark<'_>>) -> (Vec<Mark<'_>>, Vec<Mark<'_>>) {
    let Some(first) = marks.first() else { return (marks, Vec::new()) };
    let (file, start, alone) = (first.file, first.lines.start, first.is_long() || first.whole_file);
    let mut is_first = true;
    marks.into_iter().partition(|mark| {
        std::mem::take(&mut is_first)
            || !alone
                && !mark.whole_file
                && !mark.is_long()
                && mark.file == file
                && mark.lines.start.abs_diff(start) <= NEAR
    })
}

/// Adds a snippet with the marks, which are of one file; the first one is the reason for the snippet.
fn show<'a>(group: Group<'a>, marks: &[Mark<'a>], kind: AnnotationKind, sources: &'a Sources) -> Group<'a> {
    let Some(first) = marks.first() else { return group };
    let path = visible(sources.path_name(first.file));
    if first.whole_file {
        return group.element(Origin::path(path));
    }
    let text = sources.text(first.file);
    let start = marks.iter().map(|mark| mark.lines.start).min().unwrap_or(0);
    let end = marks.iter().map(|mark| mark.lines.end).max().unwrap_or(0);
    let line = sources.position(&Place::Bytes(first.file, start..start)).line;
    let mut snippet = Snippet::source(&text[start..end]).path(path).line_start(line);
    let mut kind = kind;
    for mark in marks {
        snippet = snippet.annotation(annotation(kind, mark.range.start - start..mark.range.end - start, mark.text));
        kind = AnnotationKind::Context;
    }
    group.element(snippet)
}

fn annotation<'a>(kind: AnnotationKind, span: Range<usize>, text: &str) -> annotate_snippets::Annotation<'a> {
    kind.span(span).label((!text.is_empty()).then(|| visible(text)))
}

/// The text with all that a terminal does not show as it stands written as escapes.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else if is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Marks of direction and characters without width: they make text look like what it is not.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}')
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<JsonPlace<'a>>,
    labels: Vec<JsonLabel<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    text: &'a str,
}

/// A range; the end is behind its last character.
#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl<'a> JsonPlace<'a> {
    fn new(label: &Label, sources: &'a Sources) -> Self {
        let (file, range) = sources.range(&label.place);
        let position = |offset| sources.position(&Place::Bytes(file, offset..offset));
        let (Position { line, column }, end) = (position(range.start), position(range.end));
        Self { file: sources.path_name(file), line, column, end_line: end.line, end_column: end.column }
    }
}

/// All findings for programs, one JSON object a line. The place of the first label stands beside the message.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics {
        let line = JsonDiagnostic {
            code: diagnostic.code.as_str(),
            severity: match diagnostic.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            place: diagnostic.labels.first().map(|label| JsonPlace::new(label, sources)),
            labels: diagnostic
                .labels
                .iter()
                .map(|label| JsonLabel { place: JsonPlace::new(label, sources), text: &label.text })
                .collect(),
            help: &diagnostic.help,
        };
        // Strings and integers only: nothing here can fail.
        let line = serde_json::to_string(&line).unwrap_or_default();
        for character in line.chars() {
            if is_invisible(character) {
                // It can only stand in a string.
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
