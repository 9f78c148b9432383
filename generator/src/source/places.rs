//! The positions of the parts of a document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use super::json;
use super::lines::first_line;
use super::locate::locate;
use super::locate_all::locate_all;
use super::outline::{Outline, Part};
use super::repeated::{Repeated, Step};
use super::syntax::Syntax;
use crate::document::{Node, Segment};

/// The source of positions in a document.
#[derive(Debug)]
pub(super) enum Places {
    /// JSON was read again, for all positions.
    Known(Outline),
    /// YAML is read again for those that are asked for together, and for each other one, since its parser reports positions
    /// in errors only.
    Sought(RefCell<HashMap<Sought, Range<usize>>>),
}

/// The way to a place, and the part of it.
type Sought = (Vec<(Segment, usize)>, Part);

fn sought(way: &[Step<'_>], part: Part) -> Sought {
    (way.iter().map(|(segment, nth)| ((*segment).clone(), *nth)).collect(), part)
}

impl Places {
    /// Gets ready for a document.
    pub(super) fn of(text: &str, syntax: Syntax) -> Self {
        match syntax {
            Syntax::Json => Self::Known(json::outline(text)),
            Syntax::Yaml => Self::Sought(RefCell::default()),
        }
    }

    /// Finds several places of a document that was read as this tree.
    pub(super) fn find_all(&self, text: &str, root: &Node, repeated: &Repeated, places: &[(Vec<Step<'_>>, Part)]) {
        if let Self::Sought(known) = self {
            let found = places.iter().zip(locate_all(text, root, repeated, places));
            known.borrow_mut().extend(found.filter_map(|((way, part), range)| Some((sought(way, *part), range?))));
        }
    }

    /// The bytes of a place on its first line; for an object or array in braces or brackets only the opening one. `None`
    /// if the document has no such place.
    pub(super) fn find(&self, text: &str, way: &[Step<'_>], part: Part) -> Option<Range<usize>> {
        match self {
            Self::Known(outline) => outline.find(text, way, part).map(|range| first_line(text, range)),
            Self::Sought(known) => {
                let found = known.borrow().get(&sought(way, part)).cloned();
                found.or_else(|| locate(text, way, part))
            }
        }
    }
}
