use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use webhook_inbox::store::{StoreError, StoreErrorKind};
use webhook_receiver::BoxError;

/// Adds the kind to an error of PostgreSQL.
pub(crate) fn store_error(error: &Error) -> StoreError {
    StoreError::new(kind(error), text(error))
}

pub(crate) fn other(text: impl Into<BoxError>) -> StoreError {
    StoreError::new(StoreErrorKind::Other, text)
}

/// Without the detail, which can quote rows, and so bodies.
fn text(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        return format!("{} ({})", error.message(), error.code().code());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

fn kind(error: &Error) -> StoreErrorKind {
    let Some(code) = error.code() else {
        // Everything but errors of the server is about the connection.
        return StoreErrorKind::Unavailable;
    };
    match *code {
        SqlState::DISK_FULL => StoreErrorKind::Full,
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreErrorKind::ReadOnly,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreErrorKind::Corrupt,
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN | SqlState::INVALID_SCHEMA_NAME => {
            StoreErrorKind::UnknownSchema
        }
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED => StoreErrorKind::Busy,
        _ if is_of_connections(code.code()) => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::Other,
    }
}

/// Connections, their authentication, too many of them, and a server that shuts down or starts.
fn is_of_connections(code: &str) -> bool {
    ["08", "28", "3D", "53", "57P"].iter().any(|class| code.starts_with(class))
}

/// An effect returns any error. That of PostgreSQL displays as `db error` only.
pub(crate) fn of_effect(error: BoxError) -> BoxError {
    match error.downcast::<Error>() {
        Ok(error) => text(&error).into(),
        Err(error) => error,
    }
}
