use std::error::Error as _;
use std::path::Path;

use rusqlite::{Error, ErrorCode};
use webhook_inbox::store::{StoreError, StoreErrorKind};

/// Errors of SQLite quote SQL and names at most, never values.
pub(crate) fn store_error(error: &Error) -> StoreError {
    StoreError::new(kind(error), error.to_string())
}

/// The same error with the path of the file, unless it is in the text.
pub(crate) fn of_file(path: &Path, error: StoreError) -> StoreError {
    let path = path.display().to_string();
    match error.source().map(ToString::to_string) {
        Some(cause) if !cause.contains(&path) => StoreError::new(error.kind(), format!("`{path}`: {cause}")),
        _ => error,
    }
}

pub(crate) fn kind(error: &Error) -> StoreErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
        Some(ErrorCode::ReadOnly) => StoreErrorKind::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied) => {
            StoreErrorKind::Unavailable
        }
        _ => StoreErrorKind::Other,
    }
}
