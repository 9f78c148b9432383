//! The positions of the parts of a document.

use std::ops::Range;

use super::json;
use super::lines::first_line;
use super::locate::locate;
use super::outline::{Outline, Part};
use super::syntax::Syntax;
use crate::document::Segment;

/// The source of positions in a document.
#[derive(Debug)]
pub(super) enum Places {
    /// JSON was read again, for all positions.
    Known(Outline),
    /// YAML is read again for each position, since its parser reports positions in errors only.
    Sought,
}

impl Places {
    /// Gets ready for a document.
    pub(super) fn of(text: &str, syntax: Syntax) -> Self {
        match syntax {
            Syntax::Json => Self::Known(json::outline(text)),
            Syntax::Yaml => Self::Sought,
        }
    }

    /// The bytes of a place on its first line; for an object or array in braces or brackets only the opening one. `None`
    /// if the document has no such place.
    pub(super) fn find(&self, text: &str, segments: &[&Segment], part: Part) -> Option<Range<usize>> {
        match self {
            Self::Known(outline) => outline.find(text, segments, part).map(|range| first_line(text, range)),
            Self::Sought => locate(text, segments, part),
        }
    }
}
