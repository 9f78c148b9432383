//! What another store has, and what another store is given.

use rusqlite::{Connection, params};
use webhook_inbox::store::{Clock, Entry, Key, State, Version};

use super::entries::see;
use super::{Context, Sql, count, limit};

pub(crate) fn import(connection: &Connection, entries: &[Entry], now: i64) -> Sql<u64> {
    let mut pending = connection
        .prepare_cached(
            "INSERT INTO webhook_pending
             (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .typed()?;
    let mut changed = 0;
    for entry in entries {
        if !see(connection, &entry.key, &entry.digest, Clock::millis_of(entry.received))? {
            if entry.state == State::Done {
                changed += handled(connection, &entry.key)?;
            }
            continue;
        }
        changed += 1;
        let state = match entry.state {
            State::Done => continue,
            State::Running => State::Pending,
            other => other,
        };
        let order = entry.order.as_ref();
        let parameters = params![
            connection.last_insert_rowid(),
            entry.key.endpoint,
            state.number(),
            entry.at.map_or(now, Clock::millis_of),
            entry.attempts,
            entry.event_type,
            order.map(|order| &order.key),
            order.and_then(|order| order.version),
            entry.reason,
            entry.bytes.as_deref(),
        ];
        pending.execute(parameters).typed()?;
    }
    Ok(count(changed))
}

/// Marks an entry done that was handled elsewhere, if it is pending.
fn handled(connection: &Connection, key: &Key) -> Sql<usize> {
    connection
        .prepare_cached(
            "DELETE FROM webhook_pending WHERE state = 0
             AND sequence = (SELECT sequence FROM webhook_seen WHERE endpoint = ?1 AND id = ?2)",
        )
        .and_then(|mut delete| delete.execute([&key.endpoint, &key.id]))
        .typed()
}

pub(crate) fn versions(connection: &Connection, after: Option<(String, String)>, most: usize) -> Sql<Vec<Version>> {
    let (endpoint, key) = after.unwrap_or_default();
    let mut statement = connection
        .prepare_cached(
            "SELECT endpoint, order_key, version, at FROM webhook_version WHERE (endpoint, order_key) > (?1, ?2)
             ORDER BY endpoint, order_key LIMIT ?3",
        )
        .typed()?;
    let versions = statement.query_map(params![endpoint, key, limit(most)], |row| {
        Ok(Version { endpoint: row.get(0)?, key: row.get(1)?, version: row.get(2)?, at: Clock::time(row.get(3)?) })
    });
    versions.and_then(Iterator::collect).typed()
}

pub(crate) fn import_versions(connection: &Connection, versions: &[Version]) -> Sql<()> {
    let mut upsert = connection
        .prepare_cached(
            "INSERT INTO webhook_version (endpoint, order_key, version, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET version = max(version, excluded.version), at = max(at, excluded.at)",
        )
        .typed()?;
    for Version { endpoint, key, version, at } in versions {
        upsert.execute(params![endpoint, key, version, Clock::millis_of(*at)]).typed()?;
    }
    Ok(())
}
