use std::path::{PathBuf, absolute};
use std::time::Duration;

use tokio::task::spawn_blocking;
use webhook_inbox::store::{
    Claim, ClaimId, ClaimRequest, Clock, Entry, Finish, Finished, Identity, Imported, Inserted, Key, NewEntry, Page,
    Part, Replayed, Selection, Stats, StoreError, StoreErrorKind, Version,
};
use webhook_inbox::{Retention, Store};
use webhook_receiver::LeaseState;

use crate::backup::backup;
use crate::connection::{File, check_content};
use crate::error::of_file;
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{SqliteEffect, SqliteGuard, schema, sql};

/// A [`Store`] in one SQLite file. Clones share it.
///
/// What was stored survives a crash of the process and of the machine: the file has a write-ahead log, and each commit
/// waits until it is on the disk. Deliveries that arrive while one commit is on its way share the next.
///
/// Several processes on one machine can use the file. Handlers can keep their own tables in it, and change them in the
/// transaction of the done mark, see [`SqliteEffect`].
///
/// Needs a Tokio runtime for everything except opening.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    clock: Clock,
    writer: Writer,
    reader: Reader,
}

/// How a [`SqliteStore`] is opened.
#[derive(Clone, Debug)]
#[must_use = "a file is not opened until `open` is called"]
pub struct SqliteOptions {
    file: File,
    clock: Clock,
    checks_content: bool,
    must_exist: bool,
}

impl SqliteOptions {
    /// The file at this path, with default settings.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let file = File { path: path.into(), allows_network: false, synchronous: "FULL" };
        Self { file, clock: Clock::system(), checks_content: true, must_exist: false }
    }

    /// Replaces the system clock, for tests.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Does not look for damage when the file is opened. Looking takes about a second for each gigabyte.
    pub fn without_check(self) -> Self {
        Self { checks_content: false, ..self }
    }

    /// Opens only a file that an inbox has created, and changes no table when it opens it. For tools, which should not
    /// create an empty store because a path is misspelled.
    pub fn existing(self) -> Self {
        Self { must_exist: true, ..self }
    }

    /// Opens a file that is on a network file system. SQLite relies on locks and shared memory, which most of them do not have:
    /// deliveries can be lost, and the file damaged.
    pub fn dangerously_allow_network_file_system(mut self) -> Self {
        self.file.allows_network = true;
        self
    }

    /// Does not wait until a commit is on the disk. An answer of 200 then promises nothing if the machine loses power.
    /// For tests that show this.
    pub fn dangerously_without_sync(mut self) -> Self {
        self.file.synchronous = "NORMAL";
        self
    }

    /// Opens the file, and creates it and its tables if they do not exist. Only its owner can then read it (on Unix).
    ///
    /// # Errors
    ///
    /// If the file is damaged, is on a network file system, cannot be written, or has tables of a later version.
    pub fn open(self) -> Result<SqliteStore, StoreError> {
        let path = self.file.path.clone();
        self.opened().map_err(|error| of_file(&path, error))
    }

    fn opened(mut self) -> Result<SqliteStore, StoreError> {
        if self.file.path.as_os_str() == ":memory:" {
            let text = "it would be lost with the process: use `MemoryStore` in tests";
            return Err(StoreError::new(StoreErrorKind::Other, text));
        }
        // It is opened again later, even if the process has changed its folder.
        self.file.path = absolute(&self.file.path).map_err(|error| StoreError::new(StoreErrorKind::Other, error))?;
        self.file.check()?;
        if self.must_exist && !self.file.path.exists() {
            let text = format!("`{}` does not exist", self.file.path.display());
            return Err(StoreError::new(StoreErrorKind::Unavailable, text));
        }
        let mut connection = if self.must_exist { self.file.open_existing()? } else { self.file.open()? };
        if self.checks_content {
            check_content(&connection)?;
        }
        if self.must_exist {
            schema::check(&connection, schema::MIGRATIONS)?;
        } else {
            schema::migrate(&mut connection, schema::MIGRATIONS)?;
        }
        let reader = Reader::new(self.file.clone());
        Ok(SqliteStore { clock: self.clock, writer: Writer::start(self.file, connection)?, reader })
    }
}

impl SqliteStore {
    /// Opens the file at this path, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// Like [`SqliteOptions::open`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        SqliteOptions::new(path).open()
    }

    /// Copies the file while it is used, as it is after a commit. The copy is durable when this returns, only its owner can
    /// read it (on Unix), and it has nothing that was removed from the file.
    ///
    /// It has its name when it is complete. Until then, it is a temporary file in the same folder, which is removed after an
    /// error, but not if the process is killed.
    ///
    /// # Errors
    ///
    /// If there is a file at this path, or it cannot be written.
    pub async fn backup(&self, to: impl Into<PathBuf>) -> Result<(), StoreError> {
        let to = to.into();
        self.with_file(move |file| backup(file, &to)).await
    }

    /// Writes the log beside the file back to it, and empties the log. Returns false if another connection reads an older state
    /// from it, for which this waits for a second at most.
    ///
    /// [`erase`](Store::erase) does so as well, and [`import`](Store::import) if it erases: until then, the log has what was
    /// erased.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        self.with_file(File::empty_log).await
    }

    /// Closes the file when everything is written. The last process that does so removes the log beside it. It is opened
    /// again if a clone is used.
    pub async fn close(self) {
        self.reader.close();
        self.writer.close().await;
    }

    /// Empties the log, which still has what was erased. That it was erased is durable, even if this fails.
    async fn forget_erased(&self) {
        match self.empty_log().await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the log still has what was erased: another connection reads from it"),
            Err(error) => tracing::warn!(%error, "the log still has what was erased"),
        }
    }

    async fn with_file<T: Send + 'static>(
        &self,
        work: impl FnOnce(&File) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = self.reader.file().clone();
        let work = spawn_blocking(move || work(&file));
        work.await.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?
    }

    /// A replay guard in the same file, for a receiver without an inbox. A guard belongs to one endpoint.
    pub fn replay_guard(&self, endpoint: impl Into<String>) -> SqliteGuard {
        SqliteGuard::new(endpoint.into(), self.writer.clone(), self.clock.clone())
    }
}

impl Store for SqliteStore {
    type Effect = SqliteEffect;

    async fn insert(&self, batch: Vec<NewEntry>) -> Result<Vec<Inserted>, StoreError> {
        let clock = self.clock.clone();
        self.writer.write(move |session| sql::insert(session, &batch, clock.millis()?)).await
    }

    /// One thread writes. Meanwhile, callers get the answers to the other call and prepare their next requests, so it need not
    /// wait for them.
    fn inserts_overlap_below(&self) -> Duration {
        Duration::from_micros(16)
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, StoreError> {
        let (clock, request) = (self.clock.clone(), request.clone());
        self.writer.write(move |session| sql::claim(session, &request, clock.millis()?)).await
    }

    async fn has_claimable(&self, request: &ClaimRequest) -> Result<bool, StoreError> {
        let (clock, request) = (self.clock.clone(), request.clone());
        self.reader.read(move |session| sql::has_claimable(session, &request, clock.millis()?)).await
    }

    async fn extend(&self, claims: &[ClaimId], lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        let (clock, claims) = (self.clock.clone(), claims.to_vec());
        self.writer.write(move |session| sql::extend(session, &claims, lease, clock.millis()?)).await
    }

    async fn finish(&self, batch: Vec<Finish<SqliteEffect>>) -> Result<Vec<Finished>, StoreError> {
        let clock = self.clock.clone();
        self.writer.write(move |session| sql::finish(session, batch, clock.millis()?)).await
    }

    async fn list(&self, selection: &Selection, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let (selection, page) = (selection.clone(), page.clone());
        self.reader.read(move |session| sql::list(session, &selection, &page)).await
    }

    async fn replay(&self, selection: &Selection, part: Part, limit: usize) -> Result<Replayed, StoreError> {
        let (clock, selection) = (self.clock.clone(), selection.clone());
        self.writer.write(move |session| sql::replay(session, &selection, part, limit, clock.millis()?)).await
    }

    async fn erase(&self, keys: &[Key], reason: &str) -> Result<u64, StoreError> {
        let (clock, keys, reason) = (self.clock.clone(), keys.to_vec(), reason.to_owned());
        let erased = self.writer.write(move |session| sql::erase(session, &keys, &reason, clock.millis()?)).await?;
        self.forget_erased().await;
        Ok(erased)
    }

    async fn set_paused(&self, endpoint: &str, is_paused: bool) -> Result<(), StoreError> {
        let endpoint = endpoint.to_owned();
        self.writer.write(move |session| sql::set_paused(session, &endpoint, is_paused)).await
    }

    async fn purge(&self, retention: &Retention, limit: usize) -> Result<u64, StoreError> {
        let (clock, retention) = (self.clock.clone(), *retention);
        self.writer.write(move |session| sql::purge(session, &retention, limit, clock.millis()?)).await
    }

    async fn stats(&self, endpoint: &str) -> Result<Stats, StoreError> {
        let (clock, endpoint) = (self.clock.clone(), endpoint.to_owned());
        self.reader.read(move |session| sql::stats(session, &endpoint, clock.millis()?)).await
    }

    async fn endpoints(&self) -> Result<Vec<String>, StoreError> {
        self.reader.read(sql::endpoints).await
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<Vec<Imported>, StoreError> {
        let clock = self.clock.clone();
        let (imported, has_erased) =
            self.writer.write(move |session| sql::import(session, &entries, clock.millis()?)).await?;
        if has_erased {
            self.forget_erased().await;
        }
        Ok(imported)
    }

    async fn identity(&self) -> Result<Identity, StoreError> {
        self.reader.read(sql::identity).await
    }

    async fn set_incoming(&self, from: Option<&str>) -> Result<(), StoreError> {
        let from = from.map(str::to_owned);
        self.writer.write(move |session| sql::set_incoming(session, from.as_deref())).await
    }

    async fn versions(&self, after: Option<(&str, &str)>, limit: usize) -> Result<Vec<Version>, StoreError> {
        let after = after.map(|(endpoint, key)| (endpoint.to_owned(), key.to_owned()));
        self.reader.read(move |session| sql::versions(session, after, limit)).await
    }

    async fn import_versions(&self, versions: Vec<Version>) -> Result<(), StoreError> {
        self.writer.write(move |session| sql::import_versions(session, &versions)).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rusqlite::Connection;
    use tempfile::TempDir;
    use webhook_receiver::BodyDigest;
    use webhook_receiver::bytes::Bytes;

    use super::*;
    use crate::error::store_error;
    use crate::session::Session;

    fn file(folder: &TempDir) -> PathBuf {
        folder.path().join("inbox.sqlite")
    }

    async fn insert(store: &SqliteStore, id: &str, size: usize) -> Result<Inserted, StoreErrorKind> {
        let bytes = Bytes::from(vec![b'x'; size]);
        let (key, digest) = (Key::new("acme", id), BodyDigest::of(&bytes));
        let entry = NewEntry { key, digest, event_type: None, order: None, bytes };
        store.insert(vec![entry]).await.map(|inserted| inserted[0]).map_err(|error| error.kind())
    }

    /// A setting of the connection that writes.
    async fn set(store: &SqliteStore, pragma: &'static str, value: &'static str) {
        let set = move |session: &Session| session.set(pragma, value).map_err(|error| store_error(&error));
        store.writer.write(set).await.unwrap();
    }

    #[tokio::test]
    async fn f13_d08_a_full_file_is_an_error_until_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(file(&folder)).unwrap();
        assert_eq!(insert(&store, "1", 100).await, Ok(Inserted::New));
        // The limit of the connection is that of its file system here.
        set(&store, "max_page_count", "60").await;
        assert_eq!(insert(&store, "large", 1_000_000).await, Err(StoreErrorKind::Full));
        // The file was opened again, without the limit.
        assert_eq!(insert(&store, "large", 1_000_000).await, Ok(Inserted::New));
        assert_eq!(insert(&store, "2", 100).await, Ok(Inserted::New));
        let page = Page { after: 0, limit: 10, max_bytes: None };
        assert_eq!(store.list(&Selection::default(), &page).await.unwrap().len(), 3);
        let connection = Connection::open(file(&folder)).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(file(&folder)).unwrap();
        insert(&store, "1", 100).await.unwrap();
        set(&store, "query_only", "ON").await;
        assert_eq!(insert(&store, "2", 100).await, Err(StoreErrorKind::ReadOnly));
        assert_eq!(insert(&store, "2", 100).await, Ok(Inserted::New));
    }
}
