//! Files that are written under temporary names.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::{Result, access};

/// A set of files that are renamed together. Files that were not renamed are removed on drop, and so are folders that
/// were created for them.
pub(super) struct Staging {
    // Dropped in this order: folders are empty only after the files are removed.
    staged: Vec<Staged>,
    folders: Folders,
}

/// A file under a temporary name next to its final path.
pub(super) struct Staged {
    temporary: Option<PathBuf>,
    place: PathBuf,
}

/// A folder and those in it that were made, outermost first.
struct Folders {
    root: PathBuf,
    made: Vec<PathBuf>,
}

impl Staging {
    /// Makes the folder where it does not exist.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let mut folders = Folders { root: folder.to_owned(), made: Vec::new() };
        folders.make(folder)?;
        Ok(Self { staged: Vec::new(), folders })
    }

    /// Writes a temporary file, to be part of the commit. The order is kept.
    pub(super) fn add(&mut self, path: &str, text: &str) -> Result<()> {
        let staged = self.prepare(path, text)?;
        self.staged.push(staged);
        Ok(())
    }

    /// Writes a temporary file, to be committed by itself.
    pub(super) fn prepare(&mut self, path: &str, text: &str) -> Result<Staged> {
        let place = self.folders.root.join(path);
        if let Some(parent) = place.parent() {
            self.folders.make(parent)?;
        }
        Staged::new(place, text)
    }

    /// Renames all files to their final paths.
    pub(super) fn commit(mut self) -> Result<()> {
        self.staged.drain(..).try_for_each(Staged::commit)
    }
}

impl Staged {
    fn new(place: PathBuf, text: &str) -> Result<Self> {
        let (mut file, temporary) = create_beside(&place).map_err(|error| access(&place, "write", &error))?;
        let staged = Self { temporary: Some(temporary), place };
        match file.write_all(text.as_bytes()).and_then(|()| file.flush()) {
            Ok(()) => Ok(staged),
            Err(error) => Err(access(&staged.place, "write", &error)),
        }
    }

    /// Renames the file to its final path.
    pub(super) fn commit(mut self) -> Result<()> {
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.place).map_err(|error| access(&self.place, "write", &error))?;
            self.temporary = None;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // The error cannot be reported here, and the original failure is already being reported.
            let _ = fs::remove_file(temporary);
        }
    }
}

impl Folders {
    fn make(&mut self, folder: &Path) -> Result<()> {
        let missing: Vec<_> =
            folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| access(folder, "create", &error))?;
            self.made.push(folder.to_owned());
        }
        Ok(())
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            // Fails on purpose if the folder is not empty.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Creates a file with a free name in the same folder.
fn create_beside(place: &Path) -> io::Result<(fs::File, PathBuf)> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let mut attempt = 0;
    loop {
        let temporary = place.with_file_name(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((file, temporary)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}
