use tokio_postgres::types::Type;
use webhook_inbox::Retention;
use webhook_inbox::store::{Key, Part, Replayed, Selection};

use super::entries::{SELECTED, Selected};
use super::{Context, Sql, WITHOUT_BODY, columns, get, in_flight, limit, millis, number};
use crate::error::other;

/// Claims share this lock, see `webhook_claim`.
const REPLAY_LOCK: i32 = i32::from_be_bytes(*b"whrp");

pub(crate) async fn replay(context: Context<'_>, selection: &Selection, part: Part, most: usize) -> Sql<Replayed> {
    let waiting = if selection.replays_waiting() { "OR p.state = 0 AND p.at > :now" } else { "" };
    let sql = format!(
        "WITH alone AS MATERIALIZED (
             SELECT pg_advisory_xact_lock({REPLAY_LOCK}, 0)
         ), locked AS MATERIALIZED (
             SELECT p.sequence FROM alone, webhook_pending p JOIN webhook_seen s ON s.sequence = p.sequence
             WHERE (p.state >= 2 {waiting}) AND p.bytes IS NOT NULL AND p.sequence > $10 AND p.sequence <= $11
                 AND {SELECTED}
             ORDER BY p.sequence LIMIT $9 FOR UPDATE OF p
         ), replayed AS (
             UPDATE webhook_pending p SET state = 0, at = :now, attempts = 0, reason = NULL
             FROM :durable, locked l WHERE p.sequence = l.sequence RETURNING p.sequence
         )
         SELECT count(*), coalesce(max(sequence), $10), least($11, (SELECT max(sequence) FROM webhook_seen)) FROM replayed"
    );
    let selected = Selected::of(selection);
    let mut parameters = selected.parameters(&context);
    let (most, after, last) = (limit(most), number(part.after), number(part.last));
    parameters.extend([(&most as _, Type::INT8), (&after as _, Type::INT8), (&last as _, Type::INT8)]);
    let rows = context.rows(&sql, &parameters).await?;
    let [row] = &rows[..] else { return Err(other("a replay has one row")) };
    let count = |column| Ok(get::<i64>(row, column)?.try_into().unwrap_or_default());
    Ok(Replayed { count: count(0)?, rest: Part { after: count(1)?, last: count(2)? } })
}

pub(crate) async fn erase(context: Context<'_>, keys: &[Key], reason: &str) -> Sql<u64> {
    let sql = format!(
        "WITH locked AS MATERIALIZED (
             SELECT p.sequence
             FROM webhook_pending p JOIN webhook_seen s ON s.sequence = p.sequence
             WHERE (s.endpoint, s.id) IN (SELECT * FROM unnest($2::text[], $3::text[])) AND p.bytes IS NOT NULL
             ORDER BY p.sequence FOR UPDATE OF p
         )
         UPDATE webhook_pending p SET state = 2, at = :now, reason = $4, {WITHOUT_BODY}
         FROM :durable, locked l WHERE p.sequence = l.sequence"
    );
    let (endpoints, ids) = columns(keys);
    let parameters =
        [context.now_parameter(), (&endpoints, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY), (&reason, Type::TEXT)];
    context.execute(&sql, &parameters).await
}

pub(crate) async fn set_paused(context: Context<'_>, endpoint: &str, is_paused: bool) -> Sql<()> {
    let sql = if is_paused {
        "INSERT INTO webhook_paused SELECT $1 FROM :durable ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM webhook_paused USING :durable WHERE endpoint = $1"
    };
    context.execute(sql, &[(&endpoint, Type::TEXT)]).await.map(drop)
}

/// Removes in several statements, each of which skips what another process removes at this time.
pub(crate) async fn purge(context: Context<'_>, retention: &Retention, most: usize) -> Sql<u64> {
    const BODIES: &str = "SELECT webhook_purge_bodies($1, $2, $3, $4)";
    const SEEN: &str = "SELECT webhook_purge_seen($1, $2, $3)";
    const VERSIONS: &str = "\
        WITH locked AS MATERIALIZED (
            SELECT endpoint, order_key FROM webhook_version WHERE at <= :now - $2 LIMIT $3 FOR UPDATE SKIP LOCKED
        ), deleted AS (
            DELETE FROM webhook_version v USING locked l WHERE v.endpoint = l.endpoint AND v.order_key = l.order_key
            RETURNING v.endpoint
        )
        SELECT count(*) FROM deleted";
    let chunks = [
        (BODIES, retention.of_dead(), Some(2_i16)),
        (BODIES, retention.of_unrouted(), Some(3)),
        (SEEN, retention.of_seen(), None),
        (VERSIONS, retention.of_seen(), None),
    ];
    let mut left = limit(most);
    for (sql, retention, state) in chunks {
        if left <= 0 {
            break;
        }
        let retention = millis(retention);
        let mut parameters = vec![context.now_parameter(), (&retention, Type::INT8), (&left, Type::INT8)];
        if let Some(state) = &state {
            parameters.push((state, Type::INT2));
        }
        let rows = in_flight("purge: before the commit", context.rows(sql, &parameters)).await?;
        left -= rows.first().map_or(Ok(0), |row| get::<i64>(row, 0))?;
    }
    Ok(limit(most).abs_diff(left))
}
