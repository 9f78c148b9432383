//! The statements. Each is a transaction of its own, or part of one. The frequent ones are functions of the schema,
//! which each session plans once.
//!
//! They have no name, and their parameters have types: so one round trip is enough, and no session keeps anything. Rows of
//! `webhook_pending` are locked in the order of their sequence, and keys and versions are written in their order, so that calls
//! of several connections do not wait for each other in a circle. A replay begins with the lock that claims share.
//!
//! There are exceptions, which PostgreSQL ends with an error that is `Busy`, after which the caller repeats the call: a batch
//! with several ends of one key; effects that lock rows of other tables.

mod claims;
mod columns;
mod ends;
mod entries;
mod import;
mod insert;
mod operations;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row};
use webhook_inbox::store::{Key, State, StoreError, crash_point};

pub(crate) use claims::{claim, extend, has_claimable};
pub(crate) use ends::finish;
pub(crate) use entries::{digest_of, endpoints, list, stats};
pub(crate) use import::{identity, import, import_versions, set_incoming, versions};
pub(crate) use insert::insert;
pub(crate) use operations::{erase, purge, replay, set_paused};

use crate::error::store_error;
use crate::schema::Schema;

pub(crate) type Sql<T> = Result<T, StoreError>;
type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The time of the clock if there is one, else that of the server when it received the statement, in milliseconds since 1970.
const NOW: &str = "coalesce($1, (extract(epoch FROM statement_timestamp()) * 1000)::bigint)";
/// A part of `FROM` without which the answer to a commit would not wait for the disk, if the server or the role has set that.
const DURABLE: &str = "(SELECT set_config('synchronous_commit', \
    replace(current_setting('synchronous_commit'), 'off', 'on'), true)) AS durable";

/// What statements are run with.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) schema: &'a Schema,
    /// `None` if the clock is that of the server.
    pub(crate) now: Option<i64>,
}

impl Context<'_> {
    /// Replaces `:now`, for which the first parameter must be [`now`](Self::now_parameter), `:durable`, and the names of tables.
    fn text(&self, sql: &str) -> String {
        self.schema.qualify(&sql.replace(":now", NOW).replace(":durable", DURABLE))
    }

    pub(crate) fn now_parameter(&self) -> Parameter<'_> {
        (&self.now, Type::INT8)
    }

    pub(crate) async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Sql<Vec<Row>> {
        self.client.query_typed(&self.text(sql), parameters).await.map_err(|error| store_error(&error))
    }

    /// Returns how many rows were changed.
    pub(crate) async fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Sql<u64> {
        self.client.execute_typed(&self.text(sql), parameters).await.map_err(|error| store_error(&error))
    }

    /// Runs statements without parameters, such as those that begin and end transactions.
    async fn batch(&self, sql: &str) -> Sql<()> {
        self.client.batch_execute(sql).await.map_err(|error| store_error(&error))
    }
}

/// Makes a call that is one statement and so a transaction of its own, and marks the point at which the statement is on its way:
/// if the process ends there, the server may commit it or not.
async fn in_flight<T>(point: &'static str, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    // The first poll gives it to the task of the connection.
    if let Poll::Ready(result) = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
        return result;
    }
    crash_point(point);
    call.await
}

/// Removes a body, with everything that may have been taken from it except the reason.
const WITHOUT_BODY: &str = "event_type = NULL, order_key = NULL, version = NULL, bytes = NULL";

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

pub(crate) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Sql<T> {
    row.try_get(column).map_err(|error| store_error(&error))
}

/// An entry without a row in `webhook_pending` is done.
fn state(number: i16) -> State {
    State::from_number(number).unwrap_or(State::Done)
}

/// Keys as two parameters.
fn columns<'a>(keys: impl IntoIterator<Item = &'a Key>) -> (Vec<&'a str>, Vec<&'a str>) {
    keys.into_iter().map(|key| (&key.endpoint[..], &key.id[..])).unzip()
}

/// The place in a batch of a row that has its number, from 1, in this column.
fn place(row: &Row, column: usize) -> Sql<usize> {
    Ok(usize::try_from(get::<i64>(row, column)?).unwrap_or_default().saturating_sub(1))
}

/// At most about a hundred million years, so that a sum with a time does not overflow.
pub(crate) fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX).min(i64::MAX / 4)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}

fn limit(rows: usize) -> i64 {
    rows.try_into().unwrap_or(i64::MAX)
}

/// A sequence, or a number of bytes.
fn number(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
