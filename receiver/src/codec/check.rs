//! Whether a text is JSON that every reader understands alike.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::{Name, duplicate, pointer, seed_from_str};

/// Refuses, besides errors of syntax: a name that occurs twice in one object, escapes that are not
/// Unicode, numbers beyond the range of a double, and nesting deeper than 127.
pub(super) fn check(text: &str) -> Result<(), serde_json::Error> {
    seed_from_str(Check, text)
}

/// Reads any value and keeps nothing. The depth is limited by `serde_json`.
struct Check;

impl<'de> DeserializeSeed<'de> for Check {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            match seq.next_element_seed(Self) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => return Err(pointer::at(&index.to_string(), &error)),
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if names.contains(&name) {
                return Err(duplicate(&name));
            }
            map.next_value_seed(Self).map_err(|error| pointer::at(&name, &error))?;
            names.insert(name);
        }
        Ok(())
    }
}
