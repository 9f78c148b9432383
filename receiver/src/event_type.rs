//! Finds the event type of a delivery; in a body in one pass, without building a tree.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::codec::{self, DecodeError, DecodeErrorKind, Name, pointer};
use crate::{Carrier, Completion, Delivery, EventName, Webhooks};

/// What a delivery says it is.
pub(crate) enum EventType<W: Webhooks> {
    Known(W::EventType),
    /// Absent, or not in the description.
    Unknown(Option<String>),
}

impl<W: Webhooks> EventType<W> {
    pub(crate) fn of(delivery: &Delivery) -> Result<Self, DecodeError> {
        Ok(match W::EVENT_TYPE {
            Carrier::Body { pointers } => Self::in_body(delivery, pointers)?,
            Carrier::Header { completed_by, .. } => Self::in_header(delivery, completed_by)?,
            Carrier::Address => match W::EventType::ALL {
                [only] => Self::Known(*only),
                _ => Self::Unknown(None),
            },
        })
    }

    fn named(name: Option<String>) -> Self {
        match name.as_deref().and_then(W::EventType::parse) {
            Some(event_type) => Self::Known(event_type),
            None => Self::Unknown(name),
        }
    }

    fn in_body(delivery: &Delivery, pointers: &'static [&'static str]) -> Result<Self, DecodeError> {
        // Bodies differ: what is wrong at one place is an error only where no other place has a text.
        let mut mismatch = None;
        for pointer in pointers {
            match find(pointer, delivery) {
                Ok(Some(name)) => return Ok(Self::named(Some(name))),
                Ok(None) => {}
                Err(error) if error.kind() == DecodeErrorKind::Mismatch => mismatch = mismatch.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        mismatch.map_or(Ok(Self::Unknown(None)), Err)
    }

    fn in_header(delivery: &Delivery, completed_by: Option<Completion>) -> Result<Self, DecodeError> {
        let Some(name) = delivery.event_type_header() else { return Ok(Self::Unknown(None)) };
        if let Some(Completion { pointer, separator }) = completed_by
            && let Some(part) = text_at(pointer, delivery)?
        {
            let full = format!("{name}{separator}{part}");
            return Ok(match W::EventType::parse(&full).or_else(|| W::EventType::parse(name)) {
                Some(event_type) => Self::Known(event_type),
                None => Self::Unknown(Some(full)),
            });
        }
        Ok(Self::named(Some(name.to_owned())))
    }
}

/// The whole body is read, so that a second event type further on is noticed.
fn find(pointer: &'static str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    codec::seed_from_slice(Find { path: pointer }, delivery.raw())
}

/// A body may have something else at that place; whether it fits is not decided here.
fn text_at(pointer: &'static str, delivery: &Delivery) -> Result<Option<String>, DecodeError> {
    match find(pointer, delivery) {
        Err(error) if error.kind() == DecodeErrorKind::Mismatch => Ok(None),
        found => found,
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
