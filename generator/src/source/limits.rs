//! How much of a document is taken before it is refused.
//!
//! The limits stand far above what real descriptions need, and low enough that a hostile document is
//! refused before it takes the machine with it.

/// The size of a file, in bytes.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How deep objects and arrays nest. It is the limit of both parsers, and an overlay must not go beyond it.
pub const DEPTH: usize = 128;

/// How many nodes a document has, counting what an alias stands for each time it is used. Four times what the largest
/// published description has; a tree of this size takes about 200 MB.
pub const NODES: usize = 1_000_000;

/// How many characters of YAML may be indicators, whether they are or are part of a text. The parser takes memory for
/// each of them, at worst 400 bytes, before the number of nodes is known.
pub const YAML_INDICATORS: usize = 1_250_000;

/// How many brackets and braces of YAML may be open, whether they are or are part of a text. The time of the parser
/// grows with the square of their number.
pub const YAML_OPEN: usize = 1000;

/// How long a key is, in characters. It is the limit that YAML has for keys.
pub const KEY_CHARS: usize = 1024;

/// How many files a run reads.
pub const FILES: usize = 4096;

/// How many references a chain has.
pub const REFERENCES: usize = 128;
