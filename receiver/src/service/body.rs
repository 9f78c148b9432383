use std::pin::pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use super::Rejection;
use super::budget::{Budget, Exhausted, Share};
use crate::BoxError;

/// Reads a body of at most `limit` bytes, each of which is taken from the budget.
///
/// Copies into one buffer that grows with what arrives: neither an announced length nor a flood of
/// tiny frames makes it larger than twice what was received.
pub(super) async fn read<B>(body: B, limit: usize, memory: &Budget) -> Result<(Bytes, Share), Rejection>
where
    B: Body<Error: Into<BoxError>>,
{
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    let mut share = memory.take(0)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Rejection::Aborted(error.into()))?;
        // Trailers are of no interest.
        let Ok(data) = frame.into_data() else { continue };
        if data.remaining() > limit - bytes.len() {
            return Err(Rejection::TooLarge);
        }
        share.add(memory.take(data.remaining())?);
        bytes.put(data);
    }
    Ok((bytes.freeze(), share))
}

impl From<Exhausted> for Rejection {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Overloaded
    }
}
