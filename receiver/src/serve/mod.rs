//! A server that limits what `axum::serve` and a plain `hyper` leave open: how long a request may take to arrive, how long a
//! connection may be idle, how many there are, and how the process ends.
//!
//! ```no_run
//! # async fn example<Acme: webhook_receiver::Webhooks>(service: webhook_receiver::ReceiverService<Acme>) -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! webhook_receiver::serve::Server::new().route_service("/webhooks/acme", service).run(listener).await
//! # }
//! ```
//!
//! HTTP/1 only, which is what senders of webhooks speak to a receiver. TLS is for a proxy in front.

mod connection;
mod endpoints;
mod room;
mod signal;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tower_service::Service;

use crate::{BoxError, BoxFuture, ReceiverService, Webhooks};
use endpoints::Endpoints;
use room::Room;

pub(crate) use room::Ticket;

/// A server for webhooks, and for whatever else there is.
#[must_use = "a server does nothing until it runs"]
pub struct Server {
    endpoints: Endpoints,
    limits: Limits,
    max_connections: usize,
    shutdown_timeout: Duration,
    shutdown: Option<BoxFuture<'static, ()>>,
}

/// How long a connection may take.
#[derive(Clone, Copy)]
struct Limits {
    header: Duration,
    idle: Duration,
}

/// Whether connections go on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// Requests that have begun are answered.
    Finishing,
    /// The shutdown timeout has passed.
    Closing,
}

impl Server {
    /// A server that answers everything with 404.
    pub fn new() -> Self {
        Self {
            endpoints: Endpoints::default(),
            limits: Limits { header: Duration::from_secs(10), idle: Duration::from_mins(1) },
            max_connections: 512,
            shutdown_timeout: Duration::from_secs(25),
            shutdown: None,
        }
    }

    /// Receives webhooks at this path, exactly: no trailing slash and no redirect. The query does not matter.
    ///
    /// # Panics
    ///
    /// If the path does not begin with `/`, or is taken.
    #[track_caller]
    pub fn route_service<W: Webhooks>(mut self, path: &str, service: ReceiverService<W>) -> Self {
        self.endpoints.add(path, service);
        self
    }

    /// Has every other request answered by this service, such as an `axum::Router`; by 404 unless set. Nothing tells which
    /// of these requests matter, so that their connections are kept until they are answered: it should not take long.
    pub fn fallback_service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
        S: Clone + Send + Sync + 'static,
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.endpoints.fallback_service(service);
        self
    }

    /// How long the head of a request may take to arrive, from the moment that it is waited for; 10 s unless set. So a
    /// connection is also closed if no other request follows for as long.
    pub fn header_timeout(mut self, limit: Duration) -> Self {
        self.limits.header = limit;
        self
    }

    /// How long a connection may stay without a request that is being answered; 60 s unless set. Ends those whose client
    /// does not read the answers.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// How many connections there may be; 512 unless set, and at least one. Stay well below the number of files that the
    /// process may open.
    ///
    /// Where there are as many, a new connection takes the place of the oldest one that has not brought a verified
    /// delivery. So senders get through even while somebody opens connections and keeps them.
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.max_connections = limit.max(1);
        self
    }

    /// How long to wait when stopped, for answers first and then for handlers that outlive their connection; 25 s unless
    /// set. Service managers kill a process after some time, often 30 s.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Stops when this future ends, instead of at SIGTERM or SIGINT.
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Some(Box::pin(signal));
        self
    }

    /// Serves until the process gets SIGTERM or SIGINT (Ctrl-C), or until the
    /// [given signal](Self::with_graceful_shutdown). Then accepts no new connection, answers the requests that have begun,
    /// and waits until no handler is running, all within the [shutdown timeout](Self::shutdown_timeout). The sender sends
    /// again what is not answered by then.
    ///
    /// Errors of the listener, such as too many open files, are logged and do not end the server.
    ///
    /// # Errors
    ///
    /// If the process cannot be notified of signals.
    pub async fn run(self, listener: TcpListener) -> io::Result<()> {
        let Self { endpoints, limits, max_connections, shutdown_timeout, shutdown } = self;
        let shutdown = match shutdown {
            Some(signal) => signal,
            None => Box::pin(signal::stop()?),
        };
        let endpoints = Arc::new(endpoints);
        let room = Arc::new(Room::new(max_connections));
        let phase = watch::Sender::new(Phase::Serving);
        let accept = async {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let ticket = room.enter().await;
                        let endpoints = Arc::clone(&endpoints);
                        tokio::spawn(connection::serve(stream, endpoints, limits, ticket, phase.subscribe()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no connection accepted");
                        room.evict();
                        sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        };
        tokio::select! {
            () = accept => {}
            () = shutdown => {}
        }
        drop(listener);
        tracing::info!("stopping: no new connections, running handlers finish");
        let deadline = Instant::now() + shutdown_timeout;
        phase.send_replace(Phase::Finishing);
        if timeout_at(deadline, room.empty()).await.is_err() {
            tracing::warn!("no longer waiting for connections that stay open");
        }
        phase.send_replace(Phase::Closing);
        if timeout_at(deadline, endpoints.idle()).await.is_err() {
            tracing::warn!("no longer waiting for handlers");
        }
        Ok(())
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
