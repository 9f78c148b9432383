//! Deliveries, and their serialized form.

mod stored;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::codec::{self, Decode, DecodeError};

pub use stored::{StoredDelivery, StoredDeliveryError};

/// A message whose signature has been verified, or [is not required](crate::Verifier::dangerously_accept_unsigned).
///
/// Only [`Verifier::verify`](crate::Verifier::verify) creates one, and a [`ReceiverService`](crate::ReceiverService) for the
/// handlers of a [`StoredDelivery`]. That is a type of its own, since what it was read from may have been changed. The body has
/// not been parsed yet. Cloning is cheap: clones share the bytes.
#[derive(Clone)]
pub struct Delivery {
    /// As it was sent, and checked: visible ASCII.
    id: Option<HeaderValue>,
    id_is_signed: bool,
    seconds: Option<u64>,
    method: Method,
    content_type: Option<HeaderValue>,
    event_type_header: Option<(HeaderName, HeaderValue)>,
    body: Bytes,
    /// What the values of the body may take at least, in bytes.
    decode_memory: usize,
    /// What the caller of [`run_stored`](crate::ReceiverService::run_stored) passes on to extractors.
    attachment: Option<Arc<dyn Any + Send + Sync>>,
}

impl Delivery {
    /// A timestamp has up to twelve digits.
    const MAX_SECONDS: u64 = 999_999_999_999;

    pub(crate) fn new(id: Option<HeaderValue>, seconds: Option<u64>, body: Bytes) -> Self {
        Self {
            id,
            id_is_signed: false,
            seconds,
            method: Method::POST,
            content_type: None,
            event_type_header: None,
            body,
            decode_memory: codec::MIN_MEMORY,
            attachment: None,
        }
    }

    pub(crate) fn with_event_type_header(self, header: Option<(HeaderName, HeaderValue)>) -> Self {
        Self { event_type_header: header, ..self }
    }

    pub(crate) fn with_content_type(self, content_type: Option<HeaderValue>) -> Self {
        Self { content_type, ..self }
    }

    /// Sets the memory that the values of the body may take when it is [decoded](Self::decode), in bytes. The default is
    /// 1 MiB. A body may always use 16 times its size, and one below 64 KiB as much as it needs.
    ///
    /// A [`Receiver`](crate::Receiver) replaces this by its own [limit](crate::Receiver::decode_memory), and limits the [values of all
    /// deliveries](crate::Receiver::payload_memory) together. What does not decode
    /// from a delivery, `serde_json` and [`JsonValue::decode`](crate::JsonValue::decode), uses the default.
    #[must_use]
    pub fn with_decode_memory(self, bytes: usize) -> Self {
        Self { decode_memory: bytes, ..self }
    }

    pub(crate) fn decode_memory(&self) -> usize {
        self.decode_memory
    }

    /// Replaces the body by an equal one that is in memory already.
    pub(crate) fn with_body(self, body: Bytes) -> Self {
        debug_assert!(self.body == body, "a delivery keeps its content");
        Self { body, ..self }
    }

    pub(crate) fn with_id(self, id: HeaderValue) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The signature covers the id.
    pub(crate) fn with_signed_id(self) -> Self {
        Self { id_is_signed: true, ..self }
    }

    /// The header that states the event type, if [one is kept](crate::signature::VerifierBuilder::event_type_header) and
    /// was sent once, as visible ASCII. Most vendors do not sign it.
    pub fn event_type_header(&self) -> Option<&str> {
        self.event_type_header.as_ref()?.1.to_str().ok()
    }

    /// The media type of the body, if it was sent once, as visible ASCII. Usually JSON, see
    /// [`ReceiverService`](crate::ReceiverService). Most vendors do not sign it.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_ref()?.to_str().ok()
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// What is attached to the [stored delivery](StoredDelivery::attach) that this one was made from, if it is a `T`. For
    /// [extractors](crate::FromDelivery).
    pub fn attachment<T: Any>(&self) -> Option<&T> {
        self.attachment.as_deref()?.downcast_ref()
    }

    /// The id of the message, the same for every attempt to deliver it. 1 to 256 visible ASCII characters; `None` if the
    /// vendor sends none.
    ///
    /// With Standard Webhooks the signature covers it. With other schemes it may not, such as GitHub's
    /// `X-GitHub-Delivery`, see [`HmacScheme::unsigned_id`](crate::HmacScheme::unsigned_id): a recorded delivery can then
    /// be sent again under another id. With [`HmacScheme::id_in_body`](crate::HmacScheme::id_in_body) it is in the signed body.
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref()?.to_str().ok()
    }

    /// The [id](Self::id) if the signature covers it, so that only the sender can have chosen it. A
    /// [`ReplayGuard`](crate::ReplayGuard) uses this one.
    pub fn signed_id(&self) -> Option<&str> {
        self.id().filter(|_| self.id_is_signed)
    }

    /// When this attempt was signed, with a precision of one second; `None` if the vendor signs no timestamp.
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// The body as received, byte for byte.
    pub fn raw(&self) -> &Bytes {
        &self.body
    }

    /// Decodes the body as a payload of a known type.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or is not a `T`.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        codec::from_slice_with(&self.body, self.decode_memory, |reader| T::decode(reader))
    }
}

/// Omits the body, which may contain personal data.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id())
            .field("timestamp", &self.seconds)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
