use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderName, HeaderValue, Method};

use super::Delivery;
use crate::codec::{Decode, DecodeError};

/// The first bytes of every version.
const MAGIC: &[u8] = b"WHD";
const VERSION: u8 = 1;

/// Which optional parts follow.
mod part {
    pub(super) const ID: u8 = 1;
    pub(super) const ID_IS_SIGNED: u8 = 1 << 1;
    pub(super) const TIMESTAMP: u8 = 1 << 2;
    pub(super) const CONTENT_TYPE: u8 = 1 << 3;
    pub(super) const EVENT_TYPE_HEADER: u8 = 1 << 4;
    /// The index of an element, if the body is a batch of several events. Reserved: not written yet, and refused.
    pub(super) const ELEMENT: u8 = 1 << 5;
    pub(super) const UNKNOWN: u8 = !(ID | ID_IS_SIGNED | TIMESTAMP | CONTENT_TYPE | EVENT_TYPE_HEADER | ELEMENT);
}

const MAX_ID_BYTES: usize = 256;

/// A delivery in a form that can be stored, or sent to another process, and handled later.
///
/// It is made from a verified [`Delivery`], with the name of the endpoint that received it, and written as
/// [bytes](Self::to_bytes). [Reading](Self::from_bytes) them is not verification: the signature is not stored, and secrets
/// rotate. What was read is as authentic as the place it was read from is safe. So it is not a `Delivery`, and cannot be
/// converted into one. It can be decoded, and [dispatched](crate::ReceiverService::dispatch_stored) to the same handlers.
///
/// ```
/// # fn example(delivery: webhook_receiver::Delivery) -> Result<(), Box<dyn std::error::Error>> {
/// use webhook_receiver::StoredDelivery;
///
/// // One process verifies …
/// let bytes: Vec<u8> = StoredDelivery::new("acme", &delivery).to_bytes();
///
/// // … and another decodes.
/// let stored = StoredDelivery::from_bytes(bytes.into())?;
/// assert_eq!(stored.endpoint(), "acme");
/// assert_eq!(stored.raw(), delivery.raw());
/// # Ok(())
/// # }
/// ```
///
/// # Version 1
///
/// Integers are big-endian. A *text* is its length in bytes (32 bits) and its bytes.
///
/// | part | content |
/// |---|---|
/// | magic | the ASCII text `WHD` |
/// | version | one byte: 1 |
/// | parts | one byte: 1 an id, 2 it is signed, 4 a timestamp, 8 a content type, 16 an event type header, 32 an element |
/// | endpoint | a text in UTF-8 |
/// | method | a text |
/// | id | a text of 1 to 256 visible ASCII characters, if there is one |
/// | timestamp | seconds since 1970 (64 bits), if there is one |
/// | content type | a text, if there is one |
/// | event type header | two texts, its name and its value, if there is one |
/// | element | an index (32 bits), if there is one: reserved for batches, and refused |
/// | body | its length (64 bits) and its bytes |
///
/// Nothing follows the body.
#[derive(Clone)]
pub struct StoredDelivery {
    endpoint: String,
    delivery: Delivery,
}

impl StoredDelivery {
    /// A delivery that was received by this endpoint. The name is chosen by the receiver: several endpoints can share a store.
    pub fn new(endpoint: impl Into<String>, delivery: &Delivery) -> Self {
        Self { endpoint: endpoint.into(), delivery: Delivery { attachment: None, ..delivery.clone() } }
    }

    /// Writes the delivery in the current version.
    ///
    /// # Panics
    ///
    /// If the name of the endpoint or a header is longer than 4 GiB.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Delivery { id, id_is_signed, seconds, method, content_type, event_type_header, body, .. } = &self.delivery;
        let flag = |is_present, flag| if is_present { flag } else { 0 };
        let parts = flag(id.is_some(), part::ID)
            | flag(*id_is_signed, part::ID_IS_SIGNED)
            | flag(seconds.is_some(), part::TIMESTAMP)
            | flag(content_type.is_some(), part::CONTENT_TYPE)
            | flag(event_type_header.is_some(), part::EVENT_TYPE_HEADER);

        let mut bytes = Vec::with_capacity(body.len() + self.endpoint.len() + 512);
        bytes.put_slice(MAGIC);
        bytes.put_slice(&[VERSION, parts]);
        put_text(&mut bytes, self.endpoint.as_bytes());
        put_text(&mut bytes, method.as_str().as_bytes());
        if let Some(id) = id {
            put_text(&mut bytes, id.as_bytes());
        }
        if let Some(seconds) = seconds {
            bytes.put_u64(*seconds);
        }
        if let Some(content_type) = content_type {
            put_text(&mut bytes, content_type.as_bytes());
        }
        if let Some((name, value)) = event_type_header {
            put_text(&mut bytes, name.as_str().as_bytes());
            put_text(&mut bytes, value.as_bytes());
        }
        bytes.put_u64(body.len() as u64);
        bytes.put_slice(body);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) has written. This verifies nothing. The body shares these bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are of an unknown version, or are not exactly one delivery.
    pub fn from_bytes(mut bytes: Bytes) -> Result<Self, StoredDeliveryError> {
        use StoredDeliveryError::{Invalid, NotADelivery, TrailingBytes, Truncated, UnknownPart, UnknownVersion};

        if bytes.len() < MAGIC.len() && MAGIC.starts_with(&bytes) {
            return Err(Truncated);
        }
        bytes = bytes.strip_prefix(MAGIC).map(|rest| bytes.slice_ref(rest)).ok_or(NotADelivery)?;
        let version = bytes.try_get_u8().map_err(|_| Truncated)?;
        if version != VERSION {
            return Err(UnknownVersion(version));
        }
        let parts = bytes.try_get_u8().map_err(|_| Truncated)?;
        if parts & (part::UNKNOWN | part::ELEMENT) != 0 {
            return Err(UnknownPart);
        }
        let has = |part| parts & part != 0;

        let endpoint = text(&mut bytes)?;
        let endpoint = str::from_utf8(&endpoint).map_err(|_| Invalid("endpoint"))?.to_owned();
        let method = Method::from_bytes(&text(&mut bytes)?).map_err(|_| Invalid("method"))?;
        let id = has(part::ID).then(|| text(&mut bytes)).transpose()?.map(id).transpose()?;
        if id.is_none() && has(part::ID_IS_SIGNED) {
            return Err(Invalid("id"));
        }
        let seconds = has(part::TIMESTAMP).then(|| bytes.try_get_u64().map_err(|_| Truncated)).transpose()?;
        if seconds.is_some_and(|seconds| seconds > Delivery::MAX_SECONDS) {
            return Err(Invalid("timestamp"));
        }
        let content_type = has(part::CONTENT_TYPE).then(|| value(&mut bytes, "content type")).transpose()?;
        let event_type_header = has(part::EVENT_TYPE_HEADER)
            .then(|| {
                let name = text(&mut bytes)?;
                let name = HeaderName::from_bytes(&name).ok().filter(|parsed| *parsed.as_str().as_bytes() == *name);
                Ok((name.ok_or(Invalid("event type header"))?, value(&mut bytes, "event type header")?))
            })
            .transpose()?;
        let length = bytes.try_get_u64().map_err(|_| Truncated)?;
        let body = split(&mut bytes, usize::try_from(length).map_err(|_| Truncated)?)?;
        if !bytes.is_empty() {
            return Err(TrailingBytes);
        }
        let delivery = Delivery {
            id_is_signed: has(part::ID_IS_SIGNED),
            method,
            content_type,
            event_type_header,
            ..Delivery::new(id, seconds, body)
        };
        Ok(Self { endpoint, delivery })
    }

    /// The name of the endpoint that received it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The [id](Delivery::id).
    pub fn id(&self) -> Option<&str> {
        self.delivery.id()
    }

    /// The [id](Delivery::signed_id) if the signature covered it.
    pub fn signed_id(&self) -> Option<&str> {
        self.delivery.signed_id()
    }

    /// When the attempt that was received was [signed](Delivery::timestamp).
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.delivery.timestamp()
    }

    /// The [media type](Delivery::content_type).
    pub fn content_type(&self) -> Option<&str> {
        self.delivery.content_type()
    }

    /// The [method](Delivery::method).
    pub fn method(&self) -> &Method {
        self.delivery.method()
    }

    /// The [header that states the event type](Delivery::event_type_header).
    pub fn event_type_header(&self) -> Option<&str> {
        self.delivery.event_type_header()
    }

    /// The body as received, byte for byte.
    pub fn raw(&self) -> &Bytes {
        self.delivery.raw()
    }

    /// Decodes the body as a payload of a known type.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or is not a `T`.
    pub fn decode<T: Decode>(&self) -> Result<T, DecodeError> {
        self.delivery.decode()
    }

    /// Sets the memory for decoding, see [`Delivery::with_decode_memory`]. It is not stored.
    #[must_use]
    pub fn with_decode_memory(self, bytes: usize) -> Self {
        Self { delivery: self.delivery.with_decode_memory(bytes), ..self }
    }

    /// Attaches a value for [extractors](crate::FromDelivery), which get it from the
    /// [delivery](Delivery::attachment) that the handlers see. It replaces another one, and is not stored.
    #[must_use]
    pub fn attach(self, attachment: Arc<dyn Any + Send + Sync>) -> Self {
        Self { delivery: Delivery { attachment: Some(attachment), ..self.delivery }, ..self }
    }

    /// Only the router passes it on, to handlers.
    pub(crate) fn into_delivery(self) -> Delivery {
        self.delivery
    }

    pub(crate) fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

/// Omits the body, which may contain personal data.
impl fmt::Debug for StoredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredDelivery")
            .field("endpoint", &self.endpoint)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.put_u32(text.len().try_into().expect("a header should be shorter than 4 GiB"));
    bytes.put_slice(text);
}

fn text(bytes: &mut Bytes) -> Result<Bytes, StoredDeliveryError> {
    let length = bytes.try_get_u32().map_err(|_| StoredDeliveryError::Truncated)?;
    split(bytes, usize::try_from(length).map_err(|_| StoredDeliveryError::Truncated)?)
}

fn split(bytes: &mut Bytes, length: usize) -> Result<Bytes, StoredDeliveryError> {
    if length > bytes.len() {
        return Err(StoredDeliveryError::Truncated);
    }
    Ok(bytes.split_to(length))
}

fn id(text: Bytes) -> Result<HeaderValue, StoredDeliveryError> {
    let is_valid = (1..=MAX_ID_BYTES).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic);
    let id = HeaderValue::from_maybe_shared(text).ok();
    id.filter(|_| is_valid).ok_or(StoredDeliveryError::Invalid("id"))
}

fn value(bytes: &mut Bytes, part: &'static str) -> Result<HeaderValue, StoredDeliveryError> {
    HeaderValue::from_maybe_shared(text(bytes)?).map_err(|_| StoredDeliveryError::Invalid(part))
}

/// Why bytes are not a [`StoredDelivery`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredDeliveryError {
    /// They do not begin as every version does.
    NotADelivery,
    /// They are of another version than this crate reads, probably a later one.
    UnknownVersion(u8),
    /// They have a part that this crate does not know, such as the index of an element. A later version of this crate may.
    UnknownPart,
    /// They end too early.
    Truncated,
    /// There are more of them than one delivery has.
    TrailingBytes,
    /// The part with this name has a value that it cannot have.
    Invalid(&'static str),
}

impl fmt::Display for StoredDeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADelivery => f.write_str("the bytes are not a stored delivery"),
            Self::UnknownVersion(version) => write!(f, "the stored delivery has the unknown version {version}"),
            Self::UnknownPart => f.write_str("the stored delivery has a part that this version does not know"),
            Self::Truncated => f.write_str("the stored delivery is truncated"),
            Self::TrailingBytes => f.write_str("the stored delivery is followed by other bytes"),
            Self::Invalid(part) => write!(f, "the {part} of the stored delivery is invalid"),
        }
    }
}

impl Error for StoredDeliveryError {}
