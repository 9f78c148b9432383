use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Decode, DecodeError, Members, Name, ObjectWriter, Undeclared};

/// Keeps the members of an object that have no field: [`Undeclared`], or a map if the description gives them a type.
pub trait Rest: Default {
    /// Reads the value of the member that was named last.
    ///
    /// # Errors
    ///
    /// If the value does not match, or a map already contains the name.
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: &Name<'de>) -> Result<(), DecodeError>;

    /// Writes all members.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error>;
}

impl<'de> Members<'_, 'de> {
    /// Reads the value of a member that has no field.
    ///
    /// # Errors
    ///
    /// If the value does not match, or a map already contains the name.
    pub fn rest<R: Rest>(&mut self, name: &Name<'de>, rest: &mut R) -> Result<(), DecodeError> {
        rest.read(self, name)
    }
}

impl<S: Serializer> ObjectWriter<S> {
    /// Writes the members that have no field.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    pub fn rest<R: Rest>(&mut self, rest: &R) -> Result<(), S::Error> {
        rest.write(self)
    }
}

impl Rest for Undeclared {
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: &Name<'de>) -> Result<(), DecodeError> {
        self.push(name, members.reader().skip()?);
        members.reader().note_undeclared();
        Ok(())
    }

    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error> {
        Undeclared::write(self, &mut object.map)
    }
}

impl<T: Decode + Serialize> Rest for BTreeMap<String, T> {
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: &Name<'de>) -> Result<(), DecodeError> {
        members.read_entry(name.clone(), self)
    }

    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error> {
        // A declared name would occur twice. Decoding keeps them apart; a map filled by hand must do so too.
        self.iter().try_for_each(|(name, value)| object.map.serialize_entry(name, value))
    }
}
