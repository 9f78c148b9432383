//! The last release of a crate, as two files beside its configuration: what the crate had, and the sections of its changelog.
//!
//! `released.json` is the `catalogue.json` of the last release. The crate is compared with it: what differs is the section
//! *Unreleased* of its `CHANGELOG.md`, and decides the next version. Event types, types and members keep the version that first
//! had them.
//!
//! `released.md` has the sections of all releases, the last one first. `CHANGELOG.md` repeats them byte for byte.
//!
//! Both are inputs of a run. Only a [release](crate::Request::release) makes new ones.

mod changelog;
mod cut;
mod read;
mod since;
#[cfg(test)]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod version;

use std::path::{Path, PathBuf};

use crate::catalogue::Catalogue;
use crate::config::{CrateVersion, beside};
use crate::diagnostics::Diagnostic;

pub(crate) use changelog::CHANGELOG;
pub(crate) use cut::Settings;
pub use cut::{Cut, Release};

/// The name of the record, beside `codegen.toml`.
pub const RECORD: &str = "released.json";

/// The name of the file with the sections.
pub const SECTIONS: &str = "released.md";

/// Where both files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The record.
    pub record: PathBuf,
    /// The sections.
    pub sections: PathBuf,
}

impl Files {
    /// Those of a configuration.
    pub fn beside(config: &Path) -> Self {
        Self { record: beside(config, RECORD), sections: beside(config, SECTIONS) }
    }

    /// The names of the record and of the file with the sections, as messages show them.
    fn names(&self) -> [String; 2] {
        [&self.record, &self.sections].map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }
}

/// The configuration that a record is beside, by its name; `None` if the file is not a record.
pub fn config_of(record: &Path) -> Option<PathBuf> {
    let stem = record.file_name()?.to_str()?.strip_suffix(RECORD)?;
    let stem = if stem.is_empty() { "codegen" } else { stem.strip_suffix('.')? };
    Some(record.with_file_name(format!("{stem}.toml")))
}

/// What was released. The default is that of a crate before its first release.
#[derive(Clone, Debug, Default)]
pub(crate) struct Released {
    /// The last release.
    last: Option<Last>,
    /// The sections of all releases, the last one first.
    sections: String,
    /// The error that a release was interrupted, and its section was left out here: the next release completes it.
    unfinished: Option<Box<Diagnostic>>,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Last {
    version: CrateVersion,
    catalogue: Catalogue,
}
