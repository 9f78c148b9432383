//! Diagnostics as text, in the style of rustc.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::visible::visible;
use crate::diagnostics::{Diagnostic, Diagnostics, Label, Place, Severity};
use crate::document::FileId;
use crate::source::Sources;

/// The longest line that is shown in full, in bytes. Of a longer one, only the text around a mark is shown.
const LONG_LINE: usize = 1000;

/// How much of a longer line is marked at most, in bytes.
const LONG_MARK: usize = 60;

/// How far apart two marks may be and share a snippet, in bytes.
const NEAR: usize = 64 * 1024;

/// All diagnostics, separated by blank lines.
pub fn text(diagnostics: &Diagnostics, sources: &Sources, color: bool) -> String {
    sources.locate(diagnostics);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let reports: Vec<String> =
        diagnostics.iter().map(|diagnostic| report(diagnostic, sources, &renderer) + "\n").collect();
    reports.join("\n")
}

fn report(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
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
    let notes = diagnostic.notes().into_iter().map(|note| Level::NOTE.message(note));
    renderer.render(&[group.elements(notes).elements(help)])
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
            range.end = text.floor_char_boundary(range.end.min(range.start + LONG_MARK));
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
