//! The lines and columns of a label.

use serde::Serialize;

use crate::diagnostics::{Label, Place};
use crate::source::Sources;

/// A range, from 1; the end is behind its last character.
#[derive(Serialize)]
pub(super) struct Span<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl<'a> Span<'a> {
    pub(super) fn new(label: &Label, sources: &'a Sources) -> Self {
        let (file, range) = sources.range(&label.place);
        let position = |offset| sources.position(&Place::Bytes(file, offset..offset));
        let (start, end) = (position(range.start), position(range.end));
        Self {
            file: sources.path_name(file),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
