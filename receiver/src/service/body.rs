use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::Body;
use tokio::time::sleep;

use super::Rejection;
use super::memory::{Arrival, Evicted, Memory, Share};
use super::shared::Limits;
use crate::BoxError;
use crate::pace::{Paced, TooSlow};

/// How long the answer to an evicted body is held back. It occupies nothing meanwhile, and whoever sends bodies to fill the
/// memory cannot begin again at once.
const PAUSE: Duration = Duration::from_secs(5);

/// Reads a body, which may be evicted until it has arrived in full.
pub(super) async fn read<B>(
    body: B,
    announced: Option<usize>,
    limits: &Limits,
    memory: &Arc<Memory>,
) -> Result<(Bytes, Share), Rejection>
where
    B: Body<Error: Into<BoxError>>,
{
    let read = collect(body, announced, limits, memory.begin()).await;
    if matches!(read, Err(Rejection::Overloaded)) {
        sleep(PAUSE).await;
    }
    read
}

/// Copies into one buffer that grows with what arrives: neither an announced length nor a flood of tiny frames makes it
/// larger than twice what was received.
async fn collect<B>(
    body: B,
    announced: Option<usize>,
    limits: &Limits,
    arrival: Arrival,
) -> Result<(Bytes, Share), Rejection>
where
    B: Body<Error: Into<BoxError>>,
{
    let limit = limits.body_bytes;
    let body = pin!(body);
    let mut body = Paced::new(body, limits.pace);
    let mut received = 0;
    loop {
        let frame = poll_fn(|context| match arrival.poll_evicted(context) {
            Poll::Ready(evicted) => Poll::Ready(Err(evicted)),
            Poll::Pending => Pin::new(&mut body).poll_frame(context).map(Ok),
        });
        let Some(frame) = frame.await? else { break };
        // Trailers are of no interest.
        let Ok(data) = frame.map_err(Rejection::from_body)?.into_data() else { continue };
        if data.remaining() > limit - received {
            return Err(Rejection::TooLarge);
        }
        received += data.remaining();
        arrival.append(data, announced.unwrap_or(limit))?;
    }
    Ok(arrival.complete()?)
}

impl Rejection {
    fn from_body(error: BoxError) -> Self {
        if TooSlow::caused(&error) { Self::Timeout } else { Self::Aborted(error) }
    }
}

impl From<Evicted> for Rejection {
    fn from(Evicted: Evicted) -> Self {
        Self::Overloaded
    }
}
