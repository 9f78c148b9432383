use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::VerifyError;
use super::key::Key;
use super::plan::{self, Message, Plan};
use super::verifier::{Trust, Verifier};
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
    /// None where nobody has to sign.
    claim: Option<Claim<'a>>,
    event_type_header: Option<&'a HeaderValue>,
}

/// What the headers say, and what is needed to prove it.
struct Claim<'a> {
    plan: &'a Plan,
    keys: &'a [Key],
    id: Option<&'a str>,
    timestamp: Option<Timestamp<'a>>,
    signatures: &'a [u8],
}

struct Timestamp<'a> {
    text: &'a [u8],
    seconds: u64,
}

impl<'a> Envelope<'a> {
    pub(super) fn check(verifier: &'a Verifier, headers: &'a HeaderMap) -> Result<Self, VerifyError> {
        let claim = match &verifier.trust {
            Trust::Anybody => None,
            Trust::Holders(plan, keys) => Some(Claim::check(verifier, plan, keys, headers)?),
        };
        let event_type_header = verifier.event_type_header.as_ref().and_then(|name| only(headers, name));
        Ok(Self { claim, event_type_header })
    }

    /// Checks the signature over the body and hands out the delivery.
    ///
    /// # Errors
    ///
    /// [`VerifyError::NoMatchingSignature`].
    pub fn verify(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let delivery = match self.claim {
            None => Delivery::new(None, None, body),
            Some(claim) => claim.verify(body)?,
        };
        Ok(delivery.with_event_type_header(self.event_type_header.cloned()))
    }
}

impl<'a> Claim<'a> {
    fn check(
        verifier: &Verifier,
        plan: &'a Plan,
        keys: &'a [Key],
        headers: &'a HeaderMap,
    ) -> Result<Self, VerifyError> {
        let signatures = single(headers, &plan.signature)?;
        let malformed = |name: &HeaderName| VerifyError::MalformedHeader(name.clone());
        if !is_printable(signatures) || !(1..=MAX_TOKENS).contains(&plan.tokens(signatures).count()) {
            return Err(malformed(&plan.signature));
        }
        let id = match &plan.id {
            None => None,
            Some(plan::Id::Unsigned(name)) => only(headers, name).and_then(|id| parse_id(id.as_bytes())),
            Some(plan::Id::Signed(name)) => {
                let unambiguous = |id: &&str| verifier.allow_separators || !id.bytes().any(|byte| plan.separates(byte));
                Some(parse_id(single(headers, name)?).filter(unambiguous).ok_or_else(|| malformed(name))?)
            }
        };
        let timestamp = match &plan.timestamp {
            None => None,
            Some(plan::Timestamp::Header(name)) => Some(single(headers, name)?),
            Some(plan::Timestamp::Token(prefix)) => {
                let mut tokens = plan.tokens(signatures).filter_map(|token| token.strip_prefix(prefix.as_bytes()));
                match (tokens.next(), tokens.next()) {
                    (Some(text), None) => Some(text),
                    _ => return Err(malformed(&plan.signature)),
                }
            }
        };
        let timestamp = timestamp.map(Timestamp::parse).transpose()?;
        if let Some(Timestamp { seconds, .. }) = timestamp {
            check_window(seconds, (verifier.clock)(), verifier.tolerance)?;
        }
        Ok(Self { plan, keys, id, timestamp, signatures })
    }

    fn verify(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let message = Message {
            id: self.id.unwrap_or_default().as_bytes(),
            timestamp: self.timestamp.as_ref().map_or(b"", |timestamp| timestamp.text),
            body: &body,
        };
        if self.plan.matches(self.keys, &message, self.signatures) {
            Ok(Delivery::new(self.id, self.timestamp.map(|timestamp| timestamp.seconds), body))
        } else {
            Err(VerifyError::NoMatchingSignature)
        }
    }
}

impl<'a> Timestamp<'a> {
    /// `0|[1-9][0-9]{0,11}`: every other spelling of a number is one that some library reads otherwise.
    fn parse(text: &'a [u8]) -> Result<Self, VerifyError> {
        let canonical = match text {
            b"0" => true,
            [b'1'..=b'9', rest @ ..] => rest.len() < MAX_TIMESTAMP_DIGITS && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        let seconds = str::from_utf8(text).ok().filter(|_| canonical).and_then(|text| text.parse().ok());
        seconds.map(|seconds| Self { text, seconds }).ok_or(VerifyError::MalformedTimestamp)
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

fn parse_id(id: &[u8]) -> Option<&str> {
    let length_fits = (1..=MAX_ID_BYTES).contains(&id.len());
    str::from_utf8(id).ok().filter(|_| length_fits && id.iter().all(u8::is_ascii_graphic))
}

fn is_printable(signatures: &[u8]) -> bool {
    signatures.len() <= MAX_SIGNATURE_BYTES && signatures.iter().all(|byte| matches!(byte, b' '..=b'~'))
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
