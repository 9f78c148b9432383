//! One run at a time in a folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::{Result, access};
use crate::diagnostics::{Code, Diagnostic};

/// A file that a run holds a lock on. The system releases the lock when the process ends, however it ends.
pub(super) struct Lock {
    place: PathBuf,
    // Closed after the file is removed.
    _file: File,
    /// Its address distinguishes the locks of one process.
    _own: Box<u8>,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// If another run has it.
    pub(super) fn take(place: PathBuf) -> Result<Self> {
        Self::take_by(place, File::try_lock)
    }

    fn take_by(place: PathBuf, lock: impl Fn(&File) -> std::result::Result<(), TryLockError>) -> Result<Self> {
        loop {
            let failed = |error: &io::Error| access(&place, "lock", error);
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&place)
                .map_err(|error| failed(&error))?;
            match lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(busy(&place)),
                // Some file systems have no locks. Cargo goes on without one, too.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
            // A run that ends removes the file. Then a lock on it is worth nothing, since the next run makes another file.
            let own = Box::new(0);
            let token = format!("{} {:p}\n", std::process::id(), &raw const *own);
            file.set_len(0).and_then(|()| file.write_all(token.as_bytes())).map_err(|error| failed(&error))?;
            if fs::read(&place).is_ok_and(|text| text == token.as_bytes()) {
                return Ok(Self { place, _file: file, _own: own });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If it stays, the next run uses it.
        let _ = fs::remove_file(&self.place);
    }
}

fn busy(place: &Path) -> Diagnostic {
    let folder = place.ancestors().nth(2).unwrap_or(place);
    Diagnostic::new(Code::OutputAccess, format!("another run is writing to `{}`", folder.display()))
        .help("wait until it has ended, and run the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_may_have_no_locks() {
        let folder = tempfile::tempdir().unwrap();
        let fails = |kind: io::ErrorKind| {
            Lock::take_by(folder.path().join("lock"), move |_| Err(TryLockError::Error(kind.into())))
        };
        let lock = fails(io::ErrorKind::Unsupported).ok().unwrap();
        assert!(folder.path().join("lock").exists());
        drop(lock);
        assert!(!folder.path().join("lock").exists());
        assert_eq!(fails(io::ErrorKind::PermissionDenied).err().unwrap().code, Code::OutputAccess);
    }
}
