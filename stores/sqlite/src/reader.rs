//! Reads beside the thread that writes.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::task::spawn_blocking;
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::connection::File;

/// A connection of its own, which a long list does not share with the writer.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    file: File,
    /// Opened when it is needed, and again after an error.
    connection: Arc<Mutex<Option<Connection>>>,
}

impl Reader {
    pub(crate) fn new(file: File) -> Self {
        Self { file, connection: Arc::default() }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn close(&self) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        let task = spawn_blocking(move || {
            let mut guard = this.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match guard.take() {
                Some(connection) => connection,
                None => this.file.open_to_read()?,
            };
            let result = read(&connection);
            if result.is_ok() {
                *guard = Some(connection);
            }
            result
        });
        task.await.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?
    }
}
