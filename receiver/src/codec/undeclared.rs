use std::fmt;

use serde_json::value::RawValue;

use super::union::members;
use super::{Decode, DecodeError, Json, Name, from_slice};

/// Members of an object that the description does not declare, as they were received.
///
/// Their names and values are kept as JSON text, in the order of their arrival and without having been looked into;
/// encoding the object writes them back. Reading one is when it is checked.
///
/// ```
/// # use webhook_receiver::codec::Undeclared;
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

    /// The value of a member; none where there is no such member. Of several with one name, the first.
    ///
    /// # Errors
    ///
    /// If the value does not fit.
    pub fn get<T: Decode>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        let text = self.to_string();
        let found = members(&text).into_iter().flatten().find(|(known, _)| **known == *name);
        found.map(|(_, value)| from_slice(value.get().as_bytes())).transpose()
    }

    /// The names, in the order of their arrival.
    pub fn names(&self) -> Vec<String> {
        let text = self.to_string();
        members(&text).into_iter().flatten().map(|(name, _)| name.into()).collect()
    }

    /// All of them as one object.
    ///
    /// # Errors
    ///
    /// If a name occurs twice, or a value is not what [`Json`] accepts.
    pub fn to_json(&self) -> Result<Json, DecodeError> {
        self.to_string().parse()
    }

    pub(super) fn push(&mut self, name: &Name<'_>, value: &RawValue) -> Result<(), serde_json::Error> {
        if !self.is_empty() {
            self.members.push(',');
        }
        self.members += &serde_json::to_string(&**name)?;
        self.members.push(':');
        self.members += value.get();
        Ok(())
    }

    /// Hands each member over.
    pub(super) fn write<E>(&self, mut write: impl FnMut(&str, &RawValue) -> Result<(), E>) -> Result<(), E> {
        if self.is_empty() {
            return Ok(());
        }
        let text = self.to_string();
        members(&text).into_iter().flatten().try_for_each(|(name, value)| write(&name, value))
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
