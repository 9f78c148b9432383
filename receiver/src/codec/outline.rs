//! Where the objects and arrays of a text end, and which variants of unions were found to fit.

use std::collections::HashMap;

/// A place in the text.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) at: usize,
    /// How many objects and arrays of the outermost kept value begin before.
    pub(super) opened: usize,
}

/// The objects and arrays of a kept value, in the order in which they begin.
#[derive(Default)]
pub(super) struct Outline {
    /// The place after each.
    pub(super) ends: Vec<Place>,
    /// How many have been opened.
    pub(super) opened: usize,
    /// Whether it is being written.
    pub(super) is_recording: bool,
    /// Whether it describes the text that is being read.
    pub(super) is_complete: bool,
    /// The variants that fit values within it, by the place of the value and the address of the union's index. `None` if none
    /// fits.
    pub(super) variants: HashMap<(usize, usize), Option<usize>>,
    /// The end of the last value that its type does not list.
    pub(super) unlisted: Option<usize>,
    /// How many nulls were read as absence.
    pub(super) nulls: usize,
    /// The end of the last object in which a member is null that may only be absent.
    pub(super) nulled: Option<usize>,
    /// Attempts in progress.
    pub(super) attempts: u16,
}

impl Outline {
    /// An object or array begins.
    #[inline]
    pub(super) fn open(&mut self) {
        self.opened += 1;
    }
}
