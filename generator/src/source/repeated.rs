//! Keys that appear several times in one object. The last one is kept, as most parsers of JSON do; these places say which that
//! is in the text. Merge keys are all kept: the tree as written has one member for them, with the list of their values.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::document::{Node, Origin, Segment};

/// The plain key that merges.
pub(super) const MERGE: &str = "<<";

/// A segment, and which of the members with its key is meant, from 0.
pub(super) type Step<'s> = (&'s Segment, usize);

/// The keys that may appear several times.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// How often keys appear in an object before the member that is kept, by the [identity](Origin::identity) of the
    /// object's origin.
    before: HashMap<usize, HashMap<Rc<str>, usize>>,
    /// The objects with merge keys, by the identities of their origins.
    merging: HashSet<usize>,
}

impl Repeated {
    /// Counts a key that the object already has; returns how often it appeared before.
    pub(super) fn add(&mut self, object: &Origin, key: &Rc<str>) -> usize {
        let count = self.before.entry(object.identity()).or_default().entry(Rc::clone(key)).or_default();
        *count += 1;
        *count
    }

    /// How often the key appears before the member that is kept.
    pub(super) fn before(&self, object: &Origin, key: &str) -> usize {
        self.before.get(&object.identity()).and_then(|keys| keys.get(key)).copied().unwrap_or_default()
    }

    /// Records that the object has a merge key.
    pub(super) fn merge(&mut self, object: &Origin) {
        self.merging.insert(object.identity());
    }

    /// Whether this member of the object is the list of the values of its merge keys.
    pub(super) fn is_merge(&self, object: &Origin, name: &str) -> bool {
        name == MERGE && self.merging.contains(&object.identity())
    }

    /// Whether any object has a merge key.
    pub(super) fn has_merges(&self) -> bool {
        !self.merging.is_empty()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.before.extend(other.before);
        self.merging.extend(other.merging);
    }

    /// The way to the member that was kept, in the tree that was read.
    pub(super) fn way<'s>(&self, root: &Node, segments: Vec<&'s Segment>) -> Vec<Step<'s>> {
        if self.before.is_empty() && self.merging.is_empty() {
            return first(segments);
        }
        let mut at = Some(root);
        let mut way = Way::default();
        for segment in segments {
            way.push(self, at.map(Node::origin), segment);
            at = at.and_then(|node| node.child(segment));
        }
        way.steps
    }

    /// The way to what is being read, or to what was kept.
    pub(super) fn way_of<'s>(&self, origin: &'s Origin) -> Vec<Step<'s>> {
        let around = std::iter::successors(Some(origin), |origin| origin.parent());
        let mut segments: Vec<_> = around.filter_map(|origin| Some((origin.parent()?, origin.last()?))).collect();
        segments.reverse();
        let mut way = Way::default();
        for (parent, segment) in segments {
            way.push(self, Some(parent), segment);
        }
        way.steps
    }

    /// The value that a step from this node leads to.
    pub(super) fn child<'n>(&self, node: &'n Node, (segment, nth): Step<'_>) -> Option<&'n Node> {
        let child = node.child(segment)?;
        match segment {
            Segment::Member(name) if self.is_merge(node.origin(), name) => {
                child.as_array()?.get(nth.checked_sub(self.before(node.origin(), name))?)
            }
            _ => Some(child),
        }
    }
}

/// A way that is being composed.
#[derive(Default)]
struct Way<'s> {
    steps: Vec<Step<'s>>,
    /// Whether the next segment is a position in the list of the values of merge keys, which the text does not have.
    is_in_merges: bool,
}

impl<'s> Way<'s> {
    fn push(&mut self, repeated: &Repeated, parent: Option<&Origin>, segment: &'s Segment) {
        match (segment, parent) {
            (Segment::Element(index), _) if self.is_in_merges => {
                self.is_in_merges = false;
                if let Some((_, nth)) = self.steps.last_mut() {
                    *nth += index;
                }
            }
            (Segment::Member(name), Some(parent)) => {
                self.steps.push((segment, repeated.before(parent, name)));
                self.is_in_merges = repeated.is_merge(parent, name);
            }
            _ => self.steps.push((segment, 0)),
        }
    }
}

/// The way of which every key appears once.
pub(super) fn first(segments: Vec<&Segment>) -> Vec<Step<'_>> {
    segments.into_iter().map(|segment| (segment, 0)).collect()
}
