use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Undeclared;

/// Writes an object member by member, in the order of the calls.
pub struct ObjectWriter<S: Serializer> {
    map: S::SerializeMap,
}

impl<S: Serializer> ObjectWriter<S> {
    /// Opens the object.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports, as with every method.
    pub fn new(serializer: S) -> Result<Self, S::Error> {
        Ok(Self { map: serializer.serialize_map(None)? })
    }

    /// Writes a member that is always present; a nullable one, `None`, is written as `null`.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn required<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), S::Error> {
        self.map.serialize_entry(name, value)
    }

    /// Writes a member unless it is `None`. With `Option<Option<_>>`, the inner `None` is `null`.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn optional<T: Serialize>(&mut self, name: &str, value: &Option<T>) -> Result<(), S::Error> {
        match value {
            Some(value) => self.map.serialize_entry(name, value),
            None => Ok(()),
        }
    }

    /// Writes the members that were received and are not declared.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn undeclared(&mut self, members: &Undeclared) -> Result<(), S::Error> {
        members.write(&mut self.map)
    }

    /// Writes the members whose names the description leaves open.
    ///
    /// A name that is also declared would then occur twice; the types' fields keep them apart when
    /// they are decoded, and so must whoever fills the map by hand.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn rest<T: Serialize>(&mut self, members: &BTreeMap<String, T>) -> Result<(), S::Error> {
        members.iter().try_for_each(|(name, value)| self.map.serialize_entry(name, value))
    }

    /// Closes the object.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.map.end()
    }
}
