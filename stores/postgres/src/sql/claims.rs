use std::time::Duration;

use tokio_postgres::types::Type;
use webhook_inbox::store::{Claim, ClaimId, ClaimRequest, ClaimToken, EventTypes, Key, State};
use webhook_receiver::LeaseState;
use webhook_receiver::bytes::Bytes;

use super::{Context, Sql, columns, duration, get, in_flight, limit, millis, number, place};

const CLAIM: &str = "\
SELECT claimable, sequence, id, token, attempts, event_type, age, superseded, bytes
FROM webhook_claim($1, $2, $3, $4, $5, $6, $7)";
/// The same for those that are running, which are seldom claimed.
const CLAIM_LAPSED: &str = "\
WITH locked AS MATERIALIZED (
    SELECT p.sequence, p.at, octet_length(p.bytes) AS size
    FROM webhook_pending p
    WHERE :claimable
    ORDER BY p.at, p.sequence LIMIT $5 FOR UPDATE OF p SKIP LOCKED
), summed AS (
    SELECT sequence, at, size, sum(size) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM locked
), found AS MATERIALIZED (
    SELECT sequence, at FROM summed WHERE total <= $7 OR total = size
)
UPDATE webhook_pending p SET state = 1, at = :now + $6, token = p.token + 1, attempts = p.attempts + 1
FROM :durable, found f JOIN webhook_seen s ON s.sequence = f.sequence
WHERE p.sequence = f.sequence
RETURNING f.at, p.sequence, s.id, p.token, p.attempts, p.event_type, :now - s.received,
    coalesce((
        SELECT v.version > p.version FROM webhook_version v WHERE v.endpoint = p.endpoint AND v.order_key = p.order_key
    ), false), p.bytes";
const HAS_CLAIMABLE: &str = "SELECT EXISTS (SELECT FROM webhook_pending p WHERE :claimable)";
/// The state is a constant, so that the index of those that are running can be used.
const CLAIMABLE: &str = "\
    p.endpoint = $2 AND p.state = :state AND p.at <= :now
        AND (p.event_type IS NOT NULL AND p.event_type = ANY($3::text[])) = $4
        AND (p.order_key IS NULL OR NOT EXISTS (
            SELECT FROM webhook_pending e
            WHERE e.endpoint = p.endpoint AND e.order_key = p.order_key AND e.state < 2 AND e.state >= p.state
                AND e.sequence < p.sequence
        ) AND (p.state = 1 OR p.order_key <> ALL (array_remove(ARRAY(
            SELECT order_key FROM webhook_pending WHERE endpoint = $2 AND state = 1
        ), NULL))))
        AND NOT EXISTS (SELECT FROM webhook_paused WHERE endpoint = $2)
        AND NOT EXISTS (SELECT FROM webhook_store WHERE incoming IS NOT NULL)";

fn with_condition(sql: &str, request: &ClaimRequest) -> String {
    let state = if request.lapsed { State::Running } else { State::Pending };
    sql.replace(":claimable", CLAIMABLE).replace(":state", &state.number().to_string())
}

fn event_types(request: &ClaimRequest) -> (&[String], bool) {
    match &request.event_types {
        EventTypes::Only(list) => (list, true),
        EventTypes::Except(list) => (list, false),
    }
}

pub(crate) async fn has_claimable(context: Context<'_>, request: &ClaimRequest) -> Sql<bool> {
    let (event_types, is_only) = event_types(request);
    let parameters = [
        context.now_parameter(),
        (&request.endpoint, Type::TEXT),
        (&event_types, Type::TEXT_ARRAY),
        (&is_only, Type::BOOL),
    ];
    let rows = context.rows(&with_condition(HAS_CLAIMABLE, request), &parameters).await?;
    rows.first().map_or(Ok(false), |row| get(row, 0))
}

pub(crate) async fn claim(context: Context<'_>, request: &ClaimRequest) -> Sql<Vec<Claim>> {
    let sql = if request.lapsed { &with_condition(CLAIM_LAPSED, request) } else { CLAIM };
    claim_by(context, sql, request).await
}

async fn claim_by(context: Context<'_>, sql: &str, request: &ClaimRequest) -> Sql<Vec<Claim>> {
    let (event_types, is_only) = event_types(request);
    let (limit, lease, max_bytes) = (limit(request.limit), millis(request.lease), number(request.max_bytes));
    let parameters = [
        context.now_parameter(),
        (&request.endpoint, Type::TEXT),
        (&event_types, Type::TEXT_ARRAY),
        (&is_only, Type::BOOL),
        (&limit, Type::INT8),
        (&lease, Type::INT8),
        (&max_bytes, Type::INT8),
    ];
    let rows = in_flight("claim: before the commit", context.rows(sql, &parameters)).await?;
    let mut claims = Vec::with_capacity(rows.len());
    for row in &rows {
        let claim = Claim {
            id: ClaimId {
                key: Key::new(request.endpoint.clone(), get::<String>(row, 2)?),
                token: ClaimToken::new(get::<i64>(row, 3)?.try_into().unwrap_or_default()),
            },
            attempt: get::<i64>(row, 4)?.try_into().unwrap_or(u32::MAX),
            event_type: get(row, 5)?,
            age: duration(get(row, 6)?),
            superseded: get(row, 7)?,
            bytes: Bytes::from(get::<Vec<u8>>(row, 8)?),
        };
        claims.push((get::<i64>(row, 0)?, get::<i64>(row, 1)?, claim));
    }
    claims.sort_by_key(|(at, sequence, _)| (*at, *sequence));
    Ok(claims.into_iter().map(|(_, _, claim)| claim).collect())
}

const EXTEND: &str = "\
WITH locked AS MATERIALIZED (
    SELECT i.n, p.sequence
    FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS i (endpoint, id, token, n)
    JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id
    JOIN webhook_pending p ON p.sequence = s.sequence AND p.token = i.token AND p.state = 1
    ORDER BY p.sequence FOR UPDATE OF p
), extended AS (
    UPDATE webhook_pending p SET at = :now + $2 FROM locked l WHERE p.sequence = l.sequence
)
SELECT n FROM locked";

pub(crate) async fn extend(context: Context<'_>, claims: &[ClaimId], lease: Duration) -> Sql<Vec<LeaseState>> {
    let (endpoints, ids) = columns(claims.iter().map(|claim| &claim.key));
    let tokens: Vec<i64> = claims.iter().map(token).collect();
    let lease = millis(lease);
    let parameters = [
        context.now_parameter(),
        (&lease, Type::INT8),
        (&endpoints, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&tokens, Type::INT8_ARRAY),
    ];
    let rows = in_flight("extend: before the commit", context.rows(EXTEND, &parameters)).await?;
    let mut states = vec![LeaseState::Expired; claims.len()];
    for row in &rows {
        states[place(row, 0)?] = LeaseState::Held;
    }
    Ok(states)
}

/// A token that was never given out is -1.
pub(super) fn token(claim: &ClaimId) -> i64 {
    claim.token.get().try_into().unwrap_or(-1)
}

#[cfg(all(test, unix))]
mod tests {
    use temporary_postgres::{ADMINISTRATOR, PostgresServer};
    use tokio_postgres::{NoTls, connect};

    use super::*;
    use crate::schema::{MIGRATIONS, Schema, migrate};

    /// 400 entries in random states, of random event types, sizes and orders.
    const FILL: &str = "\
SELECT setseed(0.5);
WITH input AS MATERIALIZED (
    SELECT n, CASE WHEN random() < 0.8 THEN 'acme' ELSE 'other' END AS endpoint, floor(random() * 3) AS state,
        floor(random() * 1500) AS at, (ARRAY['x', 'y', NULL])[1 + floor(random() * 3)::integer] AS event_type,
        (ARRAY['a', 'b', 'c', NULL])[1 + floor(random() * 20)::integer] AS order_key, floor(random() * 40) AS size
    FROM generate_series(1, 400) AS n
), seen AS (
    INSERT INTO webhook_seen SELECT n, endpoint, 'id' || n, '', n FROM input
)
INSERT INTO webhook_pending
SELECT n, endpoint, state, at, 0, 0, event_type, order_key, NULL, NULL, decode(repeat('00', 1 + size::integer), 'hex')
FROM input";

    #[tokio::test]
    async fn both_queries_choose_the_same_entries() {
        let Some(server) = PostgresServer::start() else { return };
        let (client, connection) = connect(&server.url(ADMINISTRATOR, "postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let schema = Schema::new("claims").unwrap();
        migrate(&client, &schema, MIGRATIONS).await.unwrap();
        let context = Context { client: &client, schema: &schema, now: Some(1000) };
        context.batch(&schema.qualify(FILL)).await.unwrap();
        let claim = async |sql: &str, request: &ClaimRequest| {
            context.batch("BEGIN").await.unwrap();
            let claims = claim_by(context, sql, request).await.unwrap();
            context.batch("ROLLBACK").await.unwrap();
            claims
        };
        let types = |types: &[&str]| types.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (mut counts, lease) = (Vec::new(), Duration::from_secs(30));
        for event_types in [types(&[]), types(&["x"]), types(&["y", "z"])] {
            for event_types in [EventTypes::Only(event_types.clone()), EventTypes::Except(event_types.clone())] {
                for (limit, max_bytes) in [(1000, u64::MAX), (7, u64::MAX), (1000, 90), (1, 0)] {
                    let (endpoint, event_types) = ("acme".to_owned(), event_types.clone());
                    let request = ClaimRequest { endpoint, event_types, lapsed: false, limit, max_bytes, lease };
                    let claims = claim(CLAIM, &request).await;
                    assert_eq!(claim(&with_condition(CLAIM_LAPSED, &request), &request).await, claims, "{request:?}");
                    assert_eq!(has_claimable(context, &request).await.unwrap(), !claims.is_empty(), "{request:?}");
                    counts.push(claims.len());
                }
            }
        }
        // So the requests differ, and the orders and sizes matter.
        assert!(counts.iter().max() > Some(&40) && counts.contains(&0) && counts.contains(&1), "{counts:?}");
    }
}
