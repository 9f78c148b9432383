//! How payload types are read from JSON and written back.
//!
//! Generated types implement [`Decode`] and [`serde::Serialize`] in plain code that calls the parts
//! below. Compared with derived implementations:
//!
//! - they read from one concrete [`Reader`], which is quick to compile and quick to run;
//! - errors say where: each level adds its segment to a JSON pointer;
//! - an array never passes for an object, and a member that occurs twice is refused;
//! - numbers keep their digits, see [`Number`] and [`Integer`].
//!
//! ```
//! use webhook_receiver::codec::{self, Decode, ObjectWriter, Reader, Undeclared};
//! use webhook_receiver::serde::{Serialize, Serializer};
//! use webhook_receiver::{DecodeError, serde_json};
//!
//! struct Asset {
//!     id: String,
//!     filename: Option<String>,
//!     undeclared: Undeclared,
//! }
//!
//! impl Decode for Asset {
//!     const MEMBERS: Option<&'static [&'static str]> = Some(&["id", "filename"]);
//!
//!     fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
//!         let mut members = reader.object("Asset")?;
//!         let mut id = None;
//!         let mut filename = None;
//!         let mut undeclared = Undeclared::default();
//!         while let Some(name) = members.next()? {
//!             match &*name {
//!                 "id" => members.read("id", &mut id)?,
//!                 "filename" => members.read("filename", &mut filename)?,
//!                 _ => members.rest(name, &mut undeclared)?,
//!             }
//!         }
//!         Ok(Self { id: members.required("id", id)?, filename: filename.flatten(), undeclared })
//!     }
//! }
//!
//! codec::deserialize!(Asset);
//!
//! impl Serialize for Asset {
//!     fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
//!         let mut object = ObjectWriter::new(serializer)?;
//!         object.required("id", &self.id)?;
//!         object.optional("filename", &self.filename)?;
//!         object.rest(&self.undeclared)?;
//!         object.end()
//!     }
//! }
//!
//! let asset: Asset = serde_json::from_str(r#"{"id": "a1", "filename": null, "new": [1.0]}"#)?;
//! assert_eq!(serde_json::to_string(&asset)?, r#"{"id":"a1","new":[1.0]}"#);
//!
//! let error = serde_json::from_str::<Asset>(r#"{"id": 1}"#).err().unwrap();
//! assert!(error.to_string().starts_with("unexpected JSON at /id: invalid type: number `1`, expected a string"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod budget;
mod collections;
mod decimal;
mod declare;
mod deep;
mod error;
mod json;
mod lexer;
mod literal;
mod number;
pub(crate) mod pointer;
mod reader;
mod rest;
mod same;
mod scalars;
mod skip;
mod undeclared;
mod union;
mod write;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub use crate::{
    __constant as constant, __deserialize as deserialize, __integer_enum as integer_enum, __json_enum as json_enum,
    __newtype as newtype, __object as object, __tagged_union as tagged_union, __text_enum as text_enum,
    __untagged_union as untagged_union,
};
pub use deep::Deep;
pub use error::{DecodeError, DecodeErrorKind};
pub use json::JsonValue;
pub use literal::{constant, constant_json, constant_value, json_text};
pub use number::{Integer, InvalidNumber, Number};
pub use reader::{Members, Name, Reader};
pub use rest::Rest;
pub use same::same_json;
pub use undeclared::Undeclared;
pub use union::{Candidates, Value, members_of};
pub use write::ObjectWriter;

pub(crate) use reader::Kind;

/// A type that can be read from JSON, with errors that say where they arose.
pub trait Decode: Sized {
    /// The members that an object type declares; `None` for anything that is not an object.
    const MEMBERS: Option<&'static [&'static str]> = None;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the input is not JSON or does not fit the type.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Implements [`serde::Deserialize`] for types that implement [`Decode`]. It reads by way of the value's text, which only
/// `serde_json` hands out, and there only where nothing stands between, such as `#[serde(flatten)]` or `#[serde(tag)]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize {
    ($($name:ty),* $(,)?) => {$(
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codec::from_deserializer(deserializer)
            }
        }
    )*};
}

/// Reads a value by way of its text, which `serde_json` hands out.
#[doc(hidden)]
pub fn from_deserializer<'de, T: Decode, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    from_slice(raw.get().as_bytes()).map_err(D::Error::custom)
}

/// Decodes an example that is part of a crate.
///
/// # Panics
///
/// If the example does not fit the type.
#[track_caller]
pub fn example<T: Decode>(json: &'static str) -> T {
    match from_slice(json.as_bytes()) {
        Ok(value) => value,
        Err(error) => panic!("the example does not fit: {error}"),
    }
}

/// Decodes a whole document.
pub(crate) fn from_slice<T: Decode>(json: &[u8]) -> Result<T, DecodeError> {
    from_slice_with(json, |reader| T::decode(reader))
}

/// Reads a whole document.
pub(crate) fn from_slice_with<T>(
    json: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let text = str::from_utf8(json).map_err(|error| DecodeError::not_utf8(json, error))?;
    let mut reader = Reader::new(text);
    match read(&mut reader).and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(explain(text, error)),
    }
}

/// A text that is no JSON is that before anything else, wherever it fails to fit as well.
#[cold]
fn explain(text: &str, error: DecodeError) -> DecodeError {
    let mut reader = Reader::new(text);
    let malformed = reader.value().and_then(|_| reader.end()).err();
    malformed.unwrap_or(error).located(text.as_bytes())
}
