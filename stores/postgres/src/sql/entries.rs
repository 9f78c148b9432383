use std::collections::HashSet;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use webhook_inbox::store::{Clock, Entry, Key, Order, Page, Selection, State, Stats};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

use super::{Context, Parameter, Sql, columns, duration, get, limit, number, rounded_up, state};
use crate::error::other;

/// Conditions on `s`, a row of `webhook_seen`, and `p`, its row of `webhook_pending` if there is one. The parameters 2 to 7 are
/// those of [`Selected`].
pub(super) const SELECTED: &str = "\
    ($2::text IS NULL OR s.endpoint = $2)
    AND ($3::text[] IS NULL OR s.id = ANY($3))
    AND ($4::smallint[] IS NULL OR coalesce(p.state, 4::smallint) = ANY($4))
    AND ($5::text[] IS NULL OR p.event_type = ANY($5))
    AND ($6::bigint IS NULL OR s.received >= $6)
    AND ($7::bigint IS NULL OR s.received < $7)";

pub(super) struct Selected<'a> {
    endpoint: Option<&'a str>,
    ids: Option<&'a [String]>,
    states: Option<Vec<i16>>,
    event_types: Option<&'a [String]>,
    since: Option<i64>,
    until: Option<i64>,
}

impl<'a> Selected<'a> {
    pub(super) fn of(selection: &'a Selection) -> Self {
        let any_or = |list: &'a [String]| if list.is_empty() { None } else { Some(list) };
        let states: Vec<i16> = selection.states.iter().copied().map(number).collect();
        Self {
            endpoint: selection.endpoint.as_deref(),
            ids: any_or(&selection.ids),
            states: if states.is_empty() { None } else { Some(states) },
            event_types: any_or(&selection.event_types),
            since: selection.since.map(rounded_up),
            until: selection.until.map(rounded_up),
        }
    }

    /// After the time.
    pub(super) fn parameters<'b>(&'b self, context: &'b Context<'_>) -> Vec<Parameter<'b>> {
        vec![
            context.now_parameter(),
            (&self.endpoint, Type::TEXT),
            (&self.ids, Type::TEXT_ARRAY),
            (&self.states, Type::INT2_ARRAY),
            (&self.event_types, Type::TEXT_ARRAY),
            (&self.since, Type::INT8),
            (&self.until, Type::INT8),
        ]
    }
}

pub(crate) async fn list(context: Context<'_>, selection: &Selection, page: &Page) -> Sql<Vec<Entry>> {
    let sql = format!(
        "SELECT s.sequence, s.endpoint, s.id, coalesce(p.state, 4::smallint), s.digest, s.received, p.event_type, p.order_key,
             p.version, coalesce(p.attempts, 0), p.reason, CASE WHEN $8 THEN p.bytes END
         FROM webhook_seen s LEFT JOIN webhook_pending p ON p.sequence = s.sequence
         WHERE s.sequence > $9 AND {SELECTED}
         ORDER BY s.sequence LIMIT $10"
    );
    let selected = Selected::of(selection);
    let mut parameters = selected.parameters(&context);
    let after = i64::try_from(page.after).unwrap_or(i64::MAX);
    let limit = limit(page.limit);
    parameters.extend([(&page.with_bytes as _, Type::BOOL), (&after as _, Type::INT8), (&limit as _, Type::INT8)]);
    context.rows(&sql, &parameters).await?.iter().map(entry).collect()
}

fn entry(row: &Row) -> Sql<Entry> {
    let order_key: Option<String> = get(row, 7)?;
    let version = get(row, 8)?;
    let digest: &[u8] = get(row, 4)?;
    Ok(Entry {
        sequence: get::<i64>(row, 0)?.try_into().unwrap_or_default(),
        key: Key::new(get::<String>(row, 1)?, get::<String>(row, 2)?),
        state: state(get(row, 3)?),
        digest: digest_of(digest)?,
        received: Clock::time(get(row, 5)?),
        event_type: get(row, 6)?,
        order: order_key.map(|key| Order { key, version }),
        attempts: get::<i64>(row, 9)?.try_into().unwrap_or(u32::MAX),
        reason: get(row, 10)?,
        bytes: get::<Option<Vec<u8>>>(row, 11)?.map(Bytes::from),
    })
}

pub(crate) fn digest_of(bytes: &[u8]) -> Sql<BodyDigest> {
    bytes.try_into().map(BodyDigest::from_bytes).map_err(|_| other("a digest does not have 32 bytes"))
}

pub(crate) async fn stats(context: Context<'_>, endpoint: &str) -> Sql<Stats> {
    const STATS: &str = "\
        SELECT pending, running, dead, unrouted,
            (SELECT :now - received FROM webhook_seen WHERE sequence = oldest),
            EXISTS (SELECT FROM webhook_paused WHERE endpoint = $2)
        FROM (
            SELECT count(*) FILTER (WHERE state = 0) AS pending, count(*) FILTER (WHERE state = 1) AS running,
                count(*) FILTER (WHERE state = 2) AS dead, count(*) FILTER (WHERE state = 3) AS unrouted,
                min(sequence) FILTER (WHERE state < 2) AS oldest
            FROM webhook_pending WHERE endpoint = $2
        ) AS counts";
    let rows = context.rows(STATS, &[context.now_parameter(), (&endpoint, Type::TEXT)]).await?;
    let [row] = &rows[..] else { return Err(other("statistics have one row")) };
    let count = |column| Ok(get::<i64>(row, column)?.try_into().unwrap_or_default());
    Ok(Stats {
        pending: count(0)?,
        running: count(1)?,
        dead: count(2)?,
        unrouted: count(3)?,
        oldest: get::<Option<i64>>(row, 4)?.map(duration),
        is_paused: get(row, 5)?,
    })
}

/// The sequence is given out in the order of the entries.
const IMPORT: &str = "\
WITH input AS MATERIALIZED (
    SELECT nextval('webhook_sequence') AS sequence, i.*
    FROM :durable,
        unnest($2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::smallint[], $7::bigint[], $8::text[], $9::text[],
            $10::bigint[], $11::text[], $12::bytea[])
            AS i (endpoint, id, digest, received, state, attempts, event_type, order_key, version, reason, bytes)
), seen AS (
    INSERT INTO webhook_seen (sequence, endpoint, id, digest, received)
    SELECT sequence, endpoint, id, digest, received FROM input ORDER BY endpoint COLLATE \"C\", id COLLATE \"C\"
    ON CONFLICT (endpoint, id) DO NOTHING
    RETURNING sequence
), pending AS (
    INSERT INTO webhook_pending
        (sequence, endpoint, state, at, token, attempts, event_type, order_key, version, reason, bytes)
    SELECT sequence, endpoint, state, :now, 0, attempts, event_type, order_key, version, reason, bytes
    FROM input JOIN seen USING (sequence) WHERE state < 4
)
SELECT count(*) FROM seen";

pub(crate) async fn import(context: Context<'_>, entries: &[Entry]) -> Sql<u64> {
    let mut keys = HashSet::new();
    let entries: Vec<&Entry> = entries.iter().filter(|entry| keys.insert(&entry.key)).collect();
    let (endpoints, ids) = columns(entries.iter().map(|entry| &entry.key));
    let digests: Vec<&[u8]> = entries.iter().map(|entry| &entry.digest.as_bytes()[..]).collect();
    let received: Vec<i64> = entries.iter().map(|entry| Clock::millis_of(entry.received)).collect();
    let states: Vec<i16> = entries
        .iter()
        .map(|entry| number(if entry.state == State::Running { State::Pending } else { entry.state }))
        .collect();
    let attempts: Vec<i64> = entries.iter().map(|entry| i64::from(entry.attempts)).collect();
    let event_types: Vec<Option<&str>> = entries.iter().map(|entry| entry.event_type.as_deref()).collect();
    let order_keys: Vec<Option<&str>> = entries.iter().map(|entry| Some(&entry.order.as_ref()?.key[..])).collect();
    let versions: Vec<Option<i64>> = entries.iter().map(|entry| entry.order.as_ref()?.version).collect();
    let reasons: Vec<Option<&str>> = entries.iter().map(|entry| entry.reason.as_deref()).collect();
    let bytes: Vec<Option<&[u8]>> = entries.iter().map(|entry| entry.bytes.as_deref()).collect();
    let rows = context
        .rows(
            IMPORT,
            &[
                context.now_parameter(),
                (&endpoints, Type::TEXT_ARRAY),
                (&ids, Type::TEXT_ARRAY),
                (&digests, Type::BYTEA_ARRAY),
                (&received, Type::INT8_ARRAY),
                (&states, Type::INT2_ARRAY),
                (&attempts, Type::INT8_ARRAY),
                (&event_types, Type::TEXT_ARRAY),
                (&order_keys, Type::TEXT_ARRAY),
                (&versions, Type::INT8_ARRAY),
                (&reasons, Type::TEXT_ARRAY),
                (&bytes, Type::BYTEA_ARRAY),
            ],
        )
        .await?;
    let [row] = &rows[..] else { return Err(other("a count has one row")) };
    Ok(get::<i64>(row, 0)?.try_into().unwrap_or_default())
}
