//! Keys that appear several times in one object. The last one is kept, as most parsers of JSON do; these places say which that
//! is in the text.

use std::collections::HashMap;
use std::rc::Rc;

use crate::document::{Node, Origin, Segment};

/// A segment, and which of the members with its key is meant, from 0.
pub(super) type Step<'s> = (&'s Segment, usize);

/// How often keys appear in an object before the member that is kept, by the [identity](Origin::identity) of the object's
/// origin.
#[derive(Debug, Default)]
pub(super) struct Repeated(HashMap<usize, HashMap<Rc<str>, usize>>);

impl Repeated {
    /// Counts a key that the object already has; returns how often it appeared before.
    pub(super) fn add(&mut self, object: &Origin, key: &Rc<str>) -> usize {
        let count = self.0.entry(object.identity()).or_default().entry(Rc::clone(key)).or_default();
        *count += 1;
        *count
    }

    /// How often the key appears before the member that is kept.
    pub(super) fn before(&self, object: &Origin, key: &str) -> usize {
        self.0.get(&object.identity()).and_then(|keys| keys.get(key)).copied().unwrap_or_default()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The way to the member that was kept, in the tree that was read.
    pub(super) fn way<'s>(&self, root: &Node, segments: Vec<&'s Segment>) -> Vec<Step<'s>> {
        if self.0.is_empty() {
            return first(segments);
        }
        let mut at = Some(root);
        let step = |segment: &'s Segment| {
            let nth = match (at, segment) {
                (Some(node), Segment::Member(name)) => self.before(node.origin(), name),
                _ => 0,
            };
            at = at.and_then(|node| node.child(segment));
            (segment, nth)
        };
        segments.into_iter().map(step).collect()
    }

    /// The way to what is being read, or to what was kept.
    pub(super) fn way_of<'s>(&self, origin: &'s Origin) -> Vec<Step<'s>> {
        let mut way = Vec::new();
        let mut at = origin;
        while let (Some(parent), Some(segment)) = (at.parent(), at.last()) {
            way.push(match segment {
                Segment::Member(name) => (segment, self.before(parent, name)),
                Segment::Element(_) => (segment, 0),
            });
            at = parent;
        }
        way.reverse();
        way
    }
}

/// The way of which every key appears once.
pub(super) fn first(segments: Vec<&Segment>) -> Vec<Step<'_>> {
    segments.into_iter().map(|segment| (segment, 0)).collect()
}
