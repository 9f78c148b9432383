//! The tables, and their migration.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::error::store_error;

/// Each brings the tables from the version before to the next.
///
/// Two versions of this crate work side by side during an upgrade. So a migration adds tables, indexes, and columns that are
/// null or have a default. One that crates of earlier versions do not tolerate sets `oldest` to its own version.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration { sql: include_str!("schema/1.sql"), oldest: 1 }];

pub(crate) struct Migration {
    sql: &'static str,
    /// The first version whose crate can use the tables.
    oldest: i64,
}

/// Creates the tables, or brings them to the latest version: all migrations or none. One process at a time does so.
pub(crate) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    // Without waiting for what others write, if there is nothing to do.
    if missing(connection, migrations)?.is_none() {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| store_error(&error))?;
    if let Some(from) = missing(&transaction, migrations)? {
        let execute = |sql: &str| transaction.execute_batch(sql).map_err(|error| store_error(&error));
        if from == 0 {
            execute(
                "CREATE TABLE webhook_schema (version INTEGER NOT NULL, oldest INTEGER NOT NULL) STRICT;
                 INSERT INTO webhook_schema VALUES (0, 0)",
            )?;
        }
        for (number, migration) in (1..).zip(migrations).skip(from) {
            execute(migration.sql).map_err(|error| {
                StoreError::new(error.kind(), format!("its tables cannot be brought to version {number}: {error}"))
            })?;
        }
        let (latest, oldest) = (version_of(migrations), oldest_of(migrations));
        execute(&format!("UPDATE webhook_schema SET version = {latest}, oldest = {oldest}"))?;
        if from > 0 {
            tracing::info!(from, to = latest, "the tables of the inbox are upgraded");
        }
    }
    transaction.commit().map_err(|error| store_error(&error))
}

/// Checks that there are tables of this version or a later one that this crate can use.
pub(crate) fn check(connection: &Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    let text = match missing(connection, migrations)? {
        None => return Ok(()),
        Some(0) => "it has no tables of an inbox".to_owned(),
        Some(version) => {
            let latest = version_of(migrations);
            format!("its tables have version {version}: the inbox upgrades them to {latest} when it starts")
        }
    };
    Err(StoreError::new(StoreErrorKind::UnknownSchema, text))
}

/// The version of the tables, if it is not the latest; 0 if there are none. It is an error if this crate cannot use them.
fn missing(connection: &Connection, migrations: &[Migration]) -> Result<Option<usize>, StoreError> {
    let exists: bool = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'webhook_schema'", [], |row| row.get(0))
        .map_err(|error| store_error(&error))?;
    if !exists {
        return Ok(Some(0));
    }
    let found: Option<(i64, i64)> = connection
        .query_row("SELECT version, oldest FROM webhook_schema", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| store_error(&error))?;
    let unknown = |text: String| Err(StoreError::new(StoreErrorKind::UnknownSchema, text));
    let Some((version, oldest)) = found else {
        return unknown("the table `webhook_schema` is empty".to_owned());
    };
    let latest = version_of(migrations);
    if oldest > latest {
        return unknown(format!("its tables have version {version}, and this crate knows versions up to {latest}"));
    }
    Ok(if version < latest { Some(usize::try_from(version).unwrap_or_default()) } else { None })
}

/// The first version whose crate can use the tables after all of these.
fn oldest_of(migrations: &[Migration]) -> i64 {
    migrations.iter().map(|migration| migration.oldest).max().unwrap_or(0)
}

fn version_of(migrations: &[Migration]) -> i64 {
    migrations.len().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tempfile::TempDir;
    use webhook_inbox::store::{Entry, Page, Selection};

    use super::*;
    use crate::session::Session;
    use crate::sql;

    /// An older version than the first, in place of one that was released: without orders, pauses, moves and guards.
    const OLDER: Migration = Migration {
        sql: "CREATE TABLE webhook_seen (
                  sequence INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, id TEXT NOT NULL, digest BLOB NOT NULL,
                  received INTEGER NOT NULL, UNIQUE (endpoint, id)
              ) STRICT;
              CREATE TABLE webhook_pending (
                  sequence INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL,
                  token INTEGER NOT NULL, attempts INTEGER NOT NULL, reason TEXT, bytes BLOB
              ) STRICT;",
        oldest: 1,
    };
    /// Moves its rows to the tables of the first version.
    const TO_FIRST: Migration = Migration {
        sql: concat!(
            "ALTER TABLE webhook_seen RENAME TO old_seen; ALTER TABLE webhook_pending RENAME TO old_pending;\n",
            include_str!("schema/1.sql"),
            "INSERT INTO webhook_seen SELECT * FROM old_seen;
             INSERT INTO webhook_pending (sequence, endpoint, state, at, token, attempts, reason, bytes)
                 SELECT * FROM old_pending;
             DROP TABLE old_seen; DROP TABLE old_pending;"
        ),
        oldest: 2,
    };
    const ADDS: Migration =
        Migration { sql: "ALTER TABLE webhook_seen ADD COLUMN source TEXT NOT NULL DEFAULT '';", oldest: 2 };
    const TOLERATED: Migration = Migration { sql: "CREATE TABLE webhook_more (id TEXT) STRICT;", oldest: 1 };
    const FAILS: Migration =
        Migration { sql: "ALTER TABLE webhook_seen ADD COLUMN more TEXT; SELECT * FROM nothing;", oldest: 2 };

    fn file() -> (TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        (folder, connection)
    }

    fn open(folder: &TempDir) -> Connection {
        let connection = Connection::open(folder.path().join("inbox.sqlite")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        connection
    }

    /// A file of the oldest version: one delivery is pending, one is dead, one is done.
    fn oldest() -> (TempDir, Connection) {
        let (folder, connection) = file();
        let rows = "CREATE TABLE webhook_schema (version INTEGER NOT NULL, oldest INTEGER NOT NULL) STRICT;
             INSERT INTO webhook_schema VALUES (1, 1);
             INSERT INTO webhook_seen VALUES (1, 'acme', 'a', zeroblob(32), 1000), (2, 'acme', 'b', zeroblob(32), 2000),
                 (3, 'acme', 'c', zeroblob(32), 3000);
             INSERT INTO webhook_pending VALUES (1, 'acme', 0, 1000, 0, 0, NULL, x'61'),
                 (2, 'acme', 2, 5000, 7, 20, 'it failed', x'62');";
        connection.execute_batch(OLDER.sql).unwrap();
        connection.execute_batch(rows).unwrap();
        (folder, connection)
    }

    fn entries(connection: &Connection) -> Vec<Entry> {
        let session = Session::new(Connection::open(connection.path().unwrap()).unwrap()).unwrap();
        let page = Page { after: 0, limit: 10, max_bytes: Some(u64::MAX) };
        sql::list(&session, &Selection::default(), &page).unwrap()
    }

    #[test]
    fn a_file_of_the_oldest_version_keeps_all_rows() {
        let (_folder, mut connection) = oldest();
        let error = check(&connection, &[OLDER, TO_FIRST]).unwrap_err();
        assert!(error.to_string().contains("version 1: the inbox upgrades them to 2"), "{error}");
        for _ in 0..2 {
            migrate(&mut connection, &[OLDER, TO_FIRST]).unwrap();
            check(&connection, &[OLDER, TO_FIRST]).unwrap();
            let found: Vec<_> = entries(&connection)
                .into_iter()
                .map(|entry| (entry.key.id, entry.state.name(), entry.attempts, entry.reason, entry.bytes))
                .collect();
            let expected = [
                ("a".to_owned(), "pending", 0, None, Some("a".into())),
                ("b".to_owned(), "dead", 20, Some("it failed".to_owned()), Some("b".into())),
                ("c".to_owned(), "done", 0, None, None),
            ];
            assert_eq!(found, expected);
        }
        // The version before does not know the tables any more.
        let error = migrate(&mut connection, &[OLDER]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::UnknownSchema);
        assert!(error.to_string().contains("version 2, and this crate knows versions up to 1"), "{error}");
        // Nor if one is added that it would tolerate.
        migrate(&mut connection, &[OLDER, TO_FIRST, TOLERATED]).unwrap();
        assert_eq!(migrate(&mut connection, &[OLDER]).unwrap_err().kind(), StoreErrorKind::UnknownSchema);
        migrate(&mut connection, &[OLDER, TO_FIRST]).unwrap();
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let (_folder, mut connection) = oldest();
        let error = migrate(&mut connection, &[OLDER, TO_FIRST, ADDS, FAILS]).unwrap_err();
        assert!(error.to_string().contains("cannot be brought to version 4"), "{error}");
        let version = missing(&connection, &[OLDER, TO_FIRST]).unwrap();
        assert_eq!(version, Some(1));
        migrate(&mut connection, &[OLDER, TO_FIRST, ADDS]).unwrap();
        assert_eq!(entries(&connection).len(), 3);
    }

    #[test]
    fn tables_are_upgraded_once_while_the_version_before_uses_them() {
        let (folder, mut connection) = oldest();
        migrate(&mut connection, &[OLDER, TO_FIRST]).unwrap();
        let upgrade = || migrate(&mut open(&folder), &[OLDER, TO_FIRST, ADDS]).unwrap();
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(upgrade))));
        // The version before opens and uses them.
        migrate(&mut connection, &[OLDER, TO_FIRST]).unwrap();
        check(&connection, &[OLDER, TO_FIRST]).unwrap();
        let insert = "INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
             VALUES (4, 'acme', 'd', zeroblob(32), 4000)";
        connection.execute_batch(insert).unwrap();
        assert_eq!(entries(&connection).len(), 4);
        // The same from the beginning.
        let (_folder, mut connection) = file();
        migrate(&mut connection, &[OLDER, TO_FIRST, ADDS]).unwrap();
        assert_eq!(missing(&connection, &[OLDER, TO_FIRST, ADDS]).unwrap(), None);
    }
}
