//! Copies the file while it is used.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use tempfile::Builder;
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::connection::File;
use crate::error::store_error;

/// The copy has its name when it is complete and durable. Until then, it has a name of its own, which nothing else uses.
pub(crate) fn backup(file: &File, to: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| {
        StoreError::new(StoreErrorKind::Other, format!("`{}` cannot be written: {error}", to.display()))
    };
    // Otherwise this would be known only when the copy is complete.
    if to.symlink_metadata().is_ok() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let name = to.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut prefix = OsString::from(".");
    prefix.push(name);
    // It is empty, and only its owner can read it. SQLite fills a file that is empty.
    let part = Builder::new().prefix(&prefix).suffix(".part").tempfile_in(folder).map_err(failed)?;
    let path = part.path().to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
    file.open_existing()?.execute("VACUUM INTO ?1", [path]).map_err(|error| store_error(&error))?;
    // SQLite does not wait for the disk here.
    part.as_file().sync_all().map_err(failed)?;
    part.persist_noclobber(to).map_err(|error| failed(error.error))?;
    #[cfg(unix)]
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(())
}
