use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::VerifyError;
use super::standard::{self, Message};
use super::verifier::{Scheme, Verifier};
use crate::Delivery;

const MAX_ID_BYTES: usize = 256;
const MAX_SIGNATURE_BYTES: usize = 8192;
const MAX_TOKENS: usize = 32;
const MAX_TIMESTAMP_DIGITS: usize = 12;

/// The headers of a request that passed every check that needs no body.
///
/// It proves nothing yet: the signature is checked by [`verify`](Self::verify). Splitting the two
/// lets a server refuse a request before it reads the body. Made by [`Verifier::check`].
pub struct Envelope<'a> {
    verifier: &'a Verifier,
    id: &'a str,
    timestamp: &'a [u8],
    seconds: u64,
    signatures: &'a [u8],
    event_type_header: Option<&'a HeaderValue>,
}

impl<'a> Envelope<'a> {
    pub(super) fn check(verifier: &'a Verifier, headers: &'a HeaderMap) -> Result<Self, VerifyError> {
        let names = &verifier.headers;
        let id = single(headers, &names.id)?;
        let timestamp = single(headers, &names.timestamp)?;
        let signatures = single(headers, &names.signature)?;

        let id = parse_id(id, verifier.allow_dots).ok_or_else(|| VerifyError::MalformedHeader(names.id.clone()))?;
        let seconds = parse_timestamp(timestamp).ok_or(VerifyError::MalformedTimestamp)?;
        if !is_signature_list(signatures) {
            return Err(VerifyError::MalformedHeader(names.signature.clone()));
        }
        check_window(seconds, (verifier.clock)(), verifier.tolerance)?;
        let event_type_header = verifier.event_type_header.as_ref().and_then(|name| only(headers, name));
        Ok(Self { verifier, id, timestamp, seconds, signatures, event_type_header })
    }

    /// Checks the signature over the body and hands out the delivery.
    ///
    /// # Errors
    ///
    /// [`VerifyError::NoMatchingSignature`].
    pub fn verify(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let message = Message { id: self.id.as_bytes(), timestamp: self.timestamp, body: &body };
        let authentic = match &self.verifier.scheme {
            Scheme::StandardWebhooks(keys) => standard::matches(keys, &message, self.signatures),
        };
        if authentic {
            Ok(Delivery::new(self.id, self.seconds, body).with_event_type_header(self.event_type_header.cloned()))
        } else {
            Err(VerifyError::NoMatchingSignature)
        }
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a [u8], VerifyError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(VerifyError::MissingHeader(name.clone())),
        (Some(value), None) => Ok(value.as_bytes()),
        (Some(_), Some(_)) => Err(VerifyError::DuplicateHeader(name.clone())),
    }
}

/// Of several values nobody knows which one counts.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// A dot would let bytes move between id and timestamp without changing what is signed.
fn parse_id(id: &[u8], allow_dots: bool) -> Option<&str> {
    let length_fits = (1..=MAX_ID_BYTES).contains(&id.len());
    let allowed = |byte: &u8| byte.is_ascii_graphic() && (allow_dots || *byte != b'.');
    if length_fits && id.iter().all(allowed) { str::from_utf8(id).ok() } else { None }
}

/// `0|[1-9][0-9]{0,11}`: every other spelling of a number is one that some library reads otherwise.
fn parse_timestamp(timestamp: &[u8]) -> Option<u64> {
    let canonical = match timestamp {
        b"0" => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < MAX_TIMESTAMP_DIGITS && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if canonical { str::from_utf8(timestamp).ok()?.parse().ok() } else { None }
}

fn is_signature_list(signatures: &[u8]) -> bool {
    signatures.len() <= MAX_SIGNATURE_BYTES
        && signatures.iter().all(|byte| matches!(byte, b' '..=b'~'))
        && (1..=MAX_TOKENS).contains(&standard::tokens(signatures).count())
}

/// Compares whole seconds, as the timestamp has no finer unit.
fn check_window(seconds: u64, now: SystemTime, tolerance: Duration) -> Result<(), VerifyError> {
    let Ok(now) = now.duration_since(SystemTime::UNIX_EPOCH) else {
        return Err(VerifyError::TimestampTooNew);
    };
    let (now, tolerance) = (now.as_secs(), tolerance.as_secs());
    if now.saturating_sub(seconds) > tolerance {
        Err(VerifyError::TimestampTooOld)
    } else if seconds.saturating_sub(now) > tolerance {
        Err(VerifyError::TimestampTooNew)
    } else {
        Ok(())
    }
}
