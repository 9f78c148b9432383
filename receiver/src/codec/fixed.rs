//! Members with a single value.

use super::{DecodeError, Members, Reader, constant, constant_value};

/// A member of which only one value is accepted.
pub struct Fixed<'m, 'r, 'de, C> {
    members: &'m mut Members<'r, 'de>,
    value: C,
}

impl<'r, 'de> Members<'r, 'de> {
    /// The member that was named last, if it has this value.
    pub fn fixed<C>(&mut self, value: C) -> Fixed<'_, 'r, 'de, C> {
        Fixed { members: self, value }
    }
}

impl<C> Fixed<'_, '_, '_, C> {
    /// Reads the member's value into its slot.
    ///
    /// # Errors
    ///
    /// If the slot is filled already, or the value is another one.
    pub fn read<T: FixedValue<C>>(self, name: &'static str, slot: &mut Option<T>) -> Result<(), DecodeError> {
        if slot.is_some() {
            return Err(self.members.duplicate(name));
        }
        *slot = Some(T::read(self.members.reader(), self.value).map_err(|error| error.below(name))?);
        Ok(())
    }
}

/// The type of a field with a single value: that of the value, with an `Option` if it may be absent or null.
pub trait FixedValue<C>: Sized {
    /// Reads the value.
    ///
    /// # Errors
    ///
    /// If it is another one.
    fn read(reader: &mut Reader<'_>, value: C) -> Result<Self, DecodeError>;
}

impl FixedValue<Self> for &'static str {
    fn read(reader: &mut Reader<'_>, value: Self) -> Result<Self, DecodeError> {
        constant(reader, value).map(|()| value)
    }
}

impl FixedValue<Self> for i64 {
    fn read(reader: &mut Reader<'_>, value: Self) -> Result<Self, DecodeError> {
        constant_value(reader, &value).map(|()| value)
    }
}

impl FixedValue<Self> for bool {
    fn read(reader: &mut Reader<'_>, value: Self) -> Result<Self, DecodeError> {
        constant_value(reader, &value).map(|()| value)
    }
}

impl<C, T: FixedValue<C>> FixedValue<C> for Option<T> {
    fn read(reader: &mut Reader<'_>, value: C) -> Result<Self, DecodeError> {
        if reader.null()? { Ok(None) } else { T::read(reader, value).map(Some) }
    }
}
