//! How payload types are read from JSON and written back.
//!
//! Generated types implement [`Decode`] and [`serde::Serialize`] in plain code that calls the parts
//! below. Compared with derived implementations:
//!
//! - errors say where: each level adds its segment to a JSON pointer;
//! - an array never passes for an object, and a member that occurs twice is refused;
//! - numbers keep their digits, see [`Number`] and [`Integer`].
//!
//! A type made of members implements [`Object`] and is named in [`objects!`](macro@objects):
//!
//! ```
//! use webhook_receiver::codec::{self, Members, ObjectWriter, Undeclared};
//! use webhook_receiver::serde::{Serialize, Serializer, de::MapAccess};
//!
//! struct Asset {
//!     id: String,
//!     filename: Option<String>,
//!     undeclared: Undeclared,
//! }
//!
//! impl codec::Object for Asset {
//!     const NAME: &'static str = "Asset";
//!     const MEMBERS: &'static [&'static str] = &["id", "filename"];
//!
//!     fn decode_members<'de, A: MapAccess<'de>>(
//!         members: &mut Members<'de, A>,
//!     ) -> Result<Self, A::Error> {
//!         let mut id = None;
//!         let mut filename = None;
//!         let mut undeclared = Undeclared::default();
//!         while let Some(name) = members.next()? {
//!             match &*name {
//!                 "id" => members.read("id", &mut id)?,
//!                 "filename" => members.read("filename", &mut filename)?,
//!                 _ => members.keep(&name, &mut undeclared)?,
//!             }
//!         }
//!         Ok(Self { id: members.required("id", id)?, filename: filename.flatten(), undeclared })
//!     }
//! }
//!
//! codec::objects!(Asset);
//!
//! impl Serialize for Asset {
//!     fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
//!         let mut object = ObjectWriter::new(serializer)?;
//!         object.required("id", &self.id)?;
//!         object.optional("filename", &self.filename)?;
//!         object.undeclared(&self.undeclared)?;
//!         object.end()
//!     }
//! }
//!
//! let asset: Asset = serde_json::from_str(r#"{"id": "a1", "filename": null, "new": [1.0]}"#)?;
//! assert_eq!(serde_json::to_string(&asset)?, r#"{"id":"a1","new":[1.0]}"#);
//!
//! let error = serde_json::from_str::<Asset>(r#"{"id": 1}"#).err().unwrap();
//! assert!(error.to_string().starts_with(r#""/id": invalid type: integer `1`, expected a string"#));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod budget;
mod check;
mod collections;
mod decimal;
mod deep;
mod error;
mod json;
mod literal;
mod number;
mod object;
pub(crate) mod pointer;
mod same;
mod scalars;
mod undeclared;
mod union;
mod write;

use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::DeserializeSeed;

pub use crate::__objects as objects;
pub use crate::__values as values;
pub use deep::Deep;
pub use error::{DecodeError, DecodeErrorKind};
pub use json::Json;
pub use literal::{constant, constant_json, constant_value, json_text, position};
pub use number::{Integer, InvalidNumber, Number};
pub use object::{Members, Name, Object, object};
pub use same::same_json;
pub use scalars::string;
pub use undeclared::Undeclared;
pub use union::{json, rank, tag, variant};
pub use write::ObjectWriter;

pub(crate) use object::duplicate;

/// A type that can be read from JSON, with errors that say where they arose.
pub trait Decode: Sized {
    /// The members that an object type declares; `None` for anything that is not an object.
    const MEMBERS: Option<&'static [&'static str]> = None;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the input is not JSON or does not fit the type.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Implements [`Decode`] and [`serde::Deserialize`] for types that implement [`Object`].
#[doc(hidden)]
#[macro_export]
macro_rules! __objects {
    ($($name:ty),* $(,)?) => {$(
        impl $crate::codec::Decode for $name {
            const MEMBERS: ::core::option::Option<&'static [&'static str]> =
                ::core::option::Option::Some(<$name as $crate::codec::Object>::MEMBERS);

            fn decode<'de, D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codec::object(deserializer)
            }
        }

        $crate::__values!($name);
    )*};
}

/// Implements [`serde::Deserialize`] for types that implement [`Decode`].
#[doc(hidden)]
#[macro_export]
macro_rules! __values {
    ($($name:ty),* $(,)?) => {$(
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <Self as $crate::codec::Decode>::decode(deserializer)
            }
        }
    )*};
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

/// [`Decode`] as a seed, for elements and members.
struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    const NEW: Self = Self(PhantomData);
}

impl<'de, T: Decode> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::decode(deserializer)
    }
}

/// Decodes a whole document.
pub(crate) fn from_slice<T: Decode>(json: &[u8]) -> Result<T, DecodeError> {
    seed_from_slice(Seed::NEW, json)
}

/// Decodes a whole document with a seed.
pub(crate) fn seed_from_slice<'de, S>(seed: S, json: &'de [u8]) -> Result<S::Value, DecodeError>
where
    S: DeserializeSeed<'de>,
{
    let text = str::from_utf8(json).map_err(|error| DecodeError::not_utf8(json, error))?;
    seed_from_str(seed, text).map_err(|error| DecodeError::of_text(text, &error))
}

fn seed_from_str<'de, S>(seed: S, text: &'de str) -> Result<S::Value, serde_json::Error>
where
    S: DeserializeSeed<'de>,
{
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}
