use std::pin::pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use crate::BoxError;

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum ReadError {
    TooLarge,
    /// The connection broke, most likely.
    Aborted(BoxError),
}

/// Reads a body of at most `limit` bytes.
///
/// Copies into one buffer that grows with what arrives: neither an announced length nor a flood of
/// tiny frames makes it larger than twice what was received.
pub(super) async fn read<B>(body: B, limit: usize) -> Result<Bytes, ReadError>
where
    B: Body<Error: Into<BoxError>>,
{
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ReadError::Aborted(error.into()))?;
        // Trailers are of no interest.
        let Ok(data) = frame.into_data() else { continue };
        if data.remaining() > limit - bytes.len() {
            return Err(ReadError::TooLarge);
        }
        bytes.put(data);
    }
    Ok(bytes.freeze())
}
