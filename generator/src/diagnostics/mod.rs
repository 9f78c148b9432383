//! Errors and warnings, each with its places.
//!
//! No input or output; [`render`](crate::render) turns them into text.

mod code;
mod diagnostic;
mod explanation;
mod grouped;
mod level;
mod report;
mod suggest;

pub use code::{Code, Severity};
pub use diagnostic::{Denied, Diagnostic, Label, Place, Setting};
pub use level::{Level, Levels};
pub use report::Diagnostics;
pub use suggest::{did_you_mean, suggest};
