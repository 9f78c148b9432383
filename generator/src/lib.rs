//! Turns an OpenAPI description of webhooks into the source of a Rust crate.
//!
//! [`generate`] runs the whole pipeline; it reads files and writes none. [`mod@write`] writes the result to disk.

pub mod budget;
pub mod catalogue;
pub mod config;
pub mod diagnostics;
pub mod diff;
pub mod document;
pub mod emit;
pub mod fingerprint;
mod format;
mod http;
pub mod ir;
pub mod lock;
pub mod lower;
pub mod names;
pub mod normalize;
pub mod outline;
pub mod overlay;
mod pipeline;
mod portable;
pub mod released;
pub mod render;
mod request;
pub mod resolve;
pub mod signature;
pub mod source;
#[cfg(test)]
mod testing;
pub mod write;

/// The version of this package, and the [fingerprint of its sources](fingerprint::sources) in parentheses.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("WEBHOOK_GENERATOR_SOURCES"));

pub use pipeline::{Described, Outcome, Output, Reached, Stage, describe, dump, generate, patch, run};
pub use request::{BuildScript, BuildScriptKind, Layout, ReceiverDependency, Request};
