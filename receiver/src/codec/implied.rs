use serde::{Serialize, Serializer};

use super::{Decode, DecodeError, JsonValue, Reader};

/// A value whose type the description implies, but does not state.
///
/// In JSON Schema, `properties` without `type: object` describes the members of objects and allows any other value, and
/// `items` without `type: array` likewise. Senders that leave `type` out nearly always mean the object or the array. If the
/// description is corrected to state it, also by an overlay, the value has its type without this one around it.
///
/// ```
/// use webhook_receiver::Implied;
///
/// let tags: Implied<Vec<String>> = "[\"a\"]".parse::<webhook_receiver::JsonValue>()?.decode()?;
/// assert_eq!(tags.value().map(Vec::len), Some(1));
/// # Ok::<(), webhook_receiver::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Implied<T> {
    /// The value is of the implied type.
    Value(T),
    /// The value is other JSON: it is not an object, or not an array.
    Other(JsonValue),
}

impl<T> Implied<T> {
    /// The value; `None` if it is other JSON.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Other(_) => None,
        }
    }

    /// The value; `None` if it is other JSON.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

impl<T> From<T> for Implied<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Decode> Decode for Implied<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if T::KINDS & reader.kind()?.bit() != 0 {
            T::decode(reader).map(Self::Value)
        } else {
            let other = reader.json().map(Self::Other)?;
            reader.note_unknown();
            Ok(other)
        }
    }
}

impl<T: Serialize> Serialize for Implied<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Other(json) => json.serialize(serializer),
        }
    }
}
