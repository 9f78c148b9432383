use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::BoxError;
use crate::pace::{Pace, Paced};
use crate::pool::ConnectionHandle;

/// The body of a request to the [fallback service](super::Server::fallback_service).
///
/// It fails if it does not arrive within [`body_timeout`](super::Server::body_timeout), or more slowly than
/// [`min_body_rate`](super::Server::min_body_rate). The connection is then closed after the answer.
pub struct RequestBody {
    body: Paced<Incoming>,
    /// Set until the body has arrived.
    connection: Option<ConnectionHandle>,
}

impl RequestBody {
    pub(super) fn new(body: Incoming, pace: Pace, connection: Option<ConnectionHandle>) -> Self {
        let mut body = Self { body: Paced::new(body, pace), connection };
        body.end_if_complete();
        body
    }

    fn end_if_complete(&mut self) {
        if self.body.is_end_stream() {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.received();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match frame {
            Some(Ok(_)) => self.end_if_complete(),
            Some(Err(_)) | None => self.end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").finish_non_exhaustive()
    }
}
