use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::VerifyError;
use super::compiled_scheme::{CompiledScheme, Id, Message, TimestampPlace};
use super::keys::{Current, Keys};
use super::verifier::{Trust, Verifier};
use crate::Delivery;

const MAX_ID_BYTES: usize = 256;
const MAX_SIGNATURE_BYTES: usize = 8192;
const MAX_TOKENS: usize = 32;
const MAX_TIMESTAMP_DIGITS: usize = 12;

/// The headers of a request that has passed every check that does not need the body.
///
/// This proves nothing yet: the signature is checked by [`verify`](Self::verify). Splitting the two lets a server refuse
/// a request before it reads the body. Returned by [`Verifier::check`].
pub struct Envelope<'a> {
    /// `None` if signatures are not required.
    claim: Option<Claim<'a>>,
    event_type_header: Option<(&'a HeaderName, &'a HeaderValue)>,
    content_type: Option<&'a HeaderValue>,
}

/// The values of the headers, and what is needed to verify them.
struct Claim<'a> {
    scheme: &'a CompiledScheme,
    keys: Current<'a>,
    id: Option<&'a HeaderValue>,
    timestamp: Option<Timestamp<'a>>,
    signatures: &'a [u8],
}

struct Timestamp<'a> {
    text: &'a [u8],
    seconds: u64,
}

impl Verifier {
    /// Checks everything that can be checked before the body is read: each header that the scheme needs is present once
    /// and well-formed, and the timestamp, if there is one, is recent.
    ///
    /// - signature: at most 8192 bytes of printable ASCII with 1 to 32 tokens
    /// - signed id: 1 to 256 visible ASCII characters, no `.` or other text that separates it from the other signed
    ///   pieces, unless [allowed](super::VerifierBuilder::allow_separators_in_id)
    /// - timestamp: `0` or up to 12 digits without a leading zero
    ///
    /// # Errors
    ///
    /// Every [`VerifyError`] except [`NoMatchingSignature`](VerifyError::NoMatchingSignature).
    pub fn check<'a>(&'a self, headers: &'a HeaderMap) -> Result<Envelope<'a>, VerifyError> {
        Envelope::check(self, headers)
    }

    /// Checks headers and body at once.
    ///
    /// # Errors
    ///
    /// If the request is not authentic.
    pub fn verify(&self, headers: &HeaderMap, body: Bytes) -> Result<Delivery, VerifyError> {
        self.check(headers)?.verify(body)
    }
}

impl<'a> Envelope<'a> {
    pub(super) fn check(verifier: &'a Verifier, headers: &'a HeaderMap) -> Result<Self, VerifyError> {
        let claim = match &verifier.trust {
            Trust::Anybody => None,
            Trust::Nobody => return Err(VerifyError::NoMatchingSignature),
            Trust::Holders(scheme, keys) => Some(Claim::check(verifier, scheme, keys, headers)?),
        };
        let name = verifier.event_type_header.as_ref();
        let [event_type, content_type] = find(headers, [name, Some(&CONTENT_TYPE)]);
        Ok(Self { claim, event_type_header: name.zip(event_type.only()), content_type: content_type.only() })
    }

    /// Checks the signature over the body and returns the delivery.
    ///
    /// # Errors
    ///
    /// [`VerifyError::NoMatchingSignature`].
    pub fn verify(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let delivery = match self.claim {
            None => Delivery::new(None, None, body),
            Some(claim) => claim.prove(body)?,
        };
        let event_type_header = self.event_type_header.map(|(name, value)| (name.clone(), value.clone()));
        Ok(delivery.with_event_type_header(event_type_header).with_content_type(self.content_type.cloned()))
    }
}

impl<'a> Claim<'a> {
    fn check(
        verifier: &Verifier,
        scheme: &'a CompiledScheme,
        keys: &'a Keys,
        headers: &'a HeaderMap,
    ) -> Result<Self, VerifyError> {
        let [signatures, id, timestamp] = find(headers, scheme.names());
        let signatures = signatures.required(&scheme.signature)?.as_bytes();
        let malformed = |name: &HeaderName| VerifyError::MalformedHeader(name.clone());
        if !is_printable(signatures) || !(1..=MAX_TOKENS).contains(&scheme.tokens(signatures).count()) {
            return Err(malformed(&scheme.signature));
        }
        let id = match &scheme.id {
            None | Some(Id::Body(_)) => None,
            Some(Id::Unsigned(_)) => id.only().filter(|id| is_id(id.as_bytes())),
            Some(Id::Signed(name)) => {
                let id = id.required(name)?;
                let is_ambiguous = || id.as_bytes().iter().any(|&byte| scheme.separates(byte));
                if !is_id(id.as_bytes()) || !verifier.allow_separators && is_ambiguous() {
                    return Err(malformed(name));
                }
                Some(id)
            }
        };
        let timestamp = match &scheme.timestamp {
            None => None,
            Some(TimestampPlace::Header(name)) => Some(timestamp.required(name)?.as_bytes()),
            Some(TimestampPlace::Token(prefix)) => {
                let mut tokens = scheme.tokens(signatures).filter_map(|token| token.strip_prefix(prefix.as_bytes()));
                match (tokens.next(), tokens.next()) {
                    (Some(text), None) => Some(text),
                    _ => return Err(malformed(&scheme.signature)),
                }
            }
        };
        let timestamp = timestamp.map(Timestamp::parse).transpose()?;
        if let Some(Timestamp { seconds, .. }) = timestamp {
            check_window(seconds, (verifier.clock)(), verifier.tolerance)?;
        }
        Ok(Self { scheme, keys: keys.current(), id, timestamp, signatures })
    }

    fn prove(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let message = Message {
            id: self.id.map_or(b"", HeaderValue::as_bytes),
            timestamp: self.timestamp.as_ref().map_or(b"", |timestamp| timestamp.text),
            body: &body,
        };
        if self.scheme.matches(&self.keys, &message, self.signatures) {
            let delivery = Delivery::new(self.id.cloned(), self.timestamp.map(|timestamp| timestamp.seconds), body);
            Ok(match self.scheme.id {
                Some(Id::Signed(_)) => delivery.with_signed_id(),
                Some(Id::Body(pointer)) => {
                    let id = delivery.text_at(pointer).filter(|id| is_id(id.as_bytes()));
                    match id.and_then(|id| HeaderValue::try_from(id).ok()) {
                        Some(id) => delivery.with_id(id).with_signed_id(),
                        None => delivery,
                    }
                }
                Some(Id::Unsigned(_)) | None => delivery,
            })
        } else {
            Err(VerifyError::NoMatchingSignature)
        }
    }
}

impl<'a> Timestamp<'a> {
    /// `0|[1-9][0-9]{0,11}`: some libraries read other spellings of a number differently.
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

/// The header with one name. If there are several, it is ambiguous which one counts.
#[derive(Clone, Copy)]
enum Found<'a> {
    Nothing,
    One(&'a HeaderValue),
    Several,
}

impl<'a> Found<'a> {
    fn only(self) -> Option<&'a HeaderValue> {
        if let Self::One(value) = self { Some(value) } else { None }
    }

    fn required(self, name: &HeaderName) -> Result<&'a HeaderValue, VerifyError> {
        match self {
            Self::Nothing => Err(VerifyError::MissingHeader(name.clone())),
            Self::One(value) => Ok(value),
            Self::Several => Err(VerifyError::DuplicateHeader(name.clone())),
        }
    }
}

/// Scans all headers once, which is faster than a lookup per name.
fn find<'a, const N: usize>(headers: &'a HeaderMap, wanted: [Option<&HeaderName>; N]) -> [Found<'a>; N] {
    let mut found = [Found::Nothing; N];
    for (name, value) in headers {
        for (found, wanted) in found.iter_mut().zip(wanted) {
            if wanted == Some(name) {
                *found = if let Found::Nothing = found { Found::One(value) } else { Found::Several };
            }
        }
    }
    found
}

fn is_id(id: &[u8]) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len()) && every(id, b'!'..=b'~')
}

fn is_printable(signatures: &[u8]) -> bool {
    signatures.len() <= MAX_SIGNATURE_BYTES && every(signatures, b' '..=b'~')
}

/// No early exit, so that the compiler can vectorize it.
fn every(bytes: &[u8], allowed: RangeInclusive<u8>) -> bool {
    bytes.iter().fold(true, |every, byte| every & allowed.contains(byte))
}

/// Compares whole seconds, the unit of the timestamp.
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
