use tokio_postgres::Row;
use tokio_postgres::types::Type;
use webhook_inbox::store::{Clock, Entry, Key, Order, PROBE_ENDPOINT, Page, Selection, Stats};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

use super::{Context, Parameter, Sql, duration, get, limit, number, state};
use crate::error::other;

/// Conditions on `s`, a row of `webhook_seen`, and `p`, its row of `webhook_pending` if there is one. The parameters 2 to 8 are
/// those of [`Selected`].
pub(super) const SELECTED: &str = "\
    ($2::text IS NULL OR s.endpoint = $2)
    AND ($3::text[] IS NULL OR s.id = ANY($3))
    AND ($4::smallint[] IS NULL OR coalesce(p.state, 4::smallint) = ANY($4)
        OR p.state = 0 AND p.attempts > 0 AND 5::smallint = ANY($4))
    AND ($5::text[] IS NULL OR p.event_type = ANY($5))
    AND ($6::bigint IS NULL OR s.received >= $6)
    AND ($7::bigint IS NULL OR s.received < $7)
    AND coalesce(p.attempts, 0) >= $8";

pub(super) struct Selected<'a> {
    endpoint: Option<&'a str>,
    ids: Option<&'a [String]>,
    states: Option<Vec<i16>>,
    event_types: Option<&'a [String]>,
    since: Option<i64>,
    until: Option<i64>,
    min_attempts: i64,
}

impl<'a> Selected<'a> {
    pub(super) fn of(selection: &'a Selection) -> Self {
        let any_or = |list: &'a [String]| if list.is_empty() { None } else { Some(list) };
        let states = selection.state_numbers();
        Self {
            endpoint: selection.endpoint.as_deref(),
            ids: any_or(&selection.ids),
            states: if states.is_empty() { None } else { Some(states) },
            event_types: any_or(&selection.event_types),
            since: selection.since.map(Clock::millis_rounded_up),
            until: selection.until.map(Clock::millis_rounded_up),
            min_attempts: selection.min_attempts.into(),
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
            (&self.min_attempts, Type::INT8),
        ]
    }
}

pub(crate) async fn list(context: Context<'_>, selection: &Selection, page: &Page) -> Sql<Vec<Entry>> {
    // Entries that are not done are few.
    let join = if selection.excludes_done() { "JOIN" } else { "LEFT JOIN" };
    let sql = format!(
        "WITH selected AS MATERIALIZED (
             SELECT s.sequence, octet_length(p.bytes) AS size
             FROM webhook_seen s {join} webhook_pending p ON p.sequence = s.sequence
             WHERE s.sequence > $10 AND {SELECTED}
             ORDER BY s.sequence LIMIT $11
         ), summed AS (
             SELECT sequence, sum(coalesce(size, 0)) OVER before AS total, row_number() OVER before AS number FROM selected
             WINDOW before AS (ORDER BY sequence)
         )
         SELECT s.sequence, s.endpoint, s.id, coalesce(p.state, 4::smallint), s.digest, s.received, p.event_type, p.order_key,
             p.version, coalesce(p.attempts, 0), p.reason, CASE WHEN $9 IS NOT NULL THEN p.bytes END, p.at,
             octet_length(p.bytes)
         FROM summed JOIN webhook_seen s USING (sequence) LEFT JOIN webhook_pending p USING (sequence)
         WHERE $9::bigint IS NULL OR total <= $9 OR number = 1
         ORDER BY s.sequence"
    );
    let selected = Selected::of(selection);
    let mut parameters = selected.parameters(&context);
    let after = number(page.after);
    let limit = limit(page.limit);
    let max_bytes = page.max_bytes.map(number);
    parameters.extend([(&max_bytes as _, Type::INT8), (&after as _, Type::INT8), (&limit as _, Type::INT8)]);
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
        at: get::<Option<i64>>(row, 12)?.map(Clock::time),
        event_type: get(row, 6)?,
        order: order_key.map(|key| Order { key, version }),
        attempts: get::<i64>(row, 9)?.try_into().unwrap_or(u32::MAX),
        reason: get(row, 10)?,
        size: get::<Option<i32>>(row, 13)?.and_then(|size| size.try_into().ok()),
        bytes: get::<Option<Vec<u8>>>(row, 11)?.map(Bytes::from),
    })
}

pub(crate) fn digest_of(bytes: &[u8]) -> Sql<BodyDigest> {
    bytes.try_into().map(BodyDigest::from_bytes).map_err(|_| other("a digest does not have 32 bytes"))
}

pub(crate) async fn stats(context: Context<'_>, endpoint: &str) -> Sql<Stats> {
    const STATS: &str = "\
        SELECT pending, retrying, running, dead, unrouted,
            (SELECT :now - received FROM webhook_seen WHERE sequence = oldest),
            EXISTS (SELECT FROM webhook_paused WHERE endpoint = $2),
            EXISTS (SELECT FROM webhook_store WHERE incoming IS NOT NULL)
        FROM (
            SELECT count(*) FILTER (WHERE state = 0) AS pending,
                count(*) FILTER (WHERE state = 0 AND attempts > 0) AS retrying,
                count(*) FILTER (WHERE state = 1) AS running,
                count(*) FILTER (WHERE state = 2) AS dead, count(*) FILTER (WHERE state = 3) AS unrouted,
                min(sequence) FILTER (WHERE state < 2) AS oldest
            FROM webhook_pending WHERE endpoint = $2
        ) AS counts";
    let rows = context.rows(STATS, &[context.now_parameter(), (&endpoint, Type::TEXT)]).await?;
    let [row] = &rows[..] else { return Err(other("statistics have one row")) };
    let count = |column| Ok(get::<i64>(row, column)?.try_into().unwrap_or_default());
    Ok(Stats {
        pending: count(0)?,
        retrying: count(1)?,
        running: count(2)?,
        dead: count(3)?,
        unrouted: count(4)?,
        oldest: get::<Option<i64>>(row, 5)?.map(duration),
        is_paused: get(row, 6)?,
        is_moving: get(row, 7)?,
    })
}

/// One step into the index for each.
pub(crate) async fn endpoints(context: Context<'_>) -> Sql<Vec<String>> {
    const ENDPOINTS: &str = "\
        WITH RECURSIVE used AS (
            SELECT min(endpoint) AS endpoint FROM webhook_seen
            UNION ALL
            SELECT (SELECT min(s.endpoint) FROM webhook_seen s WHERE s.endpoint > used.endpoint) FROM used
            WHERE used.endpoint IS NOT NULL
        )
        SELECT endpoint FROM used WHERE endpoint IS NOT NULL UNION SELECT endpoint FROM webhook_paused
        WHERE endpoint <> $1 ORDER BY endpoint";
    context.rows(ENDPOINTS, &[(&PROBE_ENDPOINT, Type::TEXT)]).await?.iter().map(|row| get(row, 0)).collect()
}
