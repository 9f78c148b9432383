//! A server with the limits that `axum::serve` and a plain `hyper` server do not set: time for a request to arrive, idle
//! time of a connection, number of connections, and graceful shutdown.
//!
//! ```no_run
//! # async fn example<Acme: webhook_receiver::Webhooks>(service: webhook_receiver::ReceiverService<Acme>) -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! webhook_receiver::serve::Server::new().route_service("/webhooks/acme", service).run(listener).await
//! # }
//! ```
//!
//! HTTP/1 only, which senders of webhooks use. Use a proxy in front for TLS.

mod connection;
mod endpoints;
mod request_body;
mod signal;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tower_service::Service;

use crate::client::Proxies;
pub use crate::client::{InvalidNetwork, Network, ProxyHeader};
use crate::pace::{Pace, Rate};
use crate::pool::Pool;
use crate::{BoxError, BoxFuture, WebhookService};
use connection::{Limits, Phase};
use endpoints::Endpoints;
pub use request_body::RequestBody;

/// How long services have to leave what still runs to the next process.
const STOP: Duration = Duration::from_secs(3);

/// A server for webhooks and other routes.
#[must_use = "a server does nothing until it runs"]
pub struct Server {
    endpoints: Endpoints,
    limits: Limits,
    max_connections: usize,
    client_share: Option<usize>,
    proxies: Proxies,
    shutdown_timeout: Duration,
    shutdown: Option<BoxFuture<'static, ()>>,
}

impl Server {
    /// A server that answers everything with 404.
    pub fn new() -> Self {
        Self {
            endpoints: Endpoints::default(),
            limits: Limits {
                header: Duration::from_secs(10),
                idle: Duration::from_mins(1),
                pace: Pace { timeout: Duration::from_secs(30), rate: Rate::DEFAULT },
            },
            max_connections: 512,
            client_share: None,
            proxies: Proxies::default(),
            shutdown_timeout: Duration::from_secs(25),
            shutdown: None,
        }
    }

    /// Receives webhooks at exactly this path, with a [`ReceiverService`](crate::ReceiverService) or a service in its
    /// place: no trailing slash and no redirect. The query is ignored.
    ///
    /// # Panics
    ///
    /// If the path does not begin with `/`, or is already used.
    #[track_caller]
    pub fn route_service<S: WebhookService>(mut self, path: &str, service: S) -> Self {
        self.endpoints.add(path, service);
        self
    }

    /// Sets the service for all other requests, such as an `axum::Router`. The default answers 404.
    ///
    /// Its requests have the same limits as webhooks. It is unknown which of them matter, so their connections may be closed
    /// for [new ones](Self::max_connections), and those that are not answered within the [idle
    /// timeout](Self::idle_timeout) are closed.
    pub fn fallback_service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<RequestBody>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
        S: Clone + Send + Sync + 'static,
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.endpoints.fallback_service(service);
        self
    }

    /// Sets how long the head of a request may take to arrive. The default is 10 s. A connection is also closed if no
    /// further request follows within this time.
    pub fn header_timeout(mut self, limit: Duration) -> Self {
        self.limits.header = limit;
        self
    }

    /// Sets how long reading the body of a request to the [fallback service](Self::fallback_service) may take. The default
    /// is 30 s. Webhooks have [their own limit](crate::Receiver::body_timeout).
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.limits.pace.timeout = limit;
        self
    }

    /// Sets the minimum rate of a body for the fallback service, measured over this period, as
    /// [`Receiver::min_body_rate`](crate::Receiver::min_body_rate) does for webhooks. The default is 1024 bytes per second
    /// over 5 s.
    pub fn min_body_rate(mut self, bytes_per_second: u64, period: Duration) -> Self {
        self.limits.pace.rate = Rate { bytes_per_second, period };
        self
    }

    /// Sets how long a connection may wait for a request, and then for its answer. The default is 60 s. The handlers of
    /// verified deliveries may take longer. This also closes connections whose client does not read the answers.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// Sets the maximum number of connections, at least one. The default is 512. Stay well below the number of files that
    /// the process may open.
    ///
    /// At the limit, a new connection replaces the oldest one of the largest group: those that wait for a head, for a body,
    /// or for the fallback service. So senders get through even while others open connections and keep them. The connection
    /// of a verified delivery is kept for at least a minute.
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.max_connections = limit.max(1);
        self
    }

    /// Sets how many connections one client may have, at least one. By default, this is not limited. Connections of verified
    /// deliveries do not count.
    ///
    /// Beyond it, a new connection of the client replaces its oldest one. Since a connection has one request at a time, this
    /// also limits the memory that a client can occupy with bodies: to as many bodies. A client is an IPv4 address or an IPv6
    /// network of 64 bits. Behind a proxy, all clients have one address, unless it is a [trusted
    /// one](Self::trusted_proxies): then each request counts as a connection of the client that it states.
    pub fn max_connections_per_client(mut self, limit: usize) -> Self {
        self.client_share = Some(limit.max(1));
        self
    }

    /// Trusts proxies in these networks to state the addresses of their clients in a header. No effect without a
    /// [limit per client](Self::max_connections_per_client).
    ///
    /// The client is the last address in the header that is not in one of the networks. The header is ignored if the peer is
    /// not in one of them. Name only proxies that append to this header, and reach the server through nothing else: any other
    /// peer in these networks could invent clients.
    ///
    /// ```
    /// # use webhook_receiver::serve::{ProxyHeader, Server};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::new()
    ///     .max_connections_per_client(32)
    ///     .trusted_proxies(ProxyHeader::XForwardedFor, ["10.0.0.0/8".parse()?]);
    /// # drop(server);
    /// # Ok(())
    /// # }
    /// ```
    pub fn trusted_proxies(mut self, header: ProxyHeader, networks: impl IntoIterator<Item = Network>) -> Self {
        self.proxies = Proxies::new(header, networks.into_iter().collect());
        self
    }

    /// Sets how long a shutdown waits, for answers first and then for handlers that outlive their connection. The default
    /// is 25 s. Service managers kill a process after some time, often 30 s.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Shuts down when this future completes, instead of at SIGTERM or SIGINT.
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Some(Box::pin(signal));
        self
    }

    /// Serves until the process gets SIGTERM or SIGINT (Ctrl-C), or until the [given
    /// signal](Self::with_graceful_shutdown). Then accepts no new connection, answers the requests that have begun, and
    /// waits until no handler is running, all within the [shutdown timeout](Self::shutdown_timeout). The sender retries
    /// what was not answered by then.
    ///
    /// Errors of the listener, such as too many open files, are logged and do not end the server.
    ///
    /// # Errors
    ///
    /// If the process cannot be notified of signals.
    pub async fn run(self, listener: TcpListener) -> io::Result<()> {
        let Self { endpoints, limits, max_connections, client_share, proxies, shutdown_timeout, shutdown } = self;
        let shutdown = match shutdown {
            Some(signal) => signal,
            None => Box::pin(signal::stop()?),
        };
        let endpoints = Arc::new(endpoints);
        let (has_share, proxies) = (client_share.is_some(), Arc::new(proxies));
        let pool = Arc::new(Pool::new(max_connections, client_share.unwrap_or(usize::MAX)));
        let phase = watch::Sender::new(Phase::Serving);
        let accept = async {
            loop {
                match listener.accept().await {
                    Ok((stream, peer)) => {
                        let (peer, none) = (peer.ip(), HeaderMap::new());
                        // A connection of a proxy is that of its clients.
                        let own = has_share && !proxies.has(peer);
                        let guard = pool.enter(own.then(|| proxies.client(peer, &none))).await;
                        let (endpoints, proxies) = (Arc::clone(&endpoints), Arc::clone(&proxies));
                        let client = move |headers: &HeaderMap| has_share.then(|| proxies.client(peer, headers));
                        tokio::spawn(connection::serve(stream, endpoints, limits, guard, client, phase.subscribe()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        pool.evict(None);
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
        if timeout_at(deadline, pool.empty()).await.is_err() {
            tracing::warn!("shutdown timeout: closing open connections");
        }
        phase.send_replace(Phase::Closing);
        if timeout_at(deadline, endpoints.idle()).await.is_err() {
            tracing::warn!("shutdown timeout: handlers are still running");
        }
        if timeout(STOP, endpoints.stop()).await.is_err() {
            tracing::warn!("a service does not stop");
        }
        Ok(())
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_state_the_defaults() {
        const DOCS: &str = include_str!("../../../docs/receiver.md");
        let Server { limits: Limits { header, idle, pace }, max_connections, shutdown_timeout, client_share, .. } =
            Server::new();
        assert_eq!(client_share, None);
        let seconds = |time: Duration| format!("| {} s | `Server::", time.as_secs());
        for expected in [
            seconds(header) + "header_timeout`",
            seconds(idle) + "idle_timeout`",
            seconds(pace.timeout) + "body_timeout`",
            seconds(shutdown_timeout) + "shutdown_timeout`",
            format!(
                "| {} B/s over {} s | `Server::min_body_rate`",
                pace.rate.bytes_per_second,
                pace.rate.period.as_secs()
            ),
            format!("| {max_connections} | `Server::max_connections`"),
            "| none | `Server::max_connections_per_client`".to_owned(),
        ] {
            assert!(DOCS.contains(&expected), "{expected}");
        }
    }
}
