//! Errors and warnings, each with its places.
//!
//! No input or output; [`render`](crate::render) turns them into text.

mod choice;
mod code;
mod diagnostic;
mod explanation;
mod grouped;
mod level;
mod report;
mod setting;
mod suggest;

pub use choice::Choice;
pub use code::{Code, Severity};
pub use diagnostic::{Denied, Diagnostic, Label, Place};
pub use level::{Level, Levels};
pub use report::Diagnostics;
pub use setting::{Basis, Setting, toml_line, toml_string};
pub use suggest::{did_you_mean, suggest};
