//! Reads and writes JSON.
//!
//! Types implement [`Decode`] and [`serde::Serialize`] in plain code or with the macros of
//! [`codegen::codec`](crate::codegen::codec). Compared with derived implementations:
//!
//! - they read from one concrete [`Reader`], which compiles and runs faster;
//! - errors have a place: each level adds its segment to a JSON pointer;
//! - an array is never accepted as an object, and a repeated member is an error;
//! - numbers keep their digits, see [`Number`] and [`Integer`].

mod collections;
mod decimal;
mod deep;
mod document;
mod drift;
mod error;
mod fixed;
mod implied;
mod json;
mod kept;
mod large;
mod lexer;
mod literal;
mod meter;
mod number;
mod outline;
pub(crate) mod pointer;
mod reader;
mod rest;
mod same;
mod scalars;
mod skip;
mod texts;
mod undeclared;
mod union;
mod value_memory;
mod write;

pub use deep::Deep;
pub use document::{example, from_deserializer};
pub use drift::{Drift, DriftKind};
pub use error::{DecodeError, DecodeErrorKind};
pub use fixed::{Fixed, FixedValue};
pub use implied::Implied;
pub use json::{JsonValue, json_text};
pub use large::{Fields, apart, clone_into, field_name, filled};
pub use literal::{constant, constant_json, constant_value};
pub use number::{Integer, InvalidNumber, Number};
pub use reader::{Decode, Members, Name, Reader};
pub use rest::Rest;
pub use same::{JsonValues, same_json};
pub use texts::Texts;
pub use undeclared::Undeclared;
pub use union::{ByShape, ByTag, Index, Tags, by_shape, by_tag};
pub use write::ObjectWriter;

#[cfg(feature = "testing")]
pub(crate) use document::with_steps;
pub(crate) use document::{from_slice, from_slice_with, from_slice_with_drift};
pub(crate) use drift::Path;
pub(crate) use meter::MIN_MEMORY;
pub(crate) use reader::Kind;
pub(crate) use value_memory::{Holding, ValueMemory};
