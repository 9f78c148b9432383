//! The positions of many parts of a YAML document, in one reading if possible.
//!
//! The parser reports positions in errors only. But it goes on after an error that a seed keeps to itself, if the parser has
//! consumed the value by then: a scalar, or an object or array whose reader has left entries unread.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::{self, Display};
use std::ops::Range;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lines::offset_in;
use super::locate::scalar_or_opening;
use super::outline::Part;
use super::repeated::{Repeated, Step};
use super::yaml;
use crate::document::{Node, Segment, Value};

/// The bytes of places in a document that was read as this tree, as [`locate`](super::locate::locate) returns them. `None`
/// for those that need a reading of their own.
pub(super) fn locate_all(
    text: &str,
    root: &Node,
    repeated: &Repeated,
    places: &[(Vec<Step<'_>>, Part)],
) -> Vec<Option<Range<usize>>> {
    let mut found = vec![None; places.len()];
    let pass = Pass { text, repeated, lines: lines(text), found: found.iter().map(|_| Cell::new(None)).collect() };
    // An object whose last member is wanted has nothing to leave unread: it takes another reading, if it is wanted, too.
    loop {
        let mut wanted = Wanted::default();
        for (index, (way, part)) in places.iter().enumerate().filter(|(index, _)| found[*index].is_none()) {
            let node = way.iter().try_fold(root, |node, step| repeated.child(node, *step));
            if !is_empty(node) || is_key(way, *part) {
                wanted.add(way, *part, index);
            }
        }
        let read = yaml::run(text, Reading { pass: &pass, node: Some(root), wanted: &wanted });
        let mut is_progress = false;
        for (range, cell) in found.iter_mut().zip(&pass.found).filter(|(range, _)| range.is_none()) {
            *range = cell.take();
            is_progress |= range.is_some();
        }
        if read.is_err() || !is_progress || found.iter().all(Option::is_some) {
            return found;
        }
    }
}

/// The offset of each line, as the parser counts them.
fn lines(text: &str) -> Vec<usize> {
    let is_break = |c: char| matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let breaks = text.match_indices(is_break).map(|(at, found)| (at, at + found.len()));
    // A carriage return and a line feed are one line break.
    let ends = breaks.filter(|(at, end)| !(text[*at..].starts_with('\r') && text[*end..].starts_with('\n')));
    std::iter::once(0).chain(ends.map(|(_, end)| end)).collect()
}

/// Whether a place is that of a key.
fn is_key(way: &[Step<'_>], part: Part) -> bool {
    part != Part::Value && matches!(way.last(), Some((Segment::Member(_), _)))
}

/// Whether an object or array has nothing to leave unread.
fn is_empty(node: Option<&Node>) -> bool {
    match node.map(Node::value) {
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Array(elements)) => elements.is_empty(),
        _ => false,
    }
}

/// The places at a value, and within it.
#[derive(Default)]
struct Wanted<'s> {
    value: Vec<usize>,
    key: Vec<usize>,
    members: HashMap<&'s str, Members<'s>>,
    elements: HashMap<usize, Wanted<'s>>,
}

impl<'s> Wanted<'s> {
    fn add(&mut self, way: &[Step<'s>], part: Part, index: usize) {
        let mut at = self;
        for (segment, nth) in way {
            at = match segment {
                Segment::Member(name) => {
                    at.members.entry(name).or_insert_with(|| Members::new(segment)).nth.entry(*nth).or_default()
                }
                Segment::Element(index) => at.elements.entry(*index).or_default(),
            };
        }
        if is_key(way, part) { &mut at.key } else { &mut at.value }.push(index);
    }
}

/// The members with one key.
struct Members<'s> {
    key: &'s Segment,
    /// How many of them were read.
    read: Cell<usize>,
    nth: HashMap<usize, Wanted<'s>>,
}

impl<'s> Members<'s> {
    fn new(key: &'s Segment) -> Self {
        Self { key, read: Cell::new(0), nth: HashMap::new() }
    }

    /// What is wanted of the next one, and the step to it.
    fn next(&self) -> Option<(Step<'s>, &Wanted<'s>)> {
        let nth = self.read.replace(self.read.get() + 1);
        self.nth.get(&nth).map(|wanted| ((self.key, nth), wanted))
    }
}

struct Pass<'t> {
    text: &'t str,
    repeated: &'t Repeated,
    /// The offset of each line.
    lines: Vec<usize>,
    found: Vec<Cell<Option<Range<usize>>>>,
}

impl Pass<'_> {
    /// Records the position of an error for these places.
    fn record(&self, places: &[usize], error: &impl Display, content: Option<&str>) {
        let content = content.and_then(|content| {
            let start = offset_in(self.text, content)?;
            Some(start..start + content.len())
        });
        let error = error.to_string();
        let start = match yaml::split_position(&error).1 {
            Some((line, column)) => self.offset(line, column),
            // The parser leaves out the first position of all.
            None => Some(0),
        };
        let Some(start) = start else { return };
        for index in places {
            self.found[*index].set(Some(scalar_or_opening(self.text, start, content.clone())));
        }
    }

    fn offset(&self, line: usize, column: usize) -> Option<usize> {
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let at = self.text[start..].char_indices().nth(column.checked_sub(1)?);
        Some(at.map_or(self.text.len(), |(offset, _)| start + offset))
    }
}

/// Reads a value as far as places in it are wanted.
struct Reading<'p, 't> {
    pass: &'p Pass<'t>,
    /// The value in the tree.
    node: Option<&'p Node>,
    wanted: &'p Wanted<'p>,
}

impl<'de> DeserializeSeed<'de> for Reading<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { pass, node, wanted } = self;
        let is_inside = !(wanted.members.is_empty() && wanted.elements.is_empty());
        let Some(node) = node.filter(|_| is_inside || !wanted.value.is_empty()) else {
            return IgnoredAny::deserialize(deserializer).map(|_| ());
        };
        // Whether the parser has consumed the value where it reports an error.
        let consumed = Cell::new(false);
        let content = Cell::new(None);
        let read = match node.value() {
            Value::Object(_) | Value::Array(_) => {
                deserializer.deserialize_any(Entries { pass, node, wanted, consumed: &consumed })
            }
            _ => deserializer.deserialize_str(Stop { consumed: &consumed, content: &content }),
        };
        match read {
            Err(error) if consumed.get() => {
                pass.record(&wanted.value, &error, content.get());
                Ok(())
            }
            read => read,
        }
    }
}

/// Reads the wanted entries of an object or array. That others are left is an error that has the position.
struct Entries<'p, 't> {
    pass: &'p Pass<'t>,
    node: &'p Node,
    wanted: &'p Wanted<'p>,
    consumed: &'p Cell<bool>,
}

impl<'de> Visitor<'de> for Entries<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut left: usize = self.wanted.members.values().map(|members| members.nth.len()).sum();
        while left > 0 {
            let Some(found) = map.next_key_seed(Key { pass: self.pass, within: self.wanted })? else { break };
            match found {
                Some((step, wanted)) => {
                    left -= 1;
                    let node = self.pass.repeated.child(self.node, step);
                    map.next_value_seed(Reading { pass: self.pass, node, wanted })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.consumed.set(true);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let mut left = self.wanted.elements.len();
        let nodes = self.node.as_array().unwrap_or_default();
        for index in 0.. {
            if left == 0 {
                break;
            }
            let is_read = match self.wanted.elements.get(&index) {
                Some(wanted) => {
                    left -= 1;
                    sequence.next_element_seed(Reading { pass: self.pass, node: nodes.get(index), wanted })?.is_some()
                }
                None => sequence.next_element::<IgnoredAny>()?.is_some(),
            };
            if !is_read {
                break;
            }
        }
        self.consumed.set(true);
        Ok(())
    }
}

/// Reads a key; returns what is wanted of its member.
struct Key<'p, 't> {
    pass: &'p Pass<'t>,
    within: &'p Wanted<'p>,
}

impl<'p, 'de> DeserializeSeed<'de> for Key<'p, 'de> {
    type Value = Option<(Step<'p>, &'p Wanted<'p>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let found = Cell::new(None);
        let content = Cell::new(None);
        match deserializer.deserialize_str(Name { within: self.within, found: &found, content: &content }) {
            Ok(()) => Ok(found.get()),
            Err(error) => match found.get() {
                Some((_, wanted)) => {
                    self.pass.record(&wanted.key, &error, content.get());
                    Ok(found.get())
                }
                None => Err(error),
            },
        }
    }
}

/// Finds what is wanted of a member, and stops if its key is.
struct Name<'c, 'p, 'de> {
    within: &'p Wanted<'p>,
    found: &'c Cell<Option<(Step<'p>, &'p Wanted<'p>)>>,
    content: &'c Cell<Option<&'de str>>,
}

impl<'de> Visitor<'de> for Name<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<(), E> {
        self.content.set(Some(name));
        self.visit_str(name)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        let found = self.within.members.get(name).and_then(Members::next);
        self.found.set(found);
        if found.is_some_and(|(_, wanted)| !wanted.key.is_empty()) { Err(E::custom("stopped")) } else { Ok(()) }
    }
}

/// Stops at a scalar.
struct Stop<'c, 'de> {
    consumed: &'c Cell<bool>,
    content: &'c Cell<Option<&'de str>>,
}

impl<'de> Visitor<'de> for Stop<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.content.set(Some(text));
        self.visit_str(text)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.consumed.set(true);
        Err(E::custom("stopped"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{FileId, Origin};
    use crate::source::limits::Limits;
    use crate::source::locate::locate;
    use crate::source::parse::{Parsed, parse};
    use crate::source::syntax::Syntax;

    /// Checks that places of a document are found where they are found one by one; returns how many need a reading of their
    /// own.
    #[track_caller]
    fn check(text: &str, wanted: impl Fn(usize) -> bool) -> usize {
        let Parsed { written: root, repeated, .. } = parse(text, Syntax::Yaml, FileId(0), &Limits::default()).unwrap();
        let mut origins: Vec<Origin> = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(node) = open.pop() {
            origins.push(node.origin().clone());
            open.extend(node.children().cloned());
        }
        let places: Vec<_> = origins
            .iter()
            .flat_map(|origin| [Part::Value, Part::Key].map(|part| (repeated.way(&root, origin.segments()), part)))
            .collect();
        let places: Vec<_> =
            places.into_iter().enumerate().filter(|(index, _)| wanted(*index)).map(|(_, place)| place).collect();
        let found = locate_all(text, &root, &repeated, &places);
        for ((way, part), range) in places.iter().zip(&found) {
            if range.is_some() {
                assert_eq!(*range, locate(text, way, *part), "{way:?} {part:?} in {text:?}");
            }
        }
        found.iter().filter(|range| range.is_none()).count()
    }

    const MANY_FORMS: &str = "a: 1\nb:\n  - x: \"q\\n\"\n    y: &z\n      k: v\n  # c\n  - |\n    text\n  - >-\n    folded\n  - plain\n    \
        multi\n  -\n  - ~\n  - {a: [1, \u{e9}, 2], \"b\": *z, 'it''s': {}}\n  - - n\n    - m: [[], {c: d}]\nc: &w [1]\n? e\n: \
        &g 2.50\nf: 0x10\n\u{e9}\u{1F600}: [*w, \"\u{e9}\", *g]\n";

    #[test]
    fn places_are_found_where_one_by_one_they_are() {
        // Empty objects and lists have nothing to leave unread.
        assert_eq!(check(MANY_FORMS, |_| true), 3);
        for modulus in 2..9 {
            for rest in 0..modulus {
                check(MANY_FORMS, |index| index % modulus == rest);
            }
        }
        assert_eq!(check("- a\n- {b: c}\n", |_| true), 0);
        assert_eq!(check("# c\n\na: {b: {c: {d: {e: 1}}}}\n", |_| true), 0);
        assert_eq!(check(&MANY_FORMS.replace('\n', "\r\n"), |_| true), 3);
        assert_eq!(check("--- text\n", |_| true), 0);
    }

    #[test]
    fn the_last_of_a_repeated_key_is_found() {
        let text =
            "a: {x: 1}\nb: [{c: 1, c: 2, d: {e: f, e: [g]}, d: {e: 1, e: {h: i}, e: {h: [j]}}}]\na: {x: 2.5, y: 3}\n";
        assert_eq!(check(text, |_| true), 0);
        for modulus in 2..7 {
            check(text, |index| index % modulus == 1);
        }
    }

    #[test]
    fn all_of_several_merge_keys_are_found() {
        let text = "a: &a {x: 1}\nb: {<<: *a, z: 3, <<: [{y: 4, w: 5.0}, *a], <<: {w: 6, v: {<<: *a, <<: {u: [7]}}}}\n";
        assert_eq!(check(text, |_| true), 0);
        for modulus in 2..7 {
            check(text, |index| index % modulus == 1);
        }
    }

    #[test]
    fn lines_are_counted_as_the_parser_does() {
        for text in ["a: \"\u{2028}\"\nb: 1\n", "a: b\u{85}c: [d,\u{2029}  e]\rf: 'g\r\r\n  h'\u{2028}# i\u{85}j: k\n"]
        {
            assert_eq!(check(text, |_| true), 0, "{text:?}");
        }
        for other in ["\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(check(&MANY_FORMS.replace('\n', other), |_| true), 3, "{other:?}");
            for modulus in 2..5 {
                check(&MANY_FORMS.replace('\n', &format!("{other}\n")), |index| index % modulus == 0);
            }
        }
    }
}
