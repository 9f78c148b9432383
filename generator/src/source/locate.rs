//! The position of a part of a YAML document. The parser reports positions in errors only, so it runs again with a seed
//! that walks to one place and fails there.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lines::{first_line, offset_in};
use super::outline::Part;
use super::repeated::Step;
use super::yaml;
use crate::document::Segment;

/// The bytes of a place on its first line; for an object or array in braces or brackets only the opening one. `None` if
/// the document has no such place.
pub(super) fn locate(text: &str, way: &[Step<'_>], part: Part) -> Option<Range<usize>> {
    let walk = Walk { text, part, hit: Cell::new(None) };
    let stopped_at = yaml::run(text, Rest { walk: &walk, way }).err().and_then(|error| error.offset);
    let Hit { content } = walk.hit.take()?;
    Some(scalar_or_opening(text, stopped_at?, content))
}

/// The place was reached; the parser's error has its position.
struct Hit {
    /// The content of the scalar, if the parser could borrow it.
    content: Option<Range<usize>>,
}

struct Walk<'a> {
    text: &'a str,
    part: Part,
    hit: Cell<Option<Hit>>,
}

impl<'de> Walk<'de> {
    /// Records what comes next and stops the parser.
    fn stop<D: Deserializer<'de>>(&self, deserializer: D) -> Result<(), D::Error> {
        self.hit.set(Some(Hit { content: None }));
        yaml::stop(deserializer, |content| {
            let content = offset_in(self.text, content).map(|start| start..start + content.len());
            self.hit.set(Some(Hit { content }));
        })
    }
}

fn stopped<E: Error>() -> E {
    E::custom("stopped")
}

/// Walks the rest of the path.
struct Rest<'w, 'a> {
    walk: &'w Walk<'a>,
    way: &'w [Step<'w>],
}

impl<'de> DeserializeSeed<'de> for Rest<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.way.is_empty() { self.walk.stop(deserializer) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Rest<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some(((Segment::Member(name), nth), way)) = self.way.split_first() else { return Err(stopped()) };
        let stop = way.is_empty() && self.walk.part != Part::Value;
        let skip = Cell::new(*nth);
        while let Some(found) = map.next_key_seed(KeyStep { walk: self.walk, name, skip: &skip, stop })? {
            if found {
                return map.next_value_seed(Rest { walk: self.walk, way });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Err(stopped())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some(((Segment::Element(index), _), way)) = self.way.split_first() else { return Err(stopped()) };
        for _ in 0..*index {
            elements.next_element::<IgnoredAny>()?;
        }
        elements.next_element_seed(Rest { walk: self.walk, way })?;
        Err(stopped())
    }
}

/// Reads a key; returns whether it is on the path. Stops if the path ends at the key.
struct KeyStep<'w, 'a> {
    walk: &'w Walk<'a>,
    name: &'w str,
    /// How many keys with this name are passed over.
    skip: &'w Cell<usize>,
    stop: bool,
}

impl KeyStep<'_, '_> {
    fn matches(&self, name: &str) -> bool {
        name == self.name && self.skip.replace(self.skip.get().saturating_sub(1)) == 0
    }
}

impl<'de> DeserializeSeed<'de> for KeyStep<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
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
            self.walk.hit.set(Some(Hit { content }));
            return Err(stopped());
        }
        Ok(found)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        let found = self.matches(name);
        if found && self.stop {
            self.walk.hit.set(Some(Hit { content: None }));
            return Err(stopped());
        }
        Ok(found)
    }
}

/// The range of the YAML node that begins at `start`, whose content the parser can borrow if it is a simple scalar.
pub(super) fn scalar_or_opening(text: &str, start: usize, content: Option<Range<usize>>) -> Range<usize> {
    let bytes = text.as_bytes();
    let end = match (content, bytes.get(start)) {
        (Some(content), quote @ Some(b'"' | b'\'')) if bytes.get(content.end) == quote => content.end + 1,
        (Some(content), _) => content.end,
        (None, Some(quote @ (b'"' | b'\''))) => closing_quote(bytes, start, *quote),
        (None, _) => text.len(),
    };
    first_line(text, start..end)
}

/// The offset after the quote that closes the one at `start`.
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
