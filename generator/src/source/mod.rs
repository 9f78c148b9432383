//! Reads files into trees. The only module that knows YAML.
//!
//! [`Sources`] owns every file of a run: its text, its tree of [nodes](crate::document::Node), and its names. A file is read
//! once, however its path is spelled. Trees contain no positions; a [place](crate::diagnostics::Place) is located in the text
//! on demand.
//!
//! # What a document may be
//!
//! JSON, or the subset of YAML that maps to JSON: no tags, keys that are strings or plain integers, one document a file.
//! Merge keys are applied. Numbers keep their digits. Of a key with two values, the last one is kept, with a warning. In YAML,
//! U+0085, U+2028 and U+2029 are line breaks, as its version 1.1 has it.

pub mod limits;

mod build;
mod error;
mod file;
mod json;
mod lines;
mod locate;
mod locate_all;
mod merge;
mod number;
mod outline;
mod parse;
mod places;
mod read;
mod repeated;
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
