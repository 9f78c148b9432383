//! What a body has that the types do not list.
//!
//! A first reading only notes whether there is anything. Only if there is, the text is read a second time, with a recorder
//! that knows the path. So bodies without drift are read once.

use std::collections::BTreeMap;

use super::pointer;

/// Something in a body that the description does not list: an undeclared member, or a value that is none of an enum's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Drift {
    /// What it is.
    pub kind: DriftKind,
    /// A JSON pointer (RFC 6901) of declared members. Indices of elements, keys of maps and names of undeclared members are
    /// `*`, so nothing in it was chosen by the sender. `other` beyond the [limit](Self::MAX_POINTERS).
    pub pointer: String,
}

/// The kind of a [`Drift`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// An object has a member that its schema does not declare.
    UndeclaredMember,
    /// A value is none of those that an enum or a union lists.
    UnknownValue,
}

impl Drift {
    /// How many are distinguished for an event type. The rest counts as `other`.
    pub const MAX_POINTERS: usize = 64;

    /// The rest of its kind.
    pub(crate) fn other(kind: DriftKind) -> Self {
        Self { kind, pointer: "other".to_owned() }
    }
}

impl DriftKind {
    /// A name in one word, as a label of metrics: `undeclared_member` or `unknown_value`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UndeclaredMember => "undeclared_member",
            Self::UnknownValue => "unknown_value",
        }
    }
}

/// How a reader takes notice of drift.
pub(crate) enum Watch {
    /// Whether there was any.
    Seen(bool),
    Record(Box<Recorder>),
}

/// Where the reader is, and the drift that was found so far.
#[derive(Default)]
pub(crate) struct Recorder {
    path: String,
    /// The length of the path to each open object's current member, and to each open array's elements.
    ends: Vec<usize>,
    undeclared: Found,
    unknown: Found,
}

/// Pointers, each with the number of those that were found before it.
type Found = BTreeMap<String, usize>;

impl Watch {
    pub(super) fn record() -> Self {
        Self::Record(Box::default())
    }

    /// The reader is at a member or an element of an object or array that is this deep.
    #[inline]
    pub(super) fn enter(&mut self, depth: u8, segment: &str) {
        if let Self::Record(recorder) = self {
            recorder.enter(depth, segment);
        }
    }

    pub(super) fn note(&mut self, depth: u8, kind: DriftKind) {
        match self {
            Self::Seen(seen) => *seen = true,
            Self::Record(recorder) => recorder.note(depth, kind),
        }
    }

    /// How much was found so far.
    pub(super) fn mark(&self) -> usize {
        match self {
            Self::Seen(seen) => usize::from(*seen),
            Self::Record(recorder) => recorder.undeclared.len() + recorder.unknown.len(),
        }
    }

    /// Forgets what was found since.
    pub(super) fn reset(&mut self, mark: usize) {
        match self {
            Self::Seen(seen) => *seen = mark > 0,
            Self::Record(recorder) => {
                recorder.undeclared.retain(|_, position| *position < mark);
                recorder.unknown.retain(|_, position| *position < mark);
            }
        }
    }

    /// The drift, in order of kind and pointer.
    pub(super) fn into_found(self) -> Vec<Drift> {
        let Self::Record(recorder) = self else { return Vec::new() };
        let Recorder { undeclared, unknown, .. } = *recorder;
        let all = [(DriftKind::UndeclaredMember, undeclared), (DriftKind::UnknownValue, unknown)];
        all.into_iter()
            .flat_map(|(kind, found)| found.into_keys().map(move |pointer| Drift { kind, pointer }))
            .collect()
    }
}

impl Recorder {
    #[cold]
    fn enter(&mut self, depth: u8, segment: &str) {
        self.ends.truncate(usize::from(depth).saturating_sub(1));
        self.path.truncate(self.ends.last().copied().unwrap_or_default());
        pointer::append(&mut self.path, segment);
        self.ends.push(self.path.len());
    }

    fn note(&mut self, depth: u8, kind: DriftKind) {
        let end = usize::from(depth).checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default();
        let count = self.undeclared.len() + self.unknown.len();
        let found = match kind {
            DriftKind::UndeclaredMember => &mut self.undeclared,
            DriftKind::UnknownValue => &mut self.unknown,
        };
        let pointer = &self.path[..end];
        if !found.contains_key(pointer) {
            let drift = if count < Drift::MAX_POINTERS { pointer.to_owned() } else { Drift::other(kind).pointer };
            found.entry(drift).or_insert(count);
        }
    }
}
