//! Files to trees. The only room that knows YAML.
//!
//! [`Sources`] owns every file of a run: its text, its tree of [`Node`]s, and its names. A file is read once, however
//! it is spelled. Trees hold no positions; a [`Place`] is found in the text when somebody asks.
//!
//! # What a document may be
//!
//! JSON, or the part of YAML that means the same as JSON: no tags, no merge keys, keys that are strings or plain
//! integers, one document a file. Numbers keep their digits. An object that has a key twice is an error in both.
//! In YAML, U+0085, U+2028 and U+2029 are line breaks, as its version 1.1 has it.

pub mod limits;

mod build;
mod error;
mod file;
mod json;
mod lines;
mod locate;
mod number;
mod outline;
mod parse;
mod places;
mod read;
mod seed;
mod sources;
mod syntax;
mod yaml;

pub use limits::{Limit, Limits};
pub use lines::Position;
pub use sources::Sources;
pub(crate) use sources::Unavailable;

#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
#[allow(clippy::format_collect, clippy::format_push_string, reason = "inputs need not be made fast")]
mod tests;
