use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Format;
use crate::codec::{Decode, DecodeError, Reader};

/// A string that is declared to have the format `F`, as received.
///
/// Every string decodes, and is written back unchanged. The accessor of the format checks it, for example
/// `Text<format::Uuid>::uuid`. Comparing compares the text.
///
/// ```
/// use webhook_receiver::{Text, format};
///
/// let address: Text<format::Ipv4> = "192.0.2.1".into();
/// assert_eq!(address, "192.0.2.1");
/// assert!(address.addr().is_ok());
///
/// let other: Text<format::Ipv4> = "localhost".into();
/// assert_eq!(other.addr().unwrap_err().to_string(), "the text is not an IPv4 address");
/// ```
pub struct Text<F> {
    text: String,
    format: PhantomData<fn() -> F>,
}

impl<F> Text<F> {
    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text as received.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl<F> From<String> for Text<F> {
    fn from(text: String) -> Self {
        Self { text, format: PhantomData }
    }
}

impl<F> From<&str> for Text<F> {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl<F> From<Text<F>> for String {
    fn from(text: Text<F>) -> Self {
        text.text
    }
}

impl<F> Deref for Text<F> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<F> AsRef<str> for Text<F> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<F> Clone for Text<F> {
    fn clone(&self) -> Self {
        self.text.clone().into()
    }
}

impl<F> fmt::Debug for Text<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<F> fmt::Display for Text<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text, f)
    }
}

impl<F> PartialEq for Text<F> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<F> Eq for Text<F> {}

impl<F> PartialEq<str> for Text<F> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl<F> PartialEq<&str> for Text<F> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<F> PartialOrd for Text<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<F> Ord for Text<F> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<F> Hash for Text<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<F: Format> Decode for Text<F> {
    const KINDS: u8 = String::KINDS;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = String::decode(reader)?;
        if reader.is_attempt() && !F::is_likely(&text) {
            reader.note_unlikely();
        }
        Ok(text.into())
    }
}

impl<'de, F> Deserialize<'de> for Text<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl<F> Serialize for Text<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
