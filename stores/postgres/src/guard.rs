//! A replay guard in the same database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::types::Type;
use webhook_receiver::{BodyDigest, BoxError, BoxFuture, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};

use crate::database::Database;
use crate::error::other;
use crate::sql::{Context, Sql, digest_of, get, millis};

const LEASE: Duration = Duration::from_secs(30);
const RETENTION: Duration = Duration::from_hours(14 * 24);
/// Another process can release an id before it is read.
const ATTEMPTS: usize = 10;

/// A [`ReplayGuard`] in the database of a [`PostgresStore`](crate::PostgresStore), for a receiver without an inbox. Ids are
/// remembered for 14 days.
#[derive(Clone)]
pub struct PostgresGuard {
    endpoint: String,
    database: Arc<Database>,
    lease: Duration,
}

impl PostgresGuard {
    pub(crate) fn new(endpoint: String, database: Arc<Database>) -> Self {
        Self { endpoint, database, lease: LEASE }
    }

    /// Sets how long a reservation lasts, unless it is extended. The default is 30 s.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Changes the row with this token, if it is reserved.
    async fn change(&self, sql: &str, id: &str, token: FencingToken, after: Duration) -> Result<LeaseState, BoxError> {
        let connection = self.database.worker().await?;
        let context = self.database.context(&connection)?;
        let (token, after) = (token.get().cast_signed(), millis(after));
        let parameters = [
            context.now_parameter(),
            (&self.endpoint, Type::TEXT),
            (&id, Type::TEXT),
            (&token, Type::INT8),
            (&after, Type::INT8),
        ];
        let rows = connection.run(context.execute(sql, &parameters)).await?;
        Ok(if rows > 0 { LeaseState::Held } else { LeaseState::Expired })
    }
}

impl fmt::Debug for PostgresGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresGuard").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl ReplayGuard for PostgresGuard {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async move {
            let connection = self.database.worker().await?;
            let context = self.database.context(&connection)?;
            Ok(connection.run(reserve(context, &self.endpoint, id, body, self.lease)).await?)
        })
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        const SQL: &str = "UPDATE webhook_guard SET at = :now + $5
            WHERE endpoint = $2 AND id = $3 AND token = $4 AND NOT is_handled";
        Box::pin(self.change(SQL, id, token, self.lease))
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        const SQL: &str = "UPDATE webhook_guard SET is_handled = true, at = :now FROM :durable
            WHERE endpoint = $2 AND id = $3 AND token = $4 AND NOT is_handled";
        Box::pin(self.change(SQL, id, token, Duration::ZERO))
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        const SQL: &str = "DELETE FROM webhook_guard
            WHERE endpoint = $2 AND id = $3 AND token = $4 AND NOT is_handled";
        Box::pin(async move { self.change(SQL, id, token, Duration::ZERO).await.map(drop) })
    }
}

/// Each new id makes room for itself.
const RESERVE: &str = "\
WITH purged AS (
    DELETE FROM webhook_guard WHERE (endpoint, id) IN (
        SELECT endpoint, id FROM webhook_guard
        WHERE is_handled AND at <= :now - $6 AND (endpoint, id) <> ($2, $3) LIMIT 2
        FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO webhook_guard AS g (endpoint, id, digest, token, is_handled, at)
SELECT $2, $3, $4, nextval('webhook_guard_token'), false, :now + $5 FROM :durable
ON CONFLICT (endpoint, id) DO UPDATE SET digest = excluded.digest, token = excluded.token, at = excluded.at
    WHERE NOT g.is_handled AND g.at <= :now
RETURNING token";

async fn reserve(
    context: Context<'_>,
    endpoint: &str,
    id: &str,
    body: &BodyDigest,
    lease: Duration,
) -> Sql<Reservation> {
    const KNOWN: &str = "SELECT digest, is_handled FROM webhook_guard WHERE endpoint = $1 AND id = $2";
    let digest = &body.as_bytes()[..];
    let (until, retention) = (millis(lease), millis(RETENTION));
    let key = [(&endpoint as _, Type::TEXT), (&id as _, Type::TEXT)];
    let parameters = [
        context.now_parameter(),
        key[0].clone(),
        key[1].clone(),
        (&digest, Type::BYTEA),
        (&until, Type::INT8),
        (&retention, Type::INT8),
    ];
    for _ in 0..ATTEMPTS {
        if let [row] = &context.rows(RESERVE, &parameters).await?[..] {
            let token = FencingToken::new(get::<i64>(row, 0)?.cast_unsigned());
            return Ok(Reservation::Reserved(Lease::with_ttl(token, lease)));
        }
        if let [row] = &context.rows(KNOWN, &key).await?[..] {
            let is_handled = get(row, 1)?;
            return Ok(if is_handled { Reservation::Handled(digest_of(get(row, 0)?)?) } else { Reservation::Running });
        }
    }
    Err(other("an id is released again and again while it is reserved"))
}
