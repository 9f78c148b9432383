//! Positions on demand: the parser runs again with a seed that walks down to one place and stops there.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lines::{line_end, offset_in};
use super::syntax::Syntax;
use super::tree::Segment;
use super::{json, yaml};

/// What of the place is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The value.
    Value,
    /// The key, the n-th of this name from 0; the value where the place is an element or the root.
    Key(usize),
}

/// The bytes of a place, as many of them as stand on its first line; of an object or array in braces or brackets only
/// the opening one. None where the document has no such place.
pub(super) fn locate(text: &str, syntax: Syntax, segments: &[&Segment], part: Part) -> Option<Range<usize>> {
    let walk = Walk {
        text,
        syntax,
        part,
        skip: Cell::new(if let Part::Key(nth) = part { nth } else { 0 }),
        hit: Cell::new(None),
    };
    let step = Step { walk: &walk, rest: segments };
    let stopped_at = match syntax {
        Syntax::Json => {
            json::walk(text, step);
            None
        }
        Syntax::Yaml => yaml::run(text, step).err().and_then(|error| error.offset),
    };
    match walk.hit.take()? {
        Hit::Whole(range) => Some(first_line(text, range)),
        Hit::Stopped(content) => Some(scalar_or_opening(text, stopped_at?, content)),
    }
}

enum Hit {
    /// The parser gave the text.
    Whole(Range<usize>),
    /// The parser's error tells where it stopped; it gave the content of the scalar, where it could.
    Stopped(Option<Range<usize>>),
}

struct Walk<'a> {
    text: &'a str,
    syntax: Syntax,
    part: Part,
    skip: Cell<usize>,
    hit: Cell<Option<Hit>>,
}

impl<'de> Walk<'de> {
    /// Takes note of what comes next and stops the parser.
    fn stop<D: Deserializer<'de>>(&self, deserializer: D) -> Result<(), D::Error> {
        match self.syntax {
            Syntax::Json => self.hit_whole(json::raw(deserializer)?),
            Syntax::Yaml => {
                self.hit.set(Some(Hit::Stopped(None)));
                deserializer.deserialize_str(Stop { walk: Some(self) })
            }
        }
    }

    fn hit_whole<E: Error>(&self, raw: &str) -> Result<(), E> {
        self.hit.set(offset_in(self.text, raw).map(|start| Hit::Whole(start..start + raw.len())));
        Err(stopped())
    }
}

fn stopped<E: Error>() -> E {
    E::custom("stopped")
}

/// Walks the rest of the way.
struct Step<'w, 'a> {
    walk: &'w Walk<'a>,
    rest: &'w [&'w Segment],
}

impl<'de> DeserializeSeed<'de> for Step<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.rest.is_empty() { self.walk.stop(deserializer) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Step<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Segment::Member(name), rest)) = self.rest.split_first() else { return Err(stopped()) };
        let stop = rest.is_empty() && self.walk.part != Part::Value;
        while let Some(found) = map.next_key_seed(KeyStep { walk: self.walk, name, stop })? {
            if found {
                return map.next_value_seed(Step { walk: self.walk, rest });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Err(stopped())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some((Segment::Element(index), rest)) = self.rest.split_first() else { return Err(stopped()) };
        for _ in 0..*index {
            elements.next_element::<IgnoredAny>()?;
        }
        elements.next_element_seed(Step { walk: self.walk, rest })?;
        Err(stopped())
    }
}

/// Reads a key; whether it is the one on the way. Where the way ends at the key, stops.
struct KeyStep<'w, 'a> {
    walk: &'w Walk<'a>,
    name: &'w str,
    stop: bool,
}

impl KeyStep<'_, '_> {
    fn matches(&self, name: &str) -> bool {
        name == self.name && (!self.stop || self.walk.skip.replace(self.walk.skip.get().saturating_sub(1)) == 0)
    }
}

impl<'de> DeserializeSeed<'de> for KeyStep<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        match self.walk.syntax {
            Syntax::Json => {
                let raw = json::raw(deserializer)?;
                let found = serde_json::from_str::<String>(raw).is_ok_and(|name| self.matches(&name));
                if found && self.stop { self.walk.hit_whole(raw).map(|()| true) } else { Ok(found) }
            }
            Syntax::Yaml => deserializer.deserialize_str(self),
        }
    }
}

impl<'de> Visitor<'de> for KeyStep<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<bool, E> {
        let found = self.matches(name);
        if found && self.stop {
            let content = offset_in(self.walk.text, name).map(|start| start..start + name.len());
            self.walk.hit.set(Some(Hit::Stopped(content)));
            return Err(stopped());
        }
        Ok(found)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        let found = self.matches(name);
        if found && self.stop {
            self.walk.hit.set(Some(Hit::Stopped(None)));
            return Err(stopped());
        }
        Ok(found)
    }
}

/// Makes the parser fail on whatever comes, and so say where that is.
pub(super) fn stop<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    deserializer.deserialize_any(Stop { walk: None })
}

/// Fails on whatever comes; takes note of a scalar that the parser can lend.
struct Stop<'w, 'a> {
    walk: Option<&'w Walk<'a>>,
}

impl<'de> Visitor<'de> for Stop<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }

    fn visit_borrowed_str<E: Error>(self, content: &'de str) -> Result<(), E> {
        if let Some(walk) = self.walk {
            let content = offset_in(walk.text, content).map(|start| start..start + content.len());
            walk.hit.set(Some(Hit::Stopped(content)));
        }
        Err(stopped())
    }
}

/// Cuts the range to its first line, and an object or array to its opening.
fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = match text.as_bytes().get(range.start) {
        Some(b'{' | b'[') => range.start + 1,
        _ => range.end.min(line_end(text, range.start)),
    };
    range.start..end.max(range.start)
}

/// The range of the YAML node that begins at `start`, whose content the parser could lend if it is a simple scalar.
fn scalar_or_opening(text: &str, start: usize, content: Option<Range<usize>>) -> Range<usize> {
    let bytes = text.as_bytes();
    let end = match (content, bytes.get(start)) {
        (Some(content), quote @ Some(b'"' | b'\'')) if bytes.get(content.end) == quote => content.end + 1,
        (Some(content), _) => content.end,
        (None, Some(quote @ (b'"' | b'\''))) => closing_quote(bytes, start, *quote),
        (None, _) => text.len(),
    };
    first_line(text, start..end)
}

/// The offset behind the quote that closes the one at `start`.
fn closing_quote(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut rest = start + 1;
    while let Some(&byte) = bytes.get(rest) {
        rest += match byte {
            b'\\' if quote == b'"' => 2,
            _ if byte != quote => 1,
            _ if quote == b'\'' && bytes.get(rest + 1) == Some(&quote) => 2,
            _ => return rest + 1,
        };
    }
    bytes.len()
}
