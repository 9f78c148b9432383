//! Opens the file.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::error::{kind, store_error};
use crate::file_system::network_file_system;

/// Less than the inbox waits for the store, so that a request is answered with the reason.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The log is cut to this size when it is written back.
const LOG_BYTES: i64 = 64 * 1024 * 1024;

/// What is removed from a page is overwritten. What was a page of its own, as large bodies are, is overwritten when the page is
/// used again. Overwriting these as well costs a write for each, so only erasing and purging do.
pub(crate) const SECURE_DELETE: &str = "FAST";
/// How long emptying the log waits for others that read it. They cannot write during this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// How the file is opened.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) allows_network: bool,
    pub(crate) synchronous: &'static str,
}

/// Which file a path leads to: its device and number, if the system has them. Where it has not, on Windows, a file that is open can
/// be neither removed nor replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity([u64; 2]);

impl File {
    /// `None` if the file does not exist.
    pub(crate) fn identity(&self) -> Option<Identity> {
        fs::metadata(&self.path).ok().map(|found| Identity(numbers(&found)))
    }

    /// Refuses a file that is known not to work.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        // SQLite follows a symbolic link, and keeps the log beside the file that it leads to.
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let network = if self.allows_network { None } else { network_file_system(folder) };
        if let Some(kind) = network {
            let text =
                format!("`{}` is on a network file system ({kind}), where SQLite loses data", self.path.display());
            return Err(StoreError::new(StoreErrorKind::Unavailable, text));
        }
        // SQLite would begin an empty file, and delete the log of the lost one.
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let length = |path: &Path| fs::metadata(path).ok().map(|file| file.len());
        let lost = match length(&path) {
            None => "missing",
            Some(0) => "empty",
            Some(_) => return Ok(()),
        };
        if length(log.as_ref()).unwrap_or(0) == 0 {
            return Ok(());
        }
        let text = format!("`{}` is {lost}, but its log is still there", self.path.display());
        Err(StoreError::new(StoreErrorKind::Corrupt, text))
    }

    /// Opens the file for writing, and creates it if it does not exist.
    pub(crate) fn open(&self) -> Result<Connection, StoreError> {
        self.create();
        self.open_with(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a file that exists for writing.
    pub(crate) fn open_existing(&self) -> Result<Connection, StoreError> {
        self.open_with(OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Creates the file if it does not exist, so that only its owner can read it. If that fails, SQLite reports the error.
    fn create(&self) {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let _ = options.open(&self.path);
    }

    fn open_with(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        let connection = self.connect(flags)?;
        let mode = write_ahead(&connection)?;
        if mode != "wal" {
            let text = format!("`{}` cannot have a write-ahead log: its mode is {mode}", self.path.display());
            return Err(StoreError::new(StoreErrorKind::ReadOnly, text));
        }
        let pragmas = [
            ("synchronous", self.synchronous.to_owned()),
            ("secure_delete", SECURE_DELETE.to_owned()),
            ("journal_size_limit", LOG_BYTES.to_string()),
        ];
        for (name, value) in pragmas {
            let sql = format!("PRAGMA {name} = {value}");
            connection.execute_batch(&sql).map_err(|error| store_error(&error))?;
        }
        Ok(connection)
    }

    /// Writes the log back to the file and empties it. Returns false if another connection reads an older state from it.
    pub(crate) fn empty_log(&self) -> Result<bool, StoreError> {
        let connection = self.open_existing()?;
        connection.busy_timeout(PATIENCE).map_err(|error| store_error(&error))?;
        let is_busy: bool = connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(|error| store_error(&error))?;
        Ok(!is_busy)
    }

    /// Opens a file that exists, for reading.
    pub(crate) fn open_to_read(&self) -> Result<Connection, StoreError> {
        // Not read-only: a reader may have to create the shared memory beside the file.
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch("PRAGMA query_only = ON").map_err(|error| store_error(&error))?;
        Ok(connection)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|error| store_error(&error))?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| store_error(&error))?;
        connection.set_prepared_statement_cache_capacity(64);
        // Otherwise a statement that could use a partial index is prepared again whenever its parameters change.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|error| store_error(&error))?;
        Ok(connection)
    }
}

#[cfg(unix)]
fn numbers(file: &fs::Metadata) -> [u64; 2] {
    [file.dev(), file.ino()]
}

#[cfg(not(unix))]
fn numbers(_: &fs::Metadata) -> [u64; 2] {
    [0; 2]
}

/// Sets the mode of a new file, and returns the mode that it has then.
///
/// SQLite does not wait if another connection sets it at the same time, since that one could wait for this one.
fn write_ahead(connection: &Connection) -> Result<String, StoreError> {
    let begin = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
            Err(error) if kind(&error) == StoreErrorKind::Busy && begin.elapsed() < BUSY_TIMEOUT => {
                thread::sleep(Duration::from_millis(10));
            }
            result => return result.map_err(|error| store_error(&error)),
        }
    }
}

/// Looks for damage. Reads the whole file.
pub(crate) fn check_content(connection: &Connection) -> Result<(), StoreError> {
    let found: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| store_error(&error))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::new(StoreErrorKind::Corrupt, found)) }
}
