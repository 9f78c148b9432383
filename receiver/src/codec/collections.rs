//! Types made of other types.

use std::collections::BTreeMap;

use super::{Decode, DecodeError, Members, Name, Reader};

impl<T: Decode> Decode for Box<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode(reader).map(Self::new)
    }
}

/// `null` is `None`.
impl<T: Decode> Decode for Option<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.null()? { Ok(None) } else { T::decode(reader).map(Some) }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut array = reader.array(&"an array")?;
        let mut elements = Vec::new();
        while let Some(element) = array.next()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

/// A duplicate name is refused.
impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("")?;
        let mut map = Self::new();
        while let Some(name) = members.next()? {
            members.read_entry(name, &mut map)?;
        }
        Ok(map)
    }
}

impl<'de> Members<'_, 'de> {
    /// Reads the value of a member into a map.
    pub(super) fn read_entry<T: Decode>(
        &mut self,
        name: Name<'de>,
        map: &mut BTreeMap<String, T>,
    ) -> Result<(), DecodeError> {
        if map.contains_key(&*name) {
            return Err(self.duplicate(&name));
        }
        let value = T::decode(self.reader()).map_err(|error| error.below(&name))?;
        map.insert(name.into(), value);
        Ok(())
    }
}

/// Arrays of exactly as many elements.
macro_rules! tuples {
    ($($length:literal: $($name:ident)+;)+) => {$(
        impl<$($name: Decode),+> Decode for ($($name,)+) {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = concat!("an array of length ", $length);
                let start = reader.place();
                let mut array = reader.array(&EXPECTED)?;
                let invalid = |length: usize| {
                    DecodeError::mismatch(start, format_args!("invalid length {length}, expected {EXPECTED}"))
                };
                let elements = ($(
                    match array.next::<$name>()? {
                        Some(element) => element,
                        None => return Err(invalid(array.count())),
                    },
                )+);
                while array.next_with(Reader::skip)?.is_some() {}
                if array.count() == $length { Ok(elements) } else { Err(invalid(array.count())) }
            }
        }
    )+};
}

tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
}
