//! What another store has, and what another store is given.

use std::collections::HashSet;

use tokio_postgres::types::Type;
use webhook_inbox::store::{Clock, Entry, State, Version};

use super::columns::{Columns, Row};
use super::{BEGIN, Context, Sql, columns, get, limit};
use crate::error::other;

/// The sequence is given out in the order of the entries.
const IMPORT: &str = "\
WITH input AS MATERIALIZED (
    SELECT nextval('webhook_sequence') AS sequence, i.*
    FROM :durable,
        unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::bigint[], $8::bytea[], $9::bigint[],
            $10::smallint[], $11::bigint[], $12::bigint[], $13::text[])
            AS i (endpoint, id, digest, event_type, order_key, version, bytes, received, state, at, attempts, reason)
), seen AS (
    INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
    SELECT sequence, endpoint, id, digest, received FROM input ORDER BY endpoint COLLATE \"C\", id COLLATE \"C\"
    ON CONFLICT (endpoint, id) DO NOTHING
    RETURNING sequence
), pending AS (
    INSERT INTO webhook_pending
        (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
    SELECT sequence, endpoint, state, coalesce(at, :now), 0, attempts, event_type, order_key, version, reason, bytes
    FROM input JOIN seen USING (sequence) WHERE state < 4
)
SELECT count(*) FROM seen";

/// A statement of its own: it must see what others have inserted while [`IMPORT`] waited for them.
const HANDLED: &str = "\
WITH locked AS MATERIALIZED (
    SELECT p.sequence
    FROM webhook_pending p JOIN webhook_seen s ON s.sequence = p.sequence
    WHERE (s.endpoint, s.id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND p.state = 0
    ORDER BY p.sequence FOR UPDATE OF p
)
DELETE FROM webhook_pending p USING locked l WHERE p.sequence = l.sequence";

pub(crate) async fn import(context: Context<'_>, entries: &[Entry]) -> Sql<u64> {
    let mut keys = HashSet::new();
    let entries: Vec<&Entry> = entries.iter().filter(|entry| keys.insert(&entry.key)).collect();
    let done = || entries.iter().filter(|entry| entry.state == State::Done).map(|entry| &entry.key);
    if done().next().is_none() {
        // One statement is a transaction.
        return store(context, &entries).await;
    }
    context.batch(BEGIN).await?;
    let stored = store(context, &entries).await?;
    let (endpoints, ids) = columns(done());
    let handled = context.execute(HANDLED, &[(&endpoints, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)]).await?;
    context.batch("COMMIT").await?;
    Ok(stored + handled)
}

async fn store(context: Context<'_>, entries: &[&Entry]) -> Sql<u64> {
    let columns: Columns<'_> = entries.iter().map(|entry| row(entry)).collect();
    let received: Vec<i64> = entries.iter().map(|entry| Clock::millis_of(entry.received)).collect();
    let open = |state| if state == State::Running { State::Pending } else { state };
    let states: Vec<i16> = entries.iter().map(|entry| open(entry.state).number()).collect();
    let at: Vec<Option<i64>> = entries.iter().map(|entry| entry.at.map(Clock::millis_of)).collect();
    let attempts: Vec<i64> = entries.iter().map(|entry| i64::from(entry.attempts)).collect();
    let reasons: Vec<Option<&str>> = entries.iter().map(|entry| entry.reason.as_deref()).collect();
    let mut parameters = vec![context.now_parameter()];
    parameters.extend(columns.parameters());
    parameters.extend([
        (&received as _, Type::INT8_ARRAY),
        (&states as _, Type::INT2_ARRAY),
        (&at as _, Type::INT8_ARRAY),
        (&attempts as _, Type::INT8_ARRAY),
        (&reasons as _, Type::TEXT_ARRAY),
    ]);
    let rows = context.rows(IMPORT, &parameters).await?;
    let [row] = &rows[..] else { return Err(other("a count has one row")) };
    Ok(get::<i64>(row, 0)?.try_into().unwrap_or_default())
}

fn row(entry: &Entry) -> Row<'_> {
    let Entry { key, digest, event_type, order, bytes, .. } = entry;
    Row { key, digest, event_type: event_type.as_deref(), order: order.as_ref(), bytes: bytes.as_deref() }
}

pub(crate) async fn versions(context: Context<'_>, after: Option<(&str, &str)>, most: usize) -> Sql<Vec<Version>> {
    const VERSIONS: &str = "\
        SELECT endpoint, order_key, version, at FROM webhook_version WHERE (endpoint, order_key) > ($1, $2)
        ORDER BY endpoint, order_key LIMIT $3";
    let (endpoint, key) = after.unwrap_or_default();
    let parameters = [(&endpoint as _, Type::TEXT), (&key as _, Type::TEXT), (&limit(most) as _, Type::INT8)];
    let rows = context.rows(VERSIONS, &parameters).await?;
    rows.iter()
        .map(|row| {
            let (endpoint, key, version) = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            Ok(Version { endpoint, key, version, at: Clock::time(get(row, 3)?) })
        })
        .collect()
}

pub(crate) async fn import_versions(context: Context<'_>, versions: &[Version]) -> Sql<()> {
    const IMPORT: &str = "\
        INSERT INTO webhook_version AS v (endpoint, order_key, version, at)
        SELECT endpoint, order_key, max(version), max(at)
        FROM :durable, unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS i (endpoint, order_key, version, at)
        GROUP BY endpoint, order_key ORDER BY endpoint COLLATE \"C\", order_key COLLATE \"C\"
        ON CONFLICT (endpoint, order_key)
            DO UPDATE SET version = greatest(v.version, excluded.version), at = greatest(v.at, excluded.at)";
    let endpoints: Vec<&str> = versions.iter().map(|version| &version.endpoint[..]).collect();
    let keys: Vec<&str> = versions.iter().map(|version| &version.key[..]).collect();
    let numbers: Vec<i64> = versions.iter().map(|version| version.version).collect();
    let at: Vec<i64> = versions.iter().map(|version| Clock::millis_of(version.at)).collect();
    let parameters = [
        (&endpoints as _, Type::TEXT_ARRAY),
        (&keys as _, Type::TEXT_ARRAY),
        (&numbers as _, Type::INT8_ARRAY),
        (&at as _, Type::INT8_ARRAY),
    ];
    context.execute(IMPORT, &parameters).await.map(drop)
}
