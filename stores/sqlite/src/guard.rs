//! A replay guard in the same file.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use webhook_inbox::store::{Clock, StoreError};
use webhook_receiver::{BodyDigest, BoxError, BoxFuture, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};

use crate::error::store_error;
use crate::session::Session;
use crate::writer::Writer;

const LEASE: Duration = Duration::from_secs(30);
const RETENTION: Duration = Duration::from_hours(14 * 24);
/// Each new id makes room for itself.
const PURGE: i64 = 2;

/// A [`ReplayGuard`] in the file of a [`SqliteStore`](crate::SqliteStore), for a receiver without an inbox. Ids are
/// remembered for 14 days.
#[derive(Clone, Debug)]
pub struct SqliteGuard {
    endpoint: String,
    writer: Writer,
    clock: Clock,
    lease: Duration,
}

impl SqliteGuard {
    pub(crate) fn new(endpoint: String, writer: Writer, clock: Clock) -> Self {
        Self { endpoint, writer, clock, lease: LEASE }
    }

    /// Sets how long a reservation lasts, unless it is extended. The default is 30 s.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Changes the row with this token, if it is reserved.
    async fn change(
        &self,
        sql: &'static str,
        id: &str,
        token: FencingToken,
        after: Duration,
    ) -> Result<LeaseState, BoxError> {
        let (endpoint, id, clock) = (self.endpoint.clone(), id.to_owned(), self.clock.clone());
        let change = move |session: &Session| {
            let at = clock.millis()?.saturating_add(millis(after));
            let token = token.get().cast_signed();
            let rows = session
                .prepare(sql)
                .and_then(|mut statement| statement.execute(params![endpoint, id, token, at]))
                .map_err(|error| store_error(&error))?;
            Ok(if rows > 0 { LeaseState::Held } else { LeaseState::Expired })
        };
        Ok(self.writer.write(change).await?)
    }
}

impl ReplayGuard for SqliteGuard {
    fn reserve<'a>(&'a self, id: &'a str, body: &'a BodyDigest) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async move {
            let (endpoint, id, body) = (self.endpoint.clone(), id.to_owned(), *body);
            let (clock, lease) = (self.clock.clone(), self.lease);
            let reserve = move |session: &Session| reserve(session, &endpoint, &id, &body, clock.millis()?, lease);
            Ok(self.writer.write(reserve).await?)
        })
    }

    fn extend<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        const SQL: &str = "UPDATE webhook_guard SET at = ?4
            WHERE endpoint = ?1 AND id = ?2 AND token = ?3 AND NOT is_handled";
        Box::pin(self.change(SQL, id, token, self.lease))
    }

    fn commit<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<LeaseState, BoxError>> {
        const SQL: &str = "UPDATE webhook_guard SET is_handled = 1, at = ?4
            WHERE endpoint = ?1 AND id = ?2 AND token = ?3 AND NOT is_handled";
        Box::pin(self.change(SQL, id, token, Duration::ZERO))
    }

    fn release<'a>(&'a self, id: &'a str, token: FencingToken) -> BoxFuture<'a, Result<(), BoxError>> {
        const SQL: &str = "DELETE FROM webhook_guard
            WHERE endpoint = ?1 AND id = ?2 AND token = ?3 AND NOT is_handled AND ?4 IS NOT NULL";
        Box::pin(async move { self.change(SQL, id, token, Duration::ZERO).await.map(drop) })
    }
}

fn reserve(
    session: &Session,
    endpoint: &str,
    id: &str,
    body: &BodyDigest,
    now: i64,
    lease: Duration,
) -> Result<Reservation, StoreError> {
    let sql =
        || -> rusqlite::Result<Reservation> {
            let known: Option<([u8; 32], bool, i64)> = session
                .prepare("SELECT digest, is_handled, at FROM webhook_guard WHERE endpoint = ?1 AND id = ?2")?
                .query_row([endpoint, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            match known {
                Some((digest, true, _)) => return Ok(Reservation::Handled(BodyDigest::from_bytes(digest))),
                Some((_, false, until)) if now < until => return Ok(Reservation::Running),
                _ => {}
            }
            let token: i64 = session
                .prepare("UPDATE webhook_guard_token SET last = last + 1 RETURNING last")?
                .query_row([], |row| row.get(0))?;
            session
                .prepare("INSERT OR REPLACE INTO webhook_guard VALUES (?1, ?2, ?3, ?4, 0, ?5)")?
                .execute(params![endpoint, id, &body.as_bytes()[..], token, now.saturating_add(millis(lease))])?;
            session
                .prepare(
                    "DELETE FROM webhook_guard WHERE rowid IN (
                     SELECT rowid FROM webhook_guard WHERE is_handled AND at <= ?1 LIMIT ?2
                 )",
                )?
                .execute([now.saturating_sub(millis(RETENTION)), PURGE])?;
            Ok(Reservation::Reserved(Lease::with_ttl(FencingToken::new(token.cast_unsigned()), lease)))
        };
    sql().map_err(|error| store_error(&error))
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}
