//! Imports what another store has listed, and lists what only another store needs.

use rusqlite::{Row, params};
use webhook_inbox::store::{Clock, ERASED, Entry, FIRST_SEQUENCE, Identity, Imported, Known, Merge, State, Version};
use webhook_receiver::BodyDigest;

use super::entries::{prepare_see, see};
use super::operations::overwriting;
use super::{Context, Sql, WITHOUT_BODY, limit, number};
use crate::session::Session;

/// Also returns whether a body was erased.
pub(crate) fn import(session: &Session, entries: &[Entry], now: i64) -> Sql<(Vec<Imported>, bool)> {
    let mut has_erased = false;
    let first = first_sequence(session)?;
    let one = |(entry, next)| one(session, entry, next, now, &mut has_erased);
    let imported = entries.iter().zip(first..).map(one).collect::<Sql<_>>()?;
    Ok((imported, has_erased))
}

/// After all that was imported, and before all that was accepted.
fn first_sequence(session: &Session) -> Sql<i64> {
    let last: Option<i64> = session
        .prepare("SELECT max(sequence) FROM webhook_seen WHERE sequence < ?1")
        .and_then(|mut last| last.query_row([number(FIRST_SEQUENCE)], |row| row.get(0)))
        .typed()?;
    Ok(last.unwrap_or(0) + 1)
}

/// It is placed at this sequence.
fn one(session: &Session, entry: &Entry, next: i64, now: i64, has_erased: &mut bool) -> Sql<Imported> {
    if see(&mut prepare_see(session)?, next, &entry.key, &entry.digest, Clock::millis_of(entry.received))? {
        if entry.state != State::Done {
            put(session, next, 0, entry, now)?;
        }
        return Ok(Imported::Stored);
    }
    let row = |row: &Row<'_>| {
        let (sequence, digest): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
        let (state, has_body, reason): (i16, bool, Option<String>) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let digest = BodyDigest::from_bytes(digest);
        let merge = entry.merge(&Known { state: super::state(state), digest, has_body, reason: reason.as_deref() });
        Ok((sequence, row.get::<_, Option<i64>>(5)?.unwrap_or(0), merge))
    };
    let (sequence, token, merge) = session
        .prepare(
            "SELECT s.sequence, s.digest, coalesce(p.state, 4), p.bytes IS NOT NULL, p.reason, p.token
             FROM webhook_seen s LEFT JOIN webhook_pending p ON p.sequence = s.sequence
             WHERE s.endpoint = ?1 AND s.id = ?2",
        )
        .and_then(|mut known| known.query_row([&entry.key.endpoint, &entry.key.id], row))
        .typed()?;
    match merge {
        Merge::Replace => {
            place(session, sequence, next)?;
            put(session, next, token, entry, now)?;
        }
        Merge::Place => {
            place(session, sequence, next)?;
            return Ok(Imported::HasBody);
        }
        Merge::MarkDone => remove(session, sequence)?,
        Merge::Erase => {
            overwriting(session, || erase(session, sequence, now))?;
            *has_erased = true;
        }
        Merge::Keep(imported) => return Ok(imported),
    }
    Ok(Imported::Stored)
}

fn place(session: &Session, from: i64, to: i64) -> Sql<()> {
    for table in ["webhook_seen", "webhook_pending"] {
        session
            .prepare(&format!("UPDATE {table} SET sequence = ?2 WHERE sequence = ?1"))
            .and_then(|mut place| place.execute([from, to]))
            .typed()?;
    }
    Ok(())
}

fn put(session: &Session, sequence: i64, token: i64, entry: &Entry, now: i64) -> Sql<()> {
    let state = if entry.state == State::Running { State::Pending } else { entry.state };
    let order = entry.order.as_ref();
    let parameters = params![
        sequence,
        entry.key.endpoint,
        state.number(),
        entry.at.map_or(now, Clock::millis_of),
        token,
        entry.attempts,
        entry.event_type,
        order.map(|order| &order.key),
        order.and_then(|order| order.version),
        entry.reason,
        entry.bytes.as_deref(),
    ];
    session
        .prepare(
            "INSERT OR REPLACE INTO webhook_pending
             (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .and_then(|mut put| put.execute(parameters))
        .map(drop)
        .typed()
}

fn remove(session: &Session, sequence: i64) -> Sql<()> {
    session
        .prepare("DELETE FROM webhook_pending WHERE sequence = ?1")
        .and_then(|mut delete| delete.execute([sequence]))
        .map(drop)
        .typed()
}

fn erase(session: &Session, sequence: i64, now: i64) -> Sql<()> {
    session
        .prepare(&format!(
            "UPDATE webhook_pending SET state = 2, at = ?2, reason = ?3, {WITHOUT_BODY} WHERE sequence = ?1"
        ))
        .and_then(|mut erase| erase.execute(params![sequence, now, ERASED]))
        .map(drop)
        .typed()
}

pub(crate) fn identity(session: &Session) -> Sql<Identity> {
    session
        .prepare("SELECT id, incoming FROM webhook_store")
        .and_then(|mut found| found.query_row([], |row| Ok(Identity { id: row.get(0)?, incoming: row.get(1)? })))
        .typed()
}

pub(crate) fn set_incoming(session: &Session, from: Option<&str>) -> Sql<()> {
    session.prepare("UPDATE webhook_store SET incoming = ?1").and_then(|mut set| set.execute([from])).map(drop).typed()
}

pub(crate) fn versions(session: &Session, after: Option<(String, String)>, most: usize) -> Sql<Vec<Version>> {
    let (endpoint, key) = after.unwrap_or_default();
    let mut statement = session
        .prepare(
            "SELECT endpoint, order_key, version, at FROM webhook_version WHERE (endpoint, order_key) > (?1, ?2)
             ORDER BY endpoint, order_key LIMIT ?3",
        )
        .typed()?;
    let versions = statement.query_map(params![endpoint, key, limit(most)], |row| {
        Ok(Version { endpoint: row.get(0)?, key: row.get(1)?, version: row.get(2)?, at: Clock::time(row.get(3)?) })
    });
    versions.and_then(Iterator::collect).typed()
}

pub(crate) fn import_versions(session: &Session, versions: &[Version]) -> Sql<()> {
    let mut upsert = session
        .prepare(
            "INSERT INTO webhook_version (endpoint, order_key, version, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET version = max(version, excluded.version), at = max(at, excluded.at)",
        )
        .typed()?;
    for Version { endpoint, key, version, at } in versions {
        upsert.execute(params![endpoint, key, version, Clock::millis_of(*at)]).typed()?;
    }
    Ok(())
}
