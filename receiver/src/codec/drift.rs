//! What a body has that the types do not list.
//!
//! While a text is read, the place of each open object's current name is written down. Only drift makes a pointer of them. So
//! a text is read once, and one without drift costs a number for each name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lexer::Lexer;
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
    /// How many are distinguished for an event type. The rest counts as `other`, and so does what would make the pointers of one
    /// body much longer than the body.
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

/// Finds the drift of a text.
pub(super) struct Watch {
    /// Whether drift is of interest.
    pub(super) is_on: bool,
    /// Undeclared members at these paths are not drift.
    pub(super) is_expected: fn(&Path<'_>) -> bool,
    /// For each open object, where the name of its current member begins.
    places: [u32; SHALLOW],
    /// The same for those that are deeper.
    deep_places: Vec<u32>,
    found: Option<Box<Found>>,
}

/// Most texts are no deeper than this.
const SHALLOW: usize = 16;

/// How long all pointers that are made for a text can be, and how long for each of its bytes. Most are made again and again.
const MIN_POINTERS: usize = 64 * 1024;
const POINTERS_PER_BYTE: usize = 4;

/// The place of a name that no pointer shows, and of the elements of arrays.
const HIDDEN: u32 = u32::MAX;

#[derive(Default)]
struct Found {
    /// Each with the number of those that were found before it.
    drift: BTreeMap<Drift, usize>,
    /// The path that was noted last, of each kind.
    last: [Vec<u32>; 2],
    /// The length of all pointers that were made.
    made: usize,
}

/// The members and elements that lead to a value.
pub(crate) struct Path<'a> {
    text: &'a str,
    places: &'a [u32],
    deep_places: &'a [u32],
}

impl Watch {
    pub(super) fn new() -> Self {
        let (places, deep_places) = ([HIDDEN; SHALLOW], Vec::new());
        Self { is_on: false, is_expected: |_| false, places, deep_places, found: None }
    }

    /// In an object that is this deep, the member begins whose name is at this place.
    #[inline]
    pub(super) fn enter(&mut self, depth: u8, place: usize) {
        let (at, place) = (usize::from(depth).wrapping_sub(1), u32::try_from(place).unwrap_or(HIDDEN));
        match self.places.get_mut(at) {
            Some(known) => *known = place,
            None => self.enter_deep(at.wrapping_sub(SHALLOW), place),
        }
    }

    #[cold]
    fn enter_deep(&mut self, at: usize, place: u32) {
        self.deep_places.truncate(at);
        self.deep_places.resize(at, HIDDEN);
        self.deep_places.push(place);
    }

    /// What is read next in the object or array that is this deep has no declared name.
    #[inline]
    pub(super) fn hide(&mut self, depth: u8) {
        self.enter(depth, usize::MAX);
    }

    /// Whether an undeclared member in an object that is this deep is expected there.
    pub(super) fn is_expected(&self, text: &str, depth: u8) -> bool {
        (self.is_expected)(&self.path(text, depth))
    }

    fn path<'a>(&'a self, text: &'a str, depth: u8) -> Path<'a> {
        let depth = usize::from(depth);
        let (places, deep_places) = (&self.places[..depth.min(SHALLOW)], &self.deep_places[..]);
        Path { text, places, deep_places: &deep_places[..depth.saturating_sub(SHALLOW).min(deep_places.len())] }
    }

    /// Returns the steps of work that this took.
    #[cold]
    pub(super) fn note(&mut self, text: &str, depth: u8, kind: DriftKind) -> usize {
        let mut found = self.found.take().unwrap_or_default();
        let steps = found.note(&self.path(text, depth), kind);
        self.found = Some(found);
        steps
    }

    /// How much was found so far.
    pub(super) fn mark(&self) -> usize {
        self.found.as_ref().map_or(0, |found| found.drift.len())
    }

    /// Removes what was found since.
    pub(super) fn take_since(&mut self, mark: usize) -> Vec<Drift> {
        let Some(found) = self.found.as_mut().filter(|found| found.drift.len() > mark) else { return Vec::new() };
        found.last = Default::default();
        found.drift.extract_if(.., |_, position| *position >= mark).map(|(drift, _)| drift).collect()
    }

    /// Puts back what was removed.
    pub(super) fn put_back(&mut self, drift: Vec<Drift>) {
        for drift in drift {
            self.found.get_or_insert_default().add(drift);
        }
    }

    /// The drift, in order of kind and pointer.
    pub(super) fn take_found(&mut self) -> Vec<Drift> {
        self.found.take().map_or_else(Vec::new, |found| found.drift.into_keys().collect())
    }
}

impl Found {
    fn note(&mut self, path: &Path<'_>, kind: DriftKind) -> usize {
        // A list can have the same drift in each element.
        let last = &mut self.last[kind as usize];
        if !last.is_empty() && path.is(last) {
            return path.depth() / 4;
        }
        if !last.is_empty() && path.is_like(last) {
            return path.depth();
        }
        last.clear();
        last.extend(path.all());
        if self.made > MIN_POINTERS.saturating_add(path.text.len().saturating_mul(POINTERS_PER_BYTE)) {
            self.add(Drift::other(kind));
            return path.depth();
        }
        let pointer = path.pointer();
        let length = pointer.len();
        self.made += length;
        self.add(Drift { kind, pointer });
        path.depth() + length
    }

    fn add(&mut self, drift: Drift) {
        if !self.drift.contains_key(&drift) {
            let count = self.drift.len();
            let drift = if count < Drift::MAX_POINTERS { drift } else { Drift::other(drift.kind) };
            self.drift.entry(drift).or_insert(count);
        }
    }
}

impl<'a> Path<'a> {
    /// The names, the outermost first. `None` for elements of arrays, keys of maps and undeclared members.
    pub(crate) fn names(&self) -> impl Iterator<Item = Option<Cow<'a, str>>> + use<'_, 'a> {
        self.all().map(|place| (place != HIDDEN).then(|| name(self.text, place)))
    }

    fn depth(&self) -> usize {
        self.places.len() + self.deep_places.len()
    }

    fn all(&self) -> impl Iterator<Item = u32> + use<'_, 'a> {
        self.places.iter().chain(self.deep_places).copied()
    }

    /// Whether these are its places.
    fn is(&self, places: &[u32]) -> bool {
        let parts = places.split_at_checked(self.places.len());
        parts.is_some_and(|(places, deep_places)| *places == *self.places && *deep_places == *self.deep_places)
    }

    /// Whether these places lead to the same pointer. `false` if that is not certain.
    fn is_like(&self, places: &[u32]) -> bool {
        let is_same =
            |(a, &b): (u32, &u32)| a == b || a != HIDDEN && b != HIDDEN && name(self.text, a) == name(self.text, b);
        self.depth() == places.len() && self.all().zip(places).all(is_same)
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.names().for_each(|name| pointer::append(&mut pointer, name.as_deref().unwrap_or("*")));
        pointer
    }
}

/// The name at this place, which was read before.
fn name(text: &str, place: u32) -> Cow<'_, str> {
    Lexer::from(text, place as usize).string().unwrap_or_default()
}
