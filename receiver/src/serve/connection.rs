use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::endpoints::Endpoints;
use crate::client::Client;
use crate::pace::Pace;
use crate::pool::{ConnectionGuard, State};
use crate::service::{MAX_HEADER_BYTES, MAX_HEADERS};

/// How long a connection without a request is kept when the server stops.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How long a connection may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    /// Of bodies for the fallback service.
    pub(super) pace: Pace,
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
    client: impl Fn(&HeaderMap) -> Option<Client>,
    mut phase: watch::Receiver<Phase>,
) {
    // Answers are one small packet. Without this option they are slightly delayed.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|mut request: Request<Incoming>| {
        let handle = guard.begin_request(client(request.headers()));
        request.extensions_mut().insert(handle.clone());
        let answer = endpoints.answer(request, limits.pace);
        async move {
            let answer = answer.await;
            handle.set(State::Waiting);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        // A client may close its side when it has sent everything. One that is gone looks the same.
        .half_close(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut idle = pin!(idle(guard.state(), limits.idle, |state| state != State::Delivering));
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
                    idle.set(self::idle(guard.state(), LAST_CALL, |state| state == State::Waiting));
                }
                _ => return,
            },
        }
    }
}

/// Waits until a state that counts has lasted this long.
async fn idle(mut state: watch::Receiver<State>, limit: Duration, counts: fn(State) -> bool) {
    loop {
        let current = *state.borrow_and_update();
        if counts(current) {
            if timeout(limit, state.changed()).await.is_err() {
                return;
            }
        } else if state.changed().await.is_err() {
            return;
        }
    }
}
