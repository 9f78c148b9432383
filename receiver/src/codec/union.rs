//! Choosing among the candidates of a union.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::without_position;
use super::{Decode, Json, Name, seed_from_str};

/// Reads a value to choose a candidate for.
///
/// # Errors
///
/// As `Json`'s [`Decode`].
pub fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
    Decode::decode(deserializer)
}

/// Decodes the value as the candidate that its [`tag`] names.
///
/// # Errors
///
/// As [`Json::decode`].
pub fn variant<T: Decode, E: Error>(json: &Json) -> Result<T, E> {
    json.decode_as().map_err(|error| E::custom(without_position(&error)))
}

/// The top-level member of this name as text: a string's value, or a number or boolean as written.
///
/// `None` if the value is not an object, or the member is absent, `null`, an array or an object.
pub fn tag(json: &Json, member: &str) -> Option<String> {
    let (_, value) = members(json.as_str())?.into_iter().find(|(name, _)| **name == *member)?;
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(value.get().to_owned()),
    }
}

/// The candidates worth trying, by index, in order; each is given as its
/// [`Decode::MEMBERS`](super::Decode::MEMBERS).
///
/// An object type skips members that it does not declare. So that none is lost which another
/// candidate would have kept, an object candidate is left out unless it declares every member of the
/// value that any candidate declares. Candidates that are not objects come in their place, and if the
/// value is not an object, so do all.
pub fn rank(json: &Json, candidates: &[Option<&'static [&'static str]>]) -> Vec<usize> {
    let present = members(json.as_str()).unwrap_or_default();
    let declared: Vec<&str> = present
        .iter()
        .map(|(name, _)| &**name)
        .filter(|name| candidates.iter().flatten().any(|members| members.contains(name)))
        .collect();
    let covers = |members: &[&str]| declared.iter().all(|name| members.contains(name));
    candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.is_none_or(covers))
        .map(|(index, _)| index)
        .collect()
}

/// The top-level members, or `None` if the value is not an object.
pub(super) fn members(json: &str) -> Option<Vec<(Name<'_>, &RawValue)>> {
    seed_from_str(TopLevel, json).ok()
}

struct TopLevel;

impl<'de> DeserializeSeed<'de> for TopLevel {
    type Value = Vec<(Name<'de>, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel {
    type Value = Vec<(Name<'de>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
