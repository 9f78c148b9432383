use std::time::Duration;

use rusqlite::{CachedStatement, OptionalExtension, Row, named_params, params};
use webhook_inbox::store::{
    Clock, Entry, FIRST_SEQUENCE, Inserted, Key, NewEntry, Order, PROBE_ENDPOINT, Page, Selection, State, Stats,
    crash_point, within,
};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

use super::{Context, Sql, json, limit, number, state};
use crate::session::Session;

/// Conditions on `s`, a row of `webhook_seen`, and `p`, its row of `webhook_pending` if there is one.
pub(super) const SELECTED: &str = "\
    (:endpoint IS NULL OR s.endpoint = :endpoint)
    AND (:ids IS NULL OR s.id IN (SELECT value FROM json_each(:ids)))
    AND (:states IS NULL OR coalesce(p.state, 4) IN (SELECT value FROM json_each(:states))
        OR p.state = 0 AND p.attempts > 0 AND 5 IN (SELECT value FROM json_each(:states)))
    AND (:event_types IS NULL OR p.event_type IN (SELECT value FROM json_each(:event_types)))
    AND coalesce(p.attempts, 0) >= :min_attempts
    AND (:since IS NULL OR s.received >= :since)
    AND (:until IS NULL OR s.received < :until)";

/// The parameters of [`SELECTED`].
pub(super) struct Selected {
    pub(super) endpoint: Option<String>,
    pub(super) ids: Option<String>,
    pub(super) states: Option<String>,
    pub(super) event_types: Option<String>,
    pub(super) min_attempts: u32,
    pub(super) since: Option<i64>,
    pub(super) until: Option<i64>,
}

impl Selected {
    pub(super) fn of(selection: &Selection) -> Self {
        Self {
            endpoint: selection.endpoint.clone(),
            ids: json(&selection.ids),
            states: json(&selection.state_numbers()),
            event_types: json(&selection.event_types),
            min_attempts: selection.min_attempts,
            since: selection.since.map(Clock::millis_rounded_up),
            until: selection.until.map(Clock::millis_rounded_up),
        }
    }
}

pub(crate) fn insert(session: &Session, batch: &[NewEntry], now: i64) -> Sql<Vec<Inserted>> {
    let mut pending = session
        .prepare(
            "INSERT INTO webhook_pending
             (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
             VALUES (?1, ?2, 0, ?3, 0, 0, ?4, ?5, ?6, NULL, ?7)",
        )
        .typed()?;
    let mut seen = prepare_see(session)?;
    let mut next = next_sequence(session)?;
    let mut insert = |entry: &NewEntry| {
        if !see(&mut seen, next, &entry.key, &entry.digest, now)? {
            return known(session, &entry.key, &entry.digest);
        }
        let order = entry.order.as_ref();
        let parameters = params![
            next,
            entry.key.endpoint,
            now,
            entry.event_type,
            order.map(|order| &order.key),
            order.and_then(|order| order.version),
            &entry.bytes[..],
        ];
        pending.execute(parameters).typed()?;
        next += 1;
        Ok(Inserted::New)
    };
    let inserted = batch.iter().map(&mut insert).collect();
    crash_point("insert: before the commit");
    inserted
}

/// The sequence of the next new entry.
fn next_sequence(session: &Session) -> Sql<i64> {
    let last: Option<i64> = session
        .prepare("SELECT max(sequence) FROM webhook_seen")
        .and_then(|mut last| last.query_row([], |row| row.get(0)))
        .typed()?;
    Ok(last.map_or(0, |last| last.saturating_add(1)).max(number(FIRST_SEQUENCE)))
}

/// What [`see`] runs.
pub(super) fn prepare_see(session: &Session) -> Sql<CachedStatement<'_>> {
    const SEE: &str = "\
        INSERT INTO webhook_seen (sequence, endpoint, id, digest, received) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (endpoint, id) DO NOTHING";
    session.prepare(SEE).typed()
}

/// Returns whether the key was unknown.
pub(super) fn see(
    seen: &mut CachedStatement<'_>,
    sequence: i64,
    key: &Key,
    digest: &BodyDigest,
    received: i64,
) -> Sql<bool> {
    let parameters = params![sequence, key.endpoint, key.id, &digest.as_bytes()[..], received];
    seen.execute(parameters).map(|rows| rows > 0).typed()
}

fn known(session: &Session, key: &Key, digest: &BodyDigest) -> Sql<Inserted> {
    let is_same: bool = session
        .prepare("SELECT digest = ?3 FROM webhook_seen WHERE endpoint = ?1 AND id = ?2")
        .and_then(|mut known| known.query_row(params![key.endpoint, key.id, &digest.as_bytes()[..]], |row| row.get(0)))
        .typed()?;
    Ok(if is_same { Inserted::Duplicate } else { Inserted::Conflict })
}

pub(crate) fn list(session: &Session, selection: &Selection, page: &Page) -> Sql<Vec<Entry>> {
    // SQLite joins from the left to the right. Entries that are not done are few.
    let (tables, first) = if selection.excludes_done() {
        ("webhook_pending p CROSS JOIN webhook_seen s", "p")
    } else {
        ("webhook_seen s LEFT JOIN webhook_pending p", "s")
    };
    let sql = format!(
        "SELECT s.sequence, s.endpoint, s.id, coalesce(p.state, 4), s.digest, s.received, p.event_type, p.order_key,
             p.version, coalesce(p.attempts, 0), p.reason, CASE WHEN :with_bytes THEN p.bytes END, p.at, length(p.bytes)
         FROM {tables} ON p.sequence = s.sequence
         WHERE {first}.sequence > :after AND {SELECTED}
         ORDER BY {first}.sequence LIMIT :limit"
    );
    let selected = Selected::of(selection);
    let parameters = named_params! {
        ":with_bytes": page.max_bytes.is_some(),
        ":after": number(page.after),
        ":limit": limit(page.limit),
        ":endpoint": selected.endpoint,
        ":ids": selected.ids,
        ":states": selected.states,
        ":event_types": selected.event_types,
        ":min_attempts": selected.min_attempts,
        ":since": selected.since,
        ":until": selected.until,
    };
    let mut statement = session.prepare(&sql).typed()?;
    let entries = statement.query_map(parameters, entry).typed()?;
    let mut fits = within(page.max_bytes.unwrap_or(u64::MAX));
    let fits = |entry: &rusqlite::Result<Entry>| entry.as_ref().map_or(true, |entry| fits(entry.size.unwrap_or(0)));
    entries.take_while(fits).collect::<rusqlite::Result<_>>().typed()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let order_key: Option<String> = row.get(7)?;
    let version = row.get(8)?;
    Ok(Entry {
        sequence: row.get::<_, i64>(0)?.try_into().unwrap_or_default(),
        key: Key::new(row.get::<_, String>(1)?, row.get::<_, String>(2)?),
        state: state(row.get(3)?),
        digest: BodyDigest::from_bytes(row.get(4)?),
        received: Clock::time(row.get(5)?),
        at: row.get::<_, Option<i64>>(12)?.map(Clock::time),
        event_type: row.get(6)?,
        order: order_key.map(|key| Order { key, version }),
        attempts: row.get(9)?,
        reason: row.get(10)?,
        size: row.get::<_, Option<i64>>(13)?.and_then(|size| size.try_into().ok()),
        bytes: row.get::<_, Option<Vec<u8>>>(11)?.map(Bytes::from),
    })
}

pub(crate) fn stats(session: &Session, endpoint: &str, now: i64) -> Sql<Stats> {
    let mut stats = Stats::default();
    let mut statement = session
        .prepare("SELECT state, count(*), sum(attempts > 0) FROM webhook_pending WHERE endpoint = ?1 GROUP BY state")
        .typed()?;
    let mut rows = statement.query([endpoint]).typed()?;
    while let Some(row) = rows.next().typed()? {
        let number = |column| row.get::<_, i64>(column).map(|number| number.try_into().unwrap_or_default()).typed();
        let (retrying, number) = (number(2)?, number(1)?);
        match state(row.get(0).typed()?) {
            State::Pending => (stats.pending, stats.retrying) = (number, retrying),
            State::Running => stats.running = number,
            State::Dead => stats.dead = number,
            State::Unrouted => stats.unrouted = number,
            State::Done => {}
        }
    }
    let oldest: Option<i64> = session
        .prepare(
            "SELECT received FROM webhook_seen WHERE sequence =
             (SELECT min(sequence) FROM webhook_pending WHERE endpoint = ?1 AND state < 2)",
        )
        .and_then(|mut oldest| oldest.query_row([endpoint], |row| row.get(0)).optional())
        .typed()?;
    stats.oldest = oldest.map(|received| Duration::from_millis(now.saturating_sub(received).try_into().unwrap_or(0)));
    stats.is_paused = session
        .prepare("SELECT count(*) FROM webhook_paused WHERE endpoint = ?1")
        .and_then(|mut paused| paused.query_row([endpoint], |row| row.get(0)))
        .typed()?;
    stats.is_moving = session
        .prepare("SELECT count(*) FROM webhook_store WHERE incoming IS NOT NULL")
        .and_then(|mut moving| moving.query_row([], |row| row.get(0)))
        .typed()?;
    Ok(stats)
}

/// One step into the index for each.
pub(crate) fn endpoints(session: &Session) -> Sql<Vec<String>> {
    const ENDPOINTS: &str = "\
        WITH RECURSIVE used (endpoint) AS (
            SELECT min(endpoint) FROM webhook_seen
            UNION ALL
            SELECT (SELECT min(endpoint) FROM webhook_seen WHERE endpoint > used.endpoint) FROM used
            WHERE used.endpoint IS NOT NULL
        )
        SELECT endpoint FROM used WHERE endpoint IS NOT NULL UNION SELECT endpoint FROM webhook_paused
        WHERE endpoint <> ?1 ORDER BY endpoint";
    let mut statement = session.prepare(ENDPOINTS).typed()?;
    let endpoints = statement.query_map([PROBE_ENDPOINT], |row| row.get(0)).typed()?;
    endpoints.collect::<rusqlite::Result<_>>().typed()
}
