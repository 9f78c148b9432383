//! Types made of other types.

use std::collections::BTreeMap;

use super::reader::Kind;
use super::{Decode, DecodeError, Members, Name, Reader};

impl<T: Decode> Decode for Box<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;
    const REQUIRED: &'static [bool] = T::REQUIRED;
    const KINDS: u8 = T::KINDS;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode_boxed(reader)
    }
}

/// `null` is `None`.
impl<T: Decode> Decode for Option<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;
    const REQUIRED: &'static [bool] = T::REQUIRED;
    const KINDS: u8 = T::KINDS | Kind::Null.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.null()? { Ok(None) } else { T::decode(reader).map(Some) }
    }
}

impl<T: Decode> Decode for Vec<T> {
    const KINDS: u8 = Kind::Array.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut array = reader.array(&"an array")?;
        let mut elements = Vec::new();
        while let Some(element) = array.next()? {
            let reader = &mut *array.reader;
            reader.meter.push(&mut elements, element).map_err(|reason| reader.exhausted(reason))?;
        }
        Ok(elements)
    }
}

/// A duplicate name is refused.
impl<T: Decode> Decode for BTreeMap<String, T> {
    const KINDS: u8 = Kind::Object.bit();

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = reader.object("")?;
        let mut map = Self::new();
        while let Some(name) = members.next()? {
            members.read_entry(name, &mut map)?;
        }
        Ok(map)
    }
}

/// Entries in a node of a map, its capacity and the least but for the root, and its other memory: up to 12 pointers to
/// others, its parent and its length.
const NODE: usize = 11;
const LEAST: usize = 5;
const NODE_BYTES: usize = 14 * size_of::<usize>();

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
        if map.len().is_multiple_of(LEAST) {
            self.reader().hold(NODE * size_of::<(String, T)>() + NODE_BYTES)?;
        }
        self.reader().hide_name();
        let value = T::decode(self.reader()).map_err(|error| error.below(&name))?;
        map.insert(name.into(), value);
        Ok(())
    }
}

/// Arrays of exactly as many elements.
macro_rules! tuples {
    ($($length:literal: $($name:ident)+;)+) => {$(
        impl<$($name: Decode),+> Decode for ($($name,)+) {
            const KINDS: u8 = Kind::Array.bit();

            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = concat!("an array of length ", $length);
                let start = reader.place();
                let mut array = reader.array(&EXPECTED)?;
                let invalid = |reader: &Reader<'_>, length: usize| {
                    reader.invalid(start, format_args!("invalid length {length}, expected {EXPECTED}"))
                };
                let elements = ($(
                    match array.next::<$name>()? {
                        Some(element) => element,
                        None => return Err(invalid(array.reader, array.count())),
                    },
                )+);
                while array.next_with(Reader::skip)?.is_some() {}
                if array.count() == $length { Ok(elements) } else { Err(invalid(array.reader, array.count())) }
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
