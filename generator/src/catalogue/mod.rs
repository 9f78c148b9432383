//! What a generated crate has, as data: event types, payloads and their types with names in JSON and in Rust, and how
//! deliveries are signed. It is the file `catalogue.json` of the crate, and what [`diff`](mod@crate::diff) compares.
//!
//! The text is the same for equal inputs. Types are in alphabetical order; event types, members, values and variants are in that
//! of the description. Each member, value and variant has a line of its own, so that versions merge.

mod build;
mod json;
mod model;
mod print;
mod read;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::too_many_lines, reason = "expected texts are long")]
mod tests;

pub use build::Facts;
pub(crate) use build::build;
pub use json::Json;
pub use model::{
    Accessor, Catalogue, Constant, Definition, Described, Enum, EventType, EventTypePlace, Example, Fallback, Field,
    Header, Info, Kind, Presence, Receiver, Rest, Security, Server, Source, Stated, Struct, Tag, TagSelect, Topic,
    Type, Union, Value, Variant,
};
pub use read::Malformed;

/// The name of the file in a generated crate.
pub const FILE: &str = "catalogue.json";

/// The version of the format. A program that reads the file must refuse other versions.
pub const FORMAT: u32 = 1;
