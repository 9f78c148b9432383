//! Imports what another store has listed, and lists what only another store needs.

use std::collections::HashSet;

use tokio_postgres::types::Type;
use webhook_inbox::store::{
    Clock, ERASED, Entry, Identity, Imported, Known, Merge, State, StoreError, StoreErrorKind, Version,
};

use super::columns::{Columns, Row};
use super::entries::digest_of;
use super::{BEGIN, Context, Parameter, Sql, WITHOUT_BODY, columns, get, limit, place, state};
use crate::error::other;

/// The sequence is given out in the order of the entries, also to those whose keys are known: [`PLACE`] puts them there. Of
/// several with one key, the first is stored.
const IMPORT: &str = "\
WITH input AS MATERIALIZED (
    SELECT nextval('webhook_import_sequence') AS sequence, i.*
    FROM :durable,
        unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::bigint[], $8::bytea[], $9::bigint[],
            $10::smallint[], $11::bigint[], $12::bigint[], $13::text[])
            WITH ORDINALITY
            AS i (endpoint, id, digest, event_type, order_key, version, bytes, received, state, at, attempts, reason, n)
), seen AS (
    INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
    SELECT sequence, endpoint, id, digest, received FROM input
    ORDER BY endpoint COLLATE \"C\", id COLLATE \"C\", sequence
    ON CONFLICT (endpoint, id) DO NOTHING
    RETURNING sequence
), pending AS (
    INSERT INTO webhook_pending
        (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
    SELECT sequence, endpoint, state, coalesce(at, :now), 0, attempts, event_type, order_key, version, reason, bytes
    FROM input JOIN seen USING (sequence) WHERE state < 4
)
SELECT i.n, i.sequence, s.sequence IS NOT NULL FROM input i LEFT JOIN seen s USING (sequence)";

/// Locks known keys, in an order that does not change. A statement of its own: it must see what others have inserted while
/// [`IMPORT`] waited for them, and [`KNOWN`] what they have changed while this waits.
const LOCK: &str = "\
SELECT FROM webhook_seen s JOIN unnest($1::text[], $2::text[]) AS i (endpoint, id)
    ON s.endpoint = i.endpoint AND s.id = i.id
ORDER BY s.endpoint, s.id FOR UPDATE OF s";

/// The rows of known keys, of which those with the rest are locked as well.
const KNOWN: &str = "\
WITH seen AS MATERIALIZED (
    SELECT i.n, s.sequence, s.digest
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (endpoint, id, n)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
), locked AS MATERIALIZED (
    SELECT p.sequence, p.state, p.bytes IS NOT NULL AS has_body, p.reason
    FROM webhook_pending p WHERE p.sequence IN (SELECT sequence FROM seen)
    ORDER BY p.sequence FOR UPDATE OF p
)
SELECT n, sequence, digest, coalesce(state, 4::smallint), coalesce(has_body, false), reason
FROM seen LEFT JOIN locked USING (sequence)";

/// Gives known entries other sequences. Each must be there once.
const PLACE: &str = "\
WITH placed AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS i (before, sequence)
), seen AS (
    UPDATE webhook_seen s SET sequence = p.sequence FROM placed p WHERE s.sequence = p.before
)
UPDATE webhook_pending e SET sequence = p.sequence FROM placed p WHERE e.sequence = p.before";

const REPLACE: &str = "\
UPDATE webhook_pending p
SET state = i.state, at = coalesce(i.at, :now), attempts = i.attempts, event_type = i.event_type, order_key = i.order_key,
    version = i.version, reason = i.reason, bytes = i.bytes
FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::bigint[], $8::bytea[], $9::bigint[],
        $10::smallint[], $11::bigint[], $12::bigint[], $13::text[])
        AS i (endpoint, id, digest, event_type, order_key, version, bytes, received, state, at, attempts, reason)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
WHERE p.sequence = s.sequence";

pub(crate) async fn import(context: Context<'_>, entries: &[Entry]) -> Sql<Vec<Imported>> {
    let mut imported = vec![None; entries.len()];
    context.batch(BEGIN).await?;
    let input: Vec<&Entry> = entries.iter().collect();
    let mut known = Vec::new();
    for row in &context.rows(IMPORT, &Input::of(&input).parameters(&context)).await? {
        let (n, sequence) = (place(row, 0)?, get(row, 1)?);
        if get(row, 2)? {
            imported[n] = Some(Imported::Stored);
        } else {
            known.push((n, sequence));
        }
    }
    known.sort_unstable();
    // What comes later with the same key is merged with the result.
    while !known.is_empty() {
        let mut keys = HashSet::new();
        let (first, later): (Vec<_>, Vec<_>) = known.into_iter().partition(|(n, _)| keys.insert(&entries[*n].key));
        let merged = merge(context, first.iter().map(|(n, sequence)| (&entries[*n], *sequence)).collect()).await?;
        for ((n, _), merged) in first.into_iter().zip(merged) {
            imported[n] = Some(merged);
        }
        known = later;
    }
    context.batch("COMMIT").await?;
    imported.into_iter().map(|imported| imported.ok_or_else(|| other("an imported entry has no result"))).collect()
}

/// Changes what is known of these entries, each of which has a key of its own, and the sequence of its place.
async fn merge(context: Context<'_>, entries: Vec<(&Entry, i64)>) -> Sql<Vec<Imported>> {
    let (endpoints, ids) = columns(entries.iter().map(|(entry, _)| &entry.key));
    let keys = [(&endpoints as _, Type::TEXT_ARRAY), (&ids as _, Type::TEXT_ARRAY)];
    context.execute(LOCK, &keys).await?;
    let rows = context.rows(KNOWN, &keys).await?;
    let mut imported = vec![None; entries.len()];
    let mut replaced = Vec::new();
    let (mut before, mut placed, mut done, mut erased) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let (n, sequence): (_, i64) = (place(row, 0)?, get(row, 1)?);
        let (entry, to) = entries[n];
        let digest = digest_of(get(row, 2)?)?;
        let known = Known { state: state(get(row, 3)?), digest, has_body: get(row, 4)?, reason: get(row, 5)? };
        imported[n] = Some(Imported::Stored);
        let merge = entry.merge(&known);
        if matches!(merge, Merge::Replace | Merge::Place) {
            before.push(sequence);
            placed.push(to);
        }
        match merge {
            Merge::Replace => replaced.push(entry),
            Merge::Place => imported[n] = Some(Imported::HasBody),
            Merge::MarkDone => done.push(sequence),
            Merge::Erase => erased.push(sequence),
            Merge::Keep(kept) => imported[n] = Some(kept),
        }
    }
    if !placed.is_empty() {
        context.execute(PLACE, &[(&before, Type::INT8_ARRAY), (&placed, Type::INT8_ARRAY)]).await?;
    }
    if !replaced.is_empty() {
        context.execute(REPLACE, &Input::of(&replaced).parameters(&context)).await?;
    }
    if !done.is_empty() {
        const DONE: &str = "DELETE FROM webhook_pending WHERE sequence = ANY($1)";
        context.execute(DONE, &[(&done, Type::INT8_ARRAY)]).await?;
    }
    if !erased.is_empty() {
        let parameters = [context.now_parameter(), (&erased as _, Type::INT8_ARRAY), (&ERASED as _, Type::TEXT)];
        let sql = format!(
            "UPDATE webhook_pending SET state = 2, at = :now, reason = $3, {WITHOUT_BODY} WHERE sequence = ANY($2)"
        );
        context.execute(&sql, &parameters).await?;
    }
    let purged = || StoreError::new(StoreErrorKind::Busy, "an entry was purged while it was imported");
    imported.into_iter().map(|imported| imported.ok_or_else(purged)).collect()
}

/// Entries as one array for each column.
struct Input<'a> {
    columns: Columns<'a>,
    received: Vec<i64>,
    states: Vec<i16>,
    at: Vec<Option<i64>>,
    attempts: Vec<i64>,
    reasons: Vec<Option<&'a str>>,
}

impl<'a> Input<'a> {
    fn of(entries: &[&'a Entry]) -> Self {
        let open = |state| if state == State::Running { State::Pending } else { state };
        Self {
            columns: entries.iter().map(|entry| row(entry)).collect(),
            received: entries.iter().map(|entry| Clock::millis_of(entry.received)).collect(),
            states: entries.iter().map(|entry| open(entry.state).number()).collect(),
            at: entries.iter().map(|entry| entry.at.map(Clock::millis_of)).collect(),
            attempts: entries.iter().map(|entry| i64::from(entry.attempts)).collect(),
            reasons: entries.iter().map(|entry| entry.reason.as_deref()).collect(),
        }
    }

    fn parameters(&self, context: &'a Context<'_>) -> Vec<Parameter<'_>> {
        let mut parameters = vec![context.now_parameter()];
        parameters.extend(self.columns.parameters());
        parameters.extend([
            (&self.received as _, Type::INT8_ARRAY),
            (&self.states as _, Type::INT2_ARRAY),
            (&self.at as _, Type::INT8_ARRAY),
            (&self.attempts as _, Type::INT8_ARRAY),
            (&self.reasons as _, Type::TEXT_ARRAY),
        ]);
        parameters
    }
}

pub(crate) async fn identity(context: Context<'_>) -> Sql<Identity> {
    let rows = context.rows("SELECT id, incoming FROM webhook_store", &[]).await?;
    let [row] = &rows[..] else { return Err(other("the table `webhook_store` must have one row")) };
    Ok(Identity { id: get(row, 0)?, incoming: get(row, 1)? })
}

pub(crate) async fn set_incoming(context: Context<'_>, from: Option<&str>) -> Sql<()> {
    context.execute("UPDATE webhook_store SET incoming = $1 FROM :durable", &[(&from, Type::TEXT)]).await.map(drop)
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
