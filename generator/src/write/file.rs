//! Files outside of the crate: the record of names, and those of a release.

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
        if self.step.is_written() { self.put(self.step.new.as_bytes()) } else { Ok(()) }
    }

    /// Makes the file what it was.
    fn undo(&self) {
        // The failure that it follows is reported.
        let _ = match self.step.action {
            Action::Keep => Ok(()),
            Action::Create => fs::remove_file(&self.path).map_err(|error| access(&self.path, "remove", &error)),
            _ => self.put(&self.step.old),
        };
    }

    fn put(&self, text: &[u8]) -> Result<()> {
        let mut temporary = self.path.clone().into_os_string();
        temporary.push(".new");
        let temporary = PathBuf::from(temporary);
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // Nothing else can be done about a file that cannot be removed.
            let _ = fs::remove_file(&temporary);
            access(&self.path, "write", &error)
        })
    }
}

/// Writes files in this order, then does the rest: all or nothing. After a failure, also of the rest, the files are as before.
///
/// # Errors
///
/// If a file cannot be written, or the rest fails.
pub fn apply_all(files: &[FilePlan], rest: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut done = Vec::new();
    let write = || {
        for file in files {
            file.apply()?;
            done.push(file);
        }
        rest()
    };
    let written = write();
    if written.is_err() {
        done.into_iter().rev().for_each(FilePlan::undo);
    }
    written
}
