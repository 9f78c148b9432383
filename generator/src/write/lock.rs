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
        loop {
            let failed = |error: &io::Error| access(&place, "lock", error);
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&place)
                .map_err(|error| failed(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(busy(&place)),
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
