//! What the generator reports: errors and warnings, each with the places it is about.
//!
//! Does no input or output; [`render`](crate::render) makes text of it.

mod code;
mod diagnostic;
mod level;
mod report;
mod suggest;

pub use code::{Code, Severity};
pub use diagnostic::{Denied, Diagnostic, Label, Place, Setting};
pub use level::{Level, Levels};
pub use report::Diagnostics;
pub use suggest::{did_you_mean, suggest};
