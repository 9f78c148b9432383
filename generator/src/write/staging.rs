//! Files that are written to a folder of their own before the first one is renamed.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::{Result, access, foreign};
use super::lock::Lock;

/// The folder within the crate for files that are not complete. A run that is killed leaves it; the next one removes it.
pub(super) const STAGING: &str = ".codegen-staging";

/// The file in that folder that a run has locked.
const LOCK: &str = "lock";

/// Files that are renamed one by one. Those that were not are removed on drop, and so are folders that were created for
/// them.
pub(super) struct Staging<'s> {
    // Dropped in this order: folders are empty only after their files are removed.
    files: StagedFiles,
    _lock: Lock,
    folders: Folders,
    /// Called before each change on disk.
    step: &'s mut dyn FnMut(),
}

/// The files that were not renamed yet, by their number.
struct StagedFiles {
    folder: PathBuf,
    waiting: BTreeSet<usize>,
    count: usize,
}

impl StagedFiles {
    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(number.to_string())
    }
}

/// A file that is written and not renamed yet.
pub(super) struct Staged {
    number: usize,
    place: PathBuf,
}

/// A folder and those in it that were made, outermost first.
struct Folders {
    root: PathBuf,
    made: Vec<PathBuf>,
    /// The folder for files that are not complete.
    staging: PathBuf,
}

/// Whether a run is writing to the folder, or was interrupted.
pub(super) fn is_unfinished(folder: &Path) -> bool {
    folder.join(STAGING).symlink_metadata().is_ok()
}

impl<'s> Staging<'s> {
    /// Makes the folder where it does not exist, locks it, and removes the files of killed runs.
    pub(super) fn new(folder: &Path, step: &'s mut dyn FnMut()) -> Result<Self> {
        let staging = folder.join(STAGING);
        let mut folders = Folders { root: folder.to_owned(), made: Vec::new(), staging: staging.clone() };
        step();
        folders.make(folder)?;
        match fs::create_dir(&staging) {
            Ok(()) => {}
            Err(_) if staging.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) => {}
            Err(_) if staging.symlink_metadata().is_ok() => return Err(foreign(&staging)),
            Err(error) => return Err(access(&staging, "create", &error)),
        }
        step();
        let lock = Lock::take(staging.join(LOCK))?;
        let left = fs::read_dir(&staging).map_err(|error| access(&staging, "read", &error))?;
        for file in left.flatten().filter(|file| file.file_name() != LOCK) {
            step();
            fs::remove_file(file.path()).map_err(|error| access(&file.path(), "remove", &error))?;
        }
        let files = StagedFiles { folder: staging, waiting: BTreeSet::new(), count: 0 };
        Ok(Self { files, _lock: lock, folders, step })
    }

    /// Writes a file that is not at its place yet.
    pub(super) fn add(&mut self, path: &str, text: &str) -> Result<Staged> {
        let place = self.folders.root.join(path);
        if let Some(parent) = place.parent() {
            self.folders.make(parent)?;
            // Found out before the first file is renamed.
            fs::read_dir(parent).map_err(|error| access(&place, "write", &error))?;
        }
        let number = self.files.count;
        self.files.count += 1;
        let failed = |error| access(&place, "write", &error);
        (self.step)();
        let mut file = OpenOptions::new().write(true).create_new(true).open(self.files.path(number)).map_err(failed)?;
        self.files.waiting.insert(number);
        (self.step)();
        file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
        Ok(Staged { number, place })
    }

    /// Renames a file to its final path.
    pub(super) fn commit(&mut self, Staged { number, place }: Staged) -> Result<()> {
        (self.step)();
        fs::rename(self.files.path(number), &place).map_err(|error| access(&place, "write", &error))?;
        self.files.waiting.remove(&number);
        Ok(())
    }

    /// Removes a file of the folder, and folders that become empty.
    pub(super) fn remove(&mut self, path: &str) -> Result<()> {
        (self.step)();
        let root = &self.folders.root;
        let place = root.join(path);
        fs::remove_file(&place).map_err(|error| access(&place, "remove", &error))?;
        for (end, _) in path.rmatch_indices('/') {
            if fs::remove_dir(root.join(&path[..end])).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Drop for StagedFiles {
    fn drop(&mut self) {
        for &number in &self.waiting {
            // The error cannot be reported here, and the original failure is already being reported.
            let _ = fs::remove_file(self.path(number));
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
        for folder in [&self.staging].into_iter().chain(self.made.iter().rev()) {
            // Fails on purpose if the folder is not empty.
            let _ = fs::remove_dir(folder);
        }
    }
}
