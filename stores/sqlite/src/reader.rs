//! Reads beside the thread that writes.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::connection::{File, Identity};
use crate::session::Session;

/// A session of its own, which a long list does not share with the writer.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    file: File,
    /// Opened when it is needed, and again after an error, or if the file was replaced.
    session: Arc<Mutex<Option<Opened>>>,
}

#[derive(Debug)]
struct Opened {
    session: Session,
    identity: Option<Identity>,
}

impl Reader {
    pub(crate) fn new(file: File) -> Self {
        Self { file, session: Arc::default() }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn close(&self) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        let task = spawn_blocking(move || {
            let mut guard = this.session.lock().unwrap_or_else(PoisonError::into_inner);
            let identity = this.file.identity();
            let session = match guard.take() {
                Some(opened) if opened.identity == identity => opened.session,
                _ => Session::new(this.file.open_to_read()?)?,
            };
            let result = read(&session);
            if result.is_ok() {
                *guard = Some(Opened { session, identity });
            }
            result
        });
        task.await.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?
    }
}
