//! What an argument means.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use webhook_generator::{catalogue, released};

use super::git;
use crate::args::UsageError;
use crate::selection::DEFAULT;

/// A version to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// The configuration of the command as it is now.
    WorkingTree,
    /// The configuration of the command, and all that it names, as of a revision.
    Revision(String),
    /// A description as of a revision: the revision, and the path from the root of the repository.
    FileOf(String, String),
    /// A description.
    Description(PathBuf),
    /// A `codegen.toml`.
    Config(PathBuf),
    /// A `catalogue.json`, or the record of the last release.
    Catalogue(PathBuf),
}

/// The configuration that a file or a folder belongs to, if it exists: itself, that in the folder, or that of a release.
pub(super) fn config_of(text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    let config = if path.is_dir() {
        path.join(DEFAULT)
    } else if path.extension().is_some_and(|extension| extension == "toml") {
        path.to_owned()
    } else {
        released::config_of(path)?
    };
    config.is_file().then_some(config)
}

impl Operand {
    /// A file or a folder that exists, else a revision.
    pub(super) fn new(text: &str, config: Option<&Path>) -> Result<Self, UsageError> {
        let path = Path::new(text);
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            let [config, catalogue] = [DEFAULT, catalogue::FILE].map(|name| path.join(name));
            if config.is_file() {
                return Ok(Self::Config(config));
            }
            if catalogue.is_file() {
                return Ok(Self::Catalogue(catalogue));
            }
            let message = format!("`{text}` has neither a `{DEFAULT}` nor a `{}`", catalogue::FILE);
            return Err(UsageError::new(ErrorKind::InvalidValue, message));
        }
        if path.is_file() {
            let is_toml = path.extension().is_some_and(|extension| extension == "toml");
            return Ok(if name == catalogue::FILE || released::config_of(path).is_some() {
                Self::Catalogue(path.to_owned())
            } else if is_toml {
                Self::Config(path.to_owned())
            } else {
                Self::Description(path.to_owned())
            });
        }
        let folder = config.and_then(Path::parent).unwrap_or(Path::new(""));
        let wrong = |what: &str| {
            UsageError::new(ErrorKind::InvalidValue, format!("`{text}` is not a file, and {what} in `git`"))
        };
        if let Some((revision, path)) = text.split_once(':') {
            return if git::is_file(folder, revision, path) {
                Ok(Self::FileOf(revision.to_owned(), path.to_owned()))
            } else {
                Err(wrong("not a file of a revision"))
            };
        }
        if git::is_revision(folder, text) { Ok(Self::Revision(text.to_owned())) } else { Err(wrong("not a revision")) }
    }
}
