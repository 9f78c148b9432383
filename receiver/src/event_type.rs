//! Finds the event type of a body in one pass, without building a tree.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::codec::{self, DecodeError, Name, pointer};
use crate::{Delivery, EventName, Webhooks};

/// What a body says it is.
pub(crate) enum EventType<W: Webhooks> {
    Known(W::EventType),
    /// Absent, or not in the description.
    Unknown(Option<String>),
}

impl<W: Webhooks> EventType<W> {
    /// The whole body is read, so that a second event type further on is noticed.
    pub(crate) fn of(delivery: &Delivery) -> Result<Self, DecodeError> {
        let find = Find { path: W::EVENT_TYPE_POINTER };
        let name = codec::seed_from_slice(find, delivery.raw())?;
        Ok(match name.as_deref().and_then(W::EventType::parse) {
            Some(event_type) => Self::Known(event_type),
            None => Self::Unknown(name),
        })
    }
}

/// Reads a value and returns the string that `path`, a JSON pointer, leads to within it.
#[derive(Clone, Copy)]
struct Find<'p> {
    path: &'p str,
}

impl<'p> Find<'p> {
    fn split(self) -> Option<(Cow<'p, str>, Self)> {
        pointer::split_first(self.path).map(|(segment, path)| (segment, Self { path }))
    }
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() { "a string" } else { "an object" })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if self.path.is_empty() {
            Ok(Some(text.to_owned()))
        } else {
            Err(E::invalid_type(Unexpected::Str(text), &self))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some((segment, rest)) = self.split() else {
            return Err(A::Error::invalid_type(Unexpected::Map, &self));
        };
        let mut found = None;
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if *name != *segment {
                map.next_value::<IgnoredAny>()?;
            } else if found.is_none() {
                let value = map.next_value_seed(rest);
                found = Some(value.map_err(|error| pointer::at(&segment, &error))?);
            } else {
                return Err(codec::duplicate(&segment));
            }
        }
        Ok(found.flatten())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let invalid = || A::Error::invalid_type(Unexpected::Seq, &self);
        let (segment, rest) = self.split().ok_or_else(invalid)?;
        let wanted: usize = segment.parse().map_err(|_| invalid())?;
        let mut found = None;
        for index in 0_usize.. {
            if index == wanted {
                let element = seq.next_element_seed(rest);
                found = element.map_err(|error| pointer::at(&index.to_string(), &error))?;
            } else if seq.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(found.flatten())
    }
}
