//! Types made of other types.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Decode, Name, Seed, duplicate, pointer};

impl<T: Decode> Decode for Box<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::decode(deserializer).map(Self::new)
    }
}

/// `null` is `None`.
impl<T: Decode> Decode for Option<T> {
    const MEMBERS: Option<&'static [&'static str]> = T::MEMBERS;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OptionVisitor(PhantomData))
    }
}

struct OptionVisitor<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for OptionVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::decode(deserializer).map(Some)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(VecVisitor(PhantomData))
    }
}

struct VecVisitor<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for VecVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = element(&mut seq, elements.len())? {
            elements.push(element);
        }
        Ok(elements)
    }
}

fn element<'de, T, A>(seq: &mut A, index: usize) -> Result<Option<T>, A::Error>
where
    T: Decode,
    A: SeqAccess<'de>,
{
    seq.next_element_seed(Seed::NEW).map_err(|error| pointer::at(&index.to_string(), &error))
}

/// A name that occurs twice is refused.
impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if members.contains_key(&*name) {
                return Err(duplicate(&name));
            }
            let value = map.next_value_seed(Seed::<T>::NEW);
            let value = value.map_err(|error| pointer::at(&name, &error))?;
            members.insert(name.into(), value);
        }
        Ok(members)
    }
}

/// Arrays of exactly as many elements.
macro_rules! tuples {
    ($($length:literal: $($name:ident $index:literal),+;)+) => {$(
        impl<$($name: Decode),+> Decode for ($($name,)+) {
            fn decode<'de, De: Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
                struct TupleVisitor<$($name),+>(PhantomData<($($name,)+)>);

                impl<'de, $($name: Decode),+> Visitor<'de> for TupleVisitor<$($name),+> {
                    type Value = ($($name,)+);

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "an array of length {}", $length)
                    }

                    fn visit_seq<Seq: SeqAccess<'de>>(
                        self,
                        mut seq: Seq,
                    ) -> Result<Self::Value, Seq::Error> {
                        let elements = ($(
                            element::<$name, _>(&mut seq, $index)?
                                .ok_or_else(|| Seq::Error::invalid_length($index, &self))?,
                        )+);
                        let mut length: usize = $length;
                        while seq.next_element::<IgnoredAny>()?.is_some() {
                            length += 1;
                        }
                        if length == $length {
                            Ok(elements)
                        } else {
                            Err(Seq::Error::invalid_length(length, &self))
                        }
                    }
                }

                deserializer.deserialize_seq(TupleVisitor(PhantomData))
            }
        }
    )+};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
}
