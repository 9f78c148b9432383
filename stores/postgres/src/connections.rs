//! Connections that several calls share, one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::error::{other, store_error};
use crate::tls::Connector;

/// Where connections lead.
#[derive(Clone)]
pub(crate) struct Server(Arc<Address>);

struct Address {
    config: Config,
    connector: Connector,
    timeout: Duration,
}

/// A limited number of connections, which are opened when they are needed.
#[derive(Clone)]
pub(crate) struct Connections {
    server: Server,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Session>>>,
}

struct Session {
    client: Client,
    /// Reads and writes the socket.
    task: JoinHandle<()>,
}

/// A connection for one call. It is used again only if the call succeeds: after an error, nothing is certain, and the next
/// connection may find a server that works.
pub(crate) struct Connection {
    session: Option<Session>,
    is_clean: Mutex<bool>,
    connections: Connections,
    _permit: OwnedSemaphorePermit,
}

impl Server {
    pub(crate) fn new(config: Config, connector: Connector, timeout: Duration) -> Self {
        Self(Arc::new(Address { config, connector, timeout }))
    }

    async fn connect(&self) -> Result<Session, StoreError> {
        let Address { config, connector, timeout: limit } = &*self.0;
        let (client, connection) = timeout(*limit, config.connect(Connector::clone(connector)))
            .await
            .map_err(|_| StoreError::new(StoreErrorKind::Unavailable, "the server does not answer"))?
            .map_err(|error| store_error(&error))?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(error = %store_error(&error), "a connection has ended");
            }
        });
        Ok(Session { client, task })
    }
}

impl Connections {
    pub(crate) fn new(server: Server, number: usize) -> Self {
        Self { server, permits: Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS))), idle: Arc::default() }
    }

    /// Waits until a connection is free, and opens it if necessary.
    pub(crate) async fn get(&self) -> Result<Connection, StoreError> {
        let permit = timeout(self.server.0.timeout, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError::new(StoreErrorKind::Busy, "no connection is free"))?
            .map_err(other)?;
        let session = match self.idle() {
            Some(session) => session,
            None => self.server.connect().await?,
        };
        let connections = self.clone();
        Ok(Connection { session: Some(session), is_clean: Mutex::new(true), connections, _permit: permit })
    }

    fn idle(&self) -> Option<Session> {
        let mut idle = lock(&self.idle);
        idle.retain(|session| !session.client.is_closed());
        idle.pop()
    }
}

impl Connection {
    pub(crate) fn client(&self) -> &Client {
        // It is taken only when this is dropped.
        &self.session.as_ref().expect("a connection that is in use").client
    }

    /// Does something with the client, in limited time.
    pub(crate) async fn run<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        *lock(&self.is_clean) = false;
        let Address { connector, timeout: limit, .. } = &*self.connections.server.0;
        let Ok(result) = timeout(*limit, call).await else {
            // What the server does might hold locks.
            let (cancel, connector, limit) = (self.client().cancel_token(), Connector::clone(connector), *limit);
            tokio::spawn(timeout(limit, async move { cancel.cancel_query(connector).await }));
            return Err(StoreError::new(StoreErrorKind::Busy, "the server did not answer in time"));
        };
        *lock(&self.is_clean) = result.is_ok();
        result
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if *lock(&self.is_clean) && !session.client.is_closed() {
            lock(&self.connections.idle).push(session);
        } else {
            session.task.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
