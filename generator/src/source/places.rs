//! Where the parts of a document stand in its text.

use std::ops::Range;

use super::json;
use super::lines::first_line;
use super::locate::locate;
use super::outline::{Outline, Part};
use super::syntax::Syntax;
use crate::document::Segment;

/// What answers where the parts of a document stand.
#[derive(Debug)]
pub(super) enum Places {
    /// JSON was read once more, to all its places.
    Known(Outline),
    /// YAML is read once more for each place, since its parser tells no places but those of errors.
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

    /// The bytes of a place, as many of them as stand on its first line; of an object or array in braces or brackets only
    /// the opening one. None where the document has no such place.
    pub(super) fn find(&self, text: &str, segments: &[&Segment], part: Part) -> Option<Range<usize>> {
        match self {
            Self::Known(outline) => outline.find(text, segments, part).map(|range| first_line(text, range)),
            Self::Sought => locate(text, segments, part),
        }
    }
}
