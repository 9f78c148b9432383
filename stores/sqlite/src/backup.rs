//! Copies the file while it is used.

use std::fs;
use std::io;
use std::path::Path;

use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::connection::File;
use crate::error::store_error;

/// The copy has its name when it is complete and durable.
pub(crate) fn backup(file: &File, to: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| {
        StoreError::new(StoreErrorKind::Other, format!("`{}` cannot be written: {error}", to.display()))
    };
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    // An earlier one was interrupted.
    let _ = fs::remove_file(&part);
    let connection = file.open_existing()?;
    let name = part.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(|error| store_error(&error))?;
    // SQLite does not wait for the disk here.
    fs::File::options().write(true).open(&part).and_then(|part| part.sync_all()).map_err(failed)?;
    fs::rename(&part, to).map_err(failed)?;
    #[cfg(unix)]
    {
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}
