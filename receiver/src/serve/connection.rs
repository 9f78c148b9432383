use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::endpoints::Endpoints;
use crate::pool::ConnectionGuard;
use crate::service::{MAX_HEADER_BYTES, MAX_HEADERS};

/// How long a connection without a request is kept when the server stops.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How long a connection may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) header: Duration,
    pub(super) idle: Duration,
}

/// The state of the shutdown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Requests that have begun are answered.
    Finishing,
    /// The shutdown timeout has passed.
    Closing,
}

/// Serves one connection to its end.
pub(super) async fn serve(
    stream: TcpStream,
    endpoints: Arc<Endpoints>,
    limits: Limits,
    guard: ConnectionGuard,
    mut phase: watch::Receiver<Phase>,
) {
    // Answers are one small packet. Without this option they are slightly delayed.
    let _ = stream.set_nodelay(true);
    let (busy, busy_now) = watch::channel(false);
    let service = service_fn(|mut request: Request<Incoming>| {
        busy.send_replace(true);
        request.extensions_mut().insert(guard.clone());
        let answer = endpoints.answer(request);
        let (busy, guard) = (&busy, &guard);
        async move {
            let answer = answer.await;
            guard.set_evictable();
            busy.send_replace(false);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut idle = pin!(idle(busy_now.clone(), limits.idle));
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            () = idle.as_mut() => return,
            () = guard.evicted() => return,
            changed = phase.changed() => match *phase.borrow_and_update() {
                Phase::Serving if changed.is_ok() => {}
                Phase::Finishing if changed.is_ok() => {
                    connection.as_mut().graceful_shutdown();
                    idle.set(self::idle(busy_now.clone(), LAST_CALL));
                }
                _ => return,
            },
        }
    }
}

/// Waits until no request has been answered for this long.
async fn idle(mut busy: watch::Receiver<bool>, limit: Duration) {
    loop {
        if busy.wait_for(|busy| !busy).await.is_err() || timeout(limit, busy.changed()).await.is_err() {
            return;
        }
    }
}
