use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, Entry, Finish, Finished, Identity, Imported, Inserted, Key, NewEntry, Page, Part,
    Replayed, Selection, Stats, StoreError, StoreErrorKind, Version,
};
use webhook_inbox::{Retention, Store};
use webhook_receiver::LeaseState;

use crate::database::Database;
use crate::{MARK_DONE, PostgresEffect, PostgresGuard, PostgresOptions, schema, sql};

/// How long inserts wait for a server that is not there: its restart is a delay, not an error.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A [`Store`] in a PostgreSQL database. Clones share it.
///
/// What was acknowledged survives a crash of the server: the commit waits for the disk, even if `synchronous_commit` is off for
/// the role or the server. Only extended leases and purges do not wait then. Several processes on several machines can use the
/// database. Their clock is the server's.
///
/// Connections are opened when they are needed, and again after an error. New deliveries wait up to 5 s for a server that
/// is restarted; everything else fails at once, and the inbox tries it again.
///
/// Needs a Tokio runtime with time and I/O.
#[derive(Clone)]
pub struct PostgresStore(Arc<Database>);

impl PostgresOptions {
    /// Connects, and creates the tables or brings them to this version. If other processes do so at the same time, one of them
    /// does it, and the others wait.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or the role has not the rights; if the tables are of a version that this crate does not
    /// know; or if the database is not suitable: its encoding is not UTF-8, or transactions are not `read committed` by
    /// default.
    pub async fn connect(self) -> Result<PostgresStore, StoreError> {
        Ok(PostgresStore(Arc::new(self.open().await?)))
    }
}

impl PostgresStore {
    /// Connects to the database with this URL, and creates the tables if they do not exist.
    ///
    /// # Errors
    ///
    /// Like [`PostgresOptions::new`] and [`PostgresOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        PostgresOptions::new(url)?.connect().await
    }

    /// A replay guard in the same database, for a receiver without an inbox. A guard belongs to one endpoint.
    pub fn replay_guard(&self, endpoint: impl Into<String>) -> PostgresGuard {
        PostgresGuard::new(endpoint.into(), Arc::clone(&self.0))
    }

    /// [`MARK_DONE`] for the schema of this store.
    pub fn mark_done(&self) -> String {
        self.0.schema.qualify(&MARK_DONE.replace(&format!("{}.", schema::DEFAULT), ""))
    }

    async fn insert_once(&self, batch: &[NewEntry]) -> Result<Vec<Inserted>, StoreError> {
        let connection = self.0.writers.get().await?;
        let context = self.0.context(&connection)?;
        connection.run(sql::insert(context, batch)).await
    }
}

impl Store for PostgresStore {
    type Effect = PostgresEffect;

    /// If a connection is lost before the answer, nothing says whether the batch was stored. Once more, it is a duplicate of
    /// itself, which is answered as well as if it were new.
    async fn insert(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(10);
        loop {
            match self.insert_once(&batch).await {
                Err(error) if error.kind() == StoreErrorKind::Unavailable && Instant::now() + pause < deadline => {
                    tracing::debug!(%error, "deliveries wait for the server");
                    sleep(pause).await;
                    pause = (2 * pause).min(LONGEST_PAUSE);
                }
                result => return result,
            }
        }
    }

    /// The server has a process for each connection. Measured with 16 callers: at 60 µs, two calls are faster by a third; at
    /// 120 µs, one is faster by an eighth.
    fn inserts_overlap_below(&self) -> Duration {
        Duration::from_micros(80)
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::claim(self.0.context(&connection)?, request)).await
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::has_claimable(self.0.context(&connection)?, request)).await
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::extend(self.0.context(&connection)?, claims, lease)).await
    }

    async fn finish(&self, batch: Vec<Finish<PostgresEffect>>) -> Result<Vec<Finished>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::finish(self.0.context(&connection)?, batch)).await
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::list(self.0.context(&connection)?, selection, page)).await
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::replay(self.0.context(&connection)?, selection, part, limit)).await
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::erase(self.0.context(&connection)?, keys, reason)).await
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::set_paused(self.0.context(&connection)?, endpoint, is_paused)).await
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::purge(self.0.context(&connection)?, retention, limit)).await
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::stats(self.0.context(&connection)?, endpoint)).await
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::endpoints(self.0.context(&connection)?)).await
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::import(self.0.context(&connection)?, &entries)).await
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::identity(self.0.context(&connection)?)).await
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::set_incoming(self.0.context(&connection)?, from)).await
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::versions(self.0.context(&connection)?, after, limit)).await
    }

    async fn import_versions(&self, versions: Vec<Version>) -> Result<(), StoreError> {
        let connection = self.0.worker().await?;
        connection.run(sql::import_versions(self.0.context(&connection)?, &versions)).await
    }
}

/// Omits the address, which has a password.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.0.schema).finish_non_exhaustive()
    }
}
