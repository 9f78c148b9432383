use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{Decode, DecodeError, Members, Name, ObjectWriter, Undeclared};

/// Holds the members of an object that have no field: [`Undeclared`], or a map if the description gives them a type.
pub trait Rest: Default {
    /// Reads the value of the member that was named last.
    ///
    /// # Errors
    ///
    /// If the value does not fit, or a map holds the name already.
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: Name<'de>) -> Result<(), DecodeError>;

    /// Writes all members.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error>;
}

impl Rest for Undeclared {
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: Name<'de>) -> Result<(), DecodeError> {
        members.keep(&name, self)
    }

    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error> {
        object.undeclared(self)
    }
}

impl<T: Decode + Serialize> Rest for BTreeMap<String, T> {
    fn read<'de>(&mut self, members: &mut Members<'_, 'de>, name: Name<'de>) -> Result<(), DecodeError> {
        members.read_rest(name, self)
    }

    fn write<S: Serializer>(&self, object: &mut ObjectWriter<S>) -> Result<(), S::Error> {
        object.map(self)
    }
}
