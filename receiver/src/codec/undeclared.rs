use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Decode, DecodeError, JsonValue, Name, Reader, from_slice, json_text};

/// Members of an object that the description does not declare, as they were received.
///
/// Their names and values are kept as JSON text, in the order of their arrival and without having been looked into;
/// encoding the object writes them back. Reading one is when it is checked.
///
/// ```
/// # use webhook_receiver::Undeclared;
/// # let mut undeclared = Undeclared::default();
/// assert!(undeclared.is_empty());
/// assert_eq!(undeclared.get::<String>("colour")?, None);
/// # Ok::<(), webhook_receiver::DecodeError>(())
/// ```
///
/// Equality compares the text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Undeclared {
    /// The members of an object without its braces.
    members: String,
}

impl Undeclared {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a member, if present. Of several with one name, the first.
    ///
    /// # Errors
    ///
    /// If the value does not match the type.
    pub fn get<T: Decode>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        let text = self.to_string();
        let found = members_of(&text).into_iter().find(|(known, _)| **known == *name);
        found.map(|(_, value)| from_slice(value.as_bytes())).transpose()
    }

    /// The names, in the order of their arrival.
    pub fn names(&self) -> Vec<String> {
        let text = self.to_string();
        members_of(&text).into_iter().map(|(name, _)| name.into()).collect()
    }

    /// All of them as one object.
    ///
    /// # Errors
    ///
    /// If a name occurs twice, or a value is not what [`JsonValue`] accepts.
    pub fn to_json(&self) -> Result<JsonValue, DecodeError> {
        self.to_string().parse()
    }

    pub(super) fn push(&mut self, name: &Name<'_>, value: &str) {
        if !self.is_empty() {
            self.members.push(',');
        }
        if name.is_plain() {
            self.members.extend(["\"", name, "\":", value]);
        } else {
            let name = serde_json::Value::from(&**name);
            self.members.extend([&name.to_string(), ":", value]);
        }
    }

    /// Writes each member.
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if self.is_empty() {
            return Ok(());
        }
        let text = self.to_string();
        members_of(&text).into_iter().try_for_each(|(name, value)| map.serialize_entry(&*name, &Raw(value)))
    }
}

/// The members of the text of an object.
fn members_of(text: &str) -> Vec<(Name<'_>, &str)> {
    let mut found = Vec::new();
    let mut reader = Reader::new(text);
    if let Ok(mut members) = reader.object("") {
        while let Ok(Some(name)) = members.next()
            && let Ok(value) = members.reader().skip()
        {
            found.push((name, value));
        }
    }
    found
}

/// Text that is JSON.
struct Raw<'a>(&'a str);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json_text(serializer, self.0)
    }
}

/// The text of an object.
impl fmt::Display for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.members)
    }
}

impl fmt::Debug for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
