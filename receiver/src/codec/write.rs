use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Writes an object member by member, in the order of the calls.
pub struct ObjectWriter<S: Serializer> {
    pub(super) map: S::SerializeMap,
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

    /// Closes the object.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.map.end()
    }
}
