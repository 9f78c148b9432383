//! One file outside of the crate: the record of names.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diff;
use super::error::{Result, access, link};
use super::plan::same;
use super::step::{Action, Step};

/// The change that brings a single file up to date.
#[derive(Debug)]
pub struct FilePlan {
    path: PathBuf,
    step: Step,
}

impl FilePlan {
    /// Compares a file with its new text. Changes nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is a symbolic link.
    pub fn new(path: &Path, new: String) -> Result<Self> {
        if path.is_symlink() {
            return Err(link(path));
        }
        let (action, old) = match fs::read(path) {
            Ok(old) if same(&old, new.as_bytes()) => (Action::Keep, old),
            Ok(old) => (Action::Change, old),
            Err(error) if error.kind() == ErrorKind::NotFound => (Action::Create, Vec::new()),
            Err(error) => return Err(access(path, "read", &error)),
        };
        Ok(Self { path: path.to_owned(), step: Step { action, old, new } })
    }

    /// What is done with the file.
    pub fn action(&self) -> Action {
        self.step.action
    }

    /// Prints the differences, in about `max_lines` lines.
    pub fn diff(self, max_lines: usize) -> String {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        diff::diff(&folder, &BTreeMap::from([(name, self.step)]), max_lines)
    }

    /// Writes the file, through a temporary one beside it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn apply(&self) -> Result<()> {
        if !self.step.is_written() {
            return Ok(());
        }
        let mut temporary = self.path.clone().into_os_string();
        temporary.push(".new");
        let temporary = PathBuf::from(temporary);
        let written = fs::write(&temporary, &self.step.new).and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // Nothing else can be done about a file that cannot be removed.
            let _ = fs::remove_file(&temporary);
            access(&self.path, "write", &error)
        })
    }
}
