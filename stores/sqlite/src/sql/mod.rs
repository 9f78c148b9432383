//! The statements, each within a transaction of the caller.

mod claims;
mod entries;
mod import;
mod operations;

use std::time::Duration;

use rusqlite::OptionalExtension;
use webhook_inbox::store::{Key, State, StoreError};
use webhook_receiver::serde_json;

pub use claims::MARK_DONE;
pub(crate) use claims::{claim, extend, finish, has_claimable};
pub(crate) use entries::{endpoints, insert, list, stats};
pub(crate) use import::{identity, import, import_versions, set_incoming, versions};
pub(crate) use operations::{erase, purge, replay, set_paused};

use crate::error::store_error;
use crate::session::Session;

type Sql<T> = Result<T, StoreError>;

/// Adds the kind to an error of SQLite.
trait Context<T> {
    fn typed(self) -> Sql<T>;
}

impl<T> Context<T> for rusqlite::Result<T> {
    fn typed(self) -> Sql<T> {
        self.map_err(|error| store_error(&error))
    }
}

/// Removes a body, with everything that may have been taken from it except the reason.
const WITHOUT_BODY: &str = "event_type = NULL, order_key = NULL, version = NULL, bytes = NULL";

/// An entry without a row in `webhook_pending` is done.
fn state(number: i16) -> State {
    State::from_number(number).unwrap_or(State::Done)
}

fn sequence(session: &Session, key: &Key) -> Sql<Option<i64>> {
    session
        .prepare("SELECT sequence FROM webhook_seen WHERE endpoint = ?1 AND id = ?2")
        .and_then(|mut found| found.query_row([&key.endpoint, &key.id], |row| row.get(0)).optional())
        .typed()
}

/// A list as one parameter. `None` if it is empty, which means any.
fn json<T: webhook_receiver::serde::Serialize>(list: &[T]) -> Option<String> {
    if list.is_empty() { None } else { Some(json_list(list)) }
}

fn json_list<T: webhook_receiver::serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

fn count(rows: usize) -> u64 {
    rows.try_into().unwrap_or(u64::MAX)
}

fn limit(rows: usize) -> i64 {
    rows.try_into().unwrap_or(i64::MAX)
}

/// Of a sequence or a token.
fn number(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
