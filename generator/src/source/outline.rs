//! The positions of all parts of a JSON document, recorded in one pass.

use std::ops::Range;

use super::repeated::Step;
use crate::document::Segment;

/// The requested part of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The value.
    Value,
    /// The key; the value if the place is an element or the root.
    Key,
}

/// The positions in a document, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The values, each before all that are within it.
    spots: Vec<Spot>,
    /// The objects and arrays that are open while the document is read, each within the one before it.
    open: Vec<Open>,
}

/// A value, with its key if it is a member.
#[derive(Debug)]
struct Spot {
    key: Option<Key>,
    range: Range<usize>,
    /// After the last entry within it.
    end: usize,
}

#[derive(Debug)]
struct Key {
    /// With its quotes.
    range: Range<usize>,
    /// The name, if it differs from the text between the quotes.
    unescaped: Option<String>,
}

impl Key {
    fn is(&self, text: &str, name: &str) -> bool {
        match &self.unescaped {
            Some(unescaped) => unescaped == name,
            None => text.get(self.range.start + 1..self.range.end.saturating_sub(1)) == Some(name),
        }
    }
}

#[derive(Debug)]
struct Open {
    spot: usize,
    is_object: bool,
    /// The key whose value comes next.
    key: Option<Key>,
}

impl Outline {
    pub(super) fn find(&self, text: &str, way: &[Step<'_>], part: Part) -> Option<Range<usize>> {
        let mut at = 0;
        for (segment, nth) in way {
            let key = |at: &usize| self.spots[*at].key.as_ref();
            at = match segment {
                Segment::Member(name) => {
                    self.within(at).filter(|at| key(at).is_some_and(|key| key.is(text, name))).nth(*nth)?
                }
                Segment::Element(index) => self.within(at).nth(*index).filter(|at| key(at).is_none())?,
            };
        }
        let spot = self.spots.get(at)?;
        Some(match (&spot.key, part) {
            (Some(key), Part::Key) => key.range.clone(),
            _ => spot.range.clone(),
        })
    }

    /// The spots right within one.
    fn within(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.spots.get(at).map_or(0, |spot| spot.end);
        let exists = move |at: &usize| *at < end;
        std::iter::successors(Some(at + 1).filter(exists), move |at| Some(self.spots[*at].end).filter(exists))
    }

    /// Whether a key comes next.
    pub(super) fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_object && open.key.is_none())
    }

    /// Records a key.
    pub(super) fn key(&mut self, range: Range<usize>, unescaped: Option<String>) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some(Key { range, unescaped });
        }
    }

    /// Records a value without children.
    pub(super) fn value(&mut self, range: Range<usize>) {
        let key = self.open.last_mut().and_then(|open| open.key.take());
        self.spots.push(Spot { key, range, end: self.spots.len() + 1 });
    }

    /// Records the start of an object or array. Everything until its end is within it.
    pub(super) fn open(&mut self, range: Range<usize>, is_object: bool) {
        let spot = self.spots.len();
        self.value(range);
        self.open.push(Open { spot, is_object, key: None });
    }

    /// Records the end of the innermost open object or array.
    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.spots[open.spot].end = self.spots.len();
        }
    }

    /// Records the end of the text. What is still open is incomplete.
    pub(super) fn finish(mut self) -> Self {
        while !self.open.is_empty() {
            self.close();
        }
        self
    }
}
