use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use webhook_inbox::store::NewEntry;
use webhook_inbox_sqlite::{SqliteEffect, SqliteStore};

use crate::Failure;
use crate::deliveries::ENDPOINT;
use crate::engine::{Claimed, Engine, Floor, LEASE_MILLIS, now};

const FILE: &str = "inbox.sqlite";

/// A file in a temporary folder, which should be on a disk.
pub(crate) struct Sqlite(TempDir);

impl Sqlite {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(tempfile::tempdir()?))
    }
}

impl Engine for Sqlite {
    const NAME: &'static str = "SQLite";
    type Store = SqliteStore;
    type Floor = SqliteFloor;

    fn empty(&mut self, _: &Runtime) -> Result<SqliteStore, Failure> {
        self.0 = tempfile::tempdir()?;
        let store = SqliteStore::open(self.0.path().join(FILE))?;
        self.floor()?.0.execute_batch("CREATE TABLE asset (id TEXT NOT NULL) STRICT")?;
        Ok(store)
    }

    fn floor(&self) -> Result<SqliteFloor, Failure> {
        let connection = Connection::open(self.0.path().join(FILE))?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST")?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(SqliteFloor(connection))
    }

    fn effect(asset: String) -> SqliteEffect {
        let insert = move |tables: &Connection| {
            tables.prepare_cached("INSERT INTO asset (id) VALUES (?1)")?.execute([&asset])?;
            Ok(())
        };
        insert.into()
    }
}

pub(crate) struct SqliteFloor(Connection);

impl SqliteFloor {
    fn transaction<T>(&self, change: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        self.execute("BEGIN IMMEDIATE")?;
        let result = change(&self.0)?;
        self.execute("COMMIT")?;
        Ok(result)
    }

    fn execute(&self, sql: &str) -> Result<(), Failure> {
        self.0.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

impl Floor for SqliteFloor {
    fn insert(&mut self, batch: &[NewEntry]) -> Result<(), Failure> {
        let now = now();
        self.transaction(|connection| {
            let mut seen = connection.prepare_cached(
                "INSERT INTO webhook_seen (endpoint, id, digest, received) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (endpoint, id) DO NOTHING",
            )?;
            let mut pending = connection.prepare_cached(
                "INSERT INTO webhook_pending
                 (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
                 VALUES (?1, ?2, 0, ?3, 0, 0, ?4, NULL, NULL, NULL, ?5)",
            )?;
            for NewEntry { key, digest, event_type, bytes, .. } in batch {
                seen.execute(params![key.endpoint, key.id, &digest.as_bytes()[..], now])?;
                pending.execute(params![connection.last_insert_rowid(), key.endpoint, now, event_type, &bytes[..]])?;
            }
            Ok(())
        })
    }

    fn claim(&mut self, limit: usize) -> Result<Vec<Claimed>, Failure> {
        let now = now();
        self.transaction(|connection| {
            let mut claimable = connection.prepare_cached(
                "SELECT p.sequence, p.token + 1, s.id, p.bytes
                 FROM webhook_pending p JOIN webhook_seen s ON s.sequence = p.sequence
                 WHERE p.endpoint = ?1 AND p.state = 0 AND p.at <= ?2 ORDER BY p.at, p.sequence LIMIT ?3",
            )?;
            let claimed = claimable.query_map(params![ENDPOINT, now, i64::try_from(limit)?], |row| {
                Ok(Claimed { sequence: row.get(0)?, token: row.get(1)?, id: row.get(2)?, _bytes: row.get(3)? })
            })?;
            let claimed: Vec<Claimed> = claimed.collect::<Result<_, _>>()?;
            let mut update = connection.prepare_cached(
                "UPDATE webhook_pending SET state = 1, at = ?2, token = token + 1, attempts = attempts + 1
                 WHERE sequence = ?1",
            )?;
            for claim in &claimed {
                update.execute([claim.sequence, now + LEASE_MILLIS])?;
            }
            Ok(claimed)
        })
    }

    fn finish(&mut self, batch: &[Claimed]) -> Result<(), Failure> {
        self.transaction(|connection| {
            let mut delete = connection
                .prepare_cached("DELETE FROM webhook_pending WHERE sequence = ?1 AND token = ?2 AND state = 1")?;
            let mut insert = connection.prepare_cached("INSERT INTO asset (id) VALUES (?1)")?;
            for claim in batch {
                self.execute("SAVEPOINT effect")?;
                assert_eq!(delete.execute([claim.sequence, claim.token])?, 1);
                insert.execute([&claim.id])?;
                self.execute("RELEASE effect")?;
            }
            Ok(())
        })
    }
}
