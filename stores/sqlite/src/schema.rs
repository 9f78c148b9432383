//! The tables, and their migration.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::error::store_error;

/// Adds 1 with each change of the tables.
const VERSION: i64 = 1;
/// The first version whose crate can use these tables. A change that crates of earlier versions tolerate leaves it as it is, so
/// that two versions of the crate work side by side during an upgrade.
const OLDEST: i64 = 1;

/// Creates the tables, or brings them to this version.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| store_error(&error))?;
    if version(&transaction)?.is_none() {
        transaction.execute_batch(include_str!("schema.sql")).map_err(|error| store_error(&error))?;
        transaction
            .execute("INSERT INTO webhook_schema VALUES (?1, ?2)", [VERSION, OLDEST])
            .map_err(|error| store_error(&error))?;
    }
    transaction.commit().map_err(|error| store_error(&error))
}

/// Checks that there are tables of this version or a later one that this crate can use.
pub(crate) fn check(connection: &Connection) -> Result<(), StoreError> {
    let unknown = |text: String| Err(StoreError::new(StoreErrorKind::UnknownSchema, text));
    match version(connection)? {
        None => unknown("it has no tables of an inbox".to_owned()),
        Some(version) if version < VERSION => {
            unknown(format!("its tables have version {version}: the inbox upgrades them to {VERSION} when it starts"))
        }
        Some(_) => Ok(()),
    }
}

/// The version of the tables, if there are any. It is an error if this crate cannot use them.
fn version(connection: &Connection) -> Result<Option<i64>, StoreError> {
    let exists: bool = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'webhook_schema'", [], |row| row.get(0))
        .map_err(|error| store_error(&error))?;
    if !exists {
        return Ok(None);
    }
    let found: Option<(i64, i64)> = connection
        .query_row("SELECT version, oldest FROM webhook_schema", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| store_error(&error))?;
    let Some((version, oldest)) = found else {
        return Err(StoreError::new(StoreErrorKind::UnknownSchema, "the table `webhook_schema` is empty"));
    };
    if oldest > VERSION {
        let text = format!("its tables have version {version}, and this crate knows versions up to {VERSION}");
        return Err(StoreError::new(StoreErrorKind::UnknownSchema, text));
    }
    Ok(Some(version))
}
