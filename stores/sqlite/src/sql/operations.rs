use rusqlite::{named_params, params};
use webhook_inbox::Retention;
use webhook_inbox::store::{Key, Part, Replayed, Selection, crash_point};

use super::entries::{SELECTED, Selected};
use super::{Context, Sql, WITHOUT_BODY, count, limit, millis, number, sequence};
use crate::connection::SECURE_DELETE;
use crate::session::Session;

pub(crate) fn replay(session: &Session, selection: &Selection, part: Part, most: usize, now: i64) -> Sql<Replayed> {
    let waiting = if selection.replays_waiting() { "OR p.state = 0 AND p.at > :now" } else { "" };
    let sql = format!(
        "UPDATE webhook_pending SET state = 0, at = :now, attempts = 0, reason = NULL WHERE sequence IN (
             SELECT p.sequence FROM webhook_pending p JOIN webhook_seen s ON s.sequence = p.sequence
             WHERE (p.state >= 2 {waiting}) AND p.bytes IS NOT NULL AND p.sequence > :after AND p.sequence <= :last
                 AND {SELECTED}
             ORDER BY p.sequence LIMIT :limit
         ) RETURNING sequence"
    );
    let selected = Selected::of(selection);
    let parameters = named_params! {
        ":now": now,
        ":limit": limit(most),
        ":endpoint": selected.endpoint,
        ":ids": selected.ids,
        ":states": selected.states,
        ":event_types": selected.event_types,
        ":min_attempts": selected.min_attempts,
        ":since": selected.since,
        ":until": selected.until,
        ":after": number(part.after),
        ":last": number(part.last),
    };
    let replayed: Vec<i64> = session
        .prepare(&sql)
        .and_then(|mut update| update.query_map(parameters, |row| row.get(0))?.collect())
        .typed()?;
    let accepted: Option<i64> = session
        .prepare("SELECT max(sequence) FROM webhook_seen")
        .and_then(|mut found| found.query_row([], |row| row.get(0)))
        .typed()?;
    let number = |sequence: Option<i64>| sequence.and_then(|sequence| u64::try_from(sequence).ok());
    let after = number(replayed.iter().copied().max()).unwrap_or(part.after);
    let last = part.last.min(number(accepted).unwrap_or_default());
    Ok(Replayed { count: count(replayed.len()), rest: Part { after, last } })
}

/// Overwrites what is removed with zeros, also in pages that become free. The setting is not part of the transaction.
pub(super) fn overwriting<T>(session: &Session, change: impl FnOnce() -> Sql<T>) -> Sql<T> {
    let set = |value| session.set("secure_delete", value).typed();
    set("ON")?;
    let result = change();
    set(SECURE_DELETE)?;
    result
}

pub(crate) fn erase(session: &Session, keys: &[Key], reason: &str, now: i64) -> Sql<u64> {
    overwriting(session, || erase_all(session, keys, reason, now))
}

fn erase_all(session: &Session, keys: &[Key], reason: &str, now: i64) -> Sql<u64> {
    let mut update = session
        .prepare(&format!(
            "UPDATE webhook_pending SET state = 2, at = ?2, reason = ?3, {WITHOUT_BODY}
             WHERE sequence = ?1 AND bytes IS NOT NULL"
        ))
        .typed()?;
    let mut erased = 0;
    for key in keys {
        if let Some(sequence) = sequence(session, key)? {
            erased += update.execute(params![sequence, now, reason]).typed()?;
        }
    }
    Ok(count(erased))
}

pub(crate) fn set_paused(session: &Session, endpoint: &str, is_paused: bool) -> Sql<()> {
    let sql = if is_paused {
        "INSERT INTO webhook_paused VALUES (?1) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM webhook_paused WHERE endpoint = ?1"
    };
    session.prepare(sql).and_then(|mut change| change.execute([endpoint])).map(drop).typed()
}

pub(crate) fn purge(session: &Session, retention: &Retention, most: usize, now: i64) -> Sql<u64> {
    overwriting(session, || purge_all(session, retention, most, now))
}

fn purge_all(session: &Session, retention: &Retention, most: usize, now: i64) -> Sql<u64> {
    let before = |retention| now.saturating_sub(millis(retention));
    let mut removed = 0;
    for (state, retention) in [(2, retention.of_dead()), (3, retention.of_unrouted())] {
        removed += session
            .prepare(&format!(
                "UPDATE webhook_pending SET reason = NULL, {WITHOUT_BODY} WHERE sequence IN (
                     SELECT sequence FROM webhook_pending
                     WHERE state >= 2 AND state = ?1 AND at <= ?2 AND bytes IS NOT NULL LIMIT ?3
                 )"
            ))
            .and_then(|mut update| update.execute(params![state, before(retention), limit(most - removed)]))
            .typed()?;
    }
    let oldest = before(retention.of_seen());
    let forgotten: Vec<i64> = session
        .prepare(
            "SELECT s.sequence FROM webhook_seen s LEFT JOIN webhook_pending p ON p.sequence = s.sequence
             WHERE s.received <= ?1 AND (p.sequence IS NULL OR p.state >= 2 AND p.bytes IS NULL) LIMIT ?2",
        )
        .and_then(|mut found| {
            found.query_map([oldest, limit(most - removed)], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        })
        .typed()?;
    for sequence in &forgotten {
        for sql in ["DELETE FROM webhook_pending WHERE sequence = ?1", "DELETE FROM webhook_seen WHERE sequence = ?1"] {
            session.prepare(sql).and_then(|mut delete| delete.execute([sequence])).typed()?;
        }
    }
    removed += forgotten.len();
    removed += session
        .prepare(
            "DELETE FROM webhook_version WHERE (endpoint, order_key) IN (
                 SELECT endpoint, order_key FROM webhook_version WHERE at <= ?1 LIMIT ?2
             )",
        )
        .and_then(|mut delete| delete.execute([oldest, limit(most - removed)]))
        .typed()?;
    crash_point("purge: before the commit");
    Ok(count(removed))
}
