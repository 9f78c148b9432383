//! Writes an emitted crate into a folder.
//!
//! A list in the folder, [`MANIFEST`], names the package and distinguishes emitted files from others. The files of another
//! package are not overwritten. A file on the list that is no longer emitted is removed. A file that is not on it, such as a
//! `Cargo.lock` or the files in `target/`, is neither read nor touched, and is an error if it would be overwritten.
//!
//! [`Plan::new`] reads and decides, [`Plan::apply`] writes. All files are written to a folder of their own before the first
//! one is renamed, so that most failures leave the old crate intact. The list contains a file before it appears and until
//! it is gone, so that an interrupted run is completed by the next. The [record](crate::fingerprint::record) of the inputs is
//! missing while other files change, so that a build does not take a crate for up to date of which only a part is. Two runs
//! do not write to one folder at the same time.
//!
//! Files beside the crate are written by the run that may write to its folder: [`Plan::apply_with`]. One that has changed since the
//! run read it is not overwritten.

mod diff;
mod error;
mod file;
mod lock;
mod manifest;
mod path;
mod plan;
mod staging;
mod step;

pub use error::access;
pub use file::FilePlan;
pub use manifest::MANIFEST;
pub use path::check as check_path;
pub use plan::Plan;
pub use step::{Action, same};

#[cfg(test)]
mod tests;
