use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Rest, Undeclared};

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

    /// Writes a member unless it is `None`.
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

    /// Writes a member unless it is `None`. The value itself may be `null`, such as the inner `None` of an
    /// `Option<Option<_>>`.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn optional_nullable<T: Serialize>(&mut self, name: &str, value: &Option<T>) -> Result<(), S::Error> {
        self.optional(name, value)
    }

    /// Writes the members that have no field.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn rest<R: Rest>(&mut self, rest: &R) -> Result<(), S::Error> {
        rest.write(self)
    }

    pub(super) fn undeclared(&mut self, members: &Undeclared) -> Result<(), S::Error> {
        members.write(&mut self.map)
    }

    /// A name that is also declared would occur twice. Decoding keeps them apart; a map filled by hand must do so too.
    pub(super) fn map<T: Serialize>(&mut self, members: &BTreeMap<String, T>) -> Result<(), S::Error> {
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
