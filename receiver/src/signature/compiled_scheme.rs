//! The internal form of a scheme: the headers to read, the signed pieces, the form of a signature.

use std::iter;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use memchr::memchr;

use super::hmac_scheme::OtherId;
use super::key::{Key, MAX_SIGNATURE};
use super::{Encoding, HmacScheme, Piece, StandardWebhooks};

/// Space for any signature, in whole groups of base64.
const ROOM: usize = MAX_SIGNATURE.div_ceil(3) * 3;

/// A scheme, whichever it is.
#[derive(Debug)]
pub struct CompiledScheme {
    /// The header that carries the signatures.
    pub(super) signature: HeaderName,
    pub(super) id: Option<Id>,
    pub(super) timestamp: Option<TimestampPlace>,
    /// The separator of tokens in the signature header; `None` if there is only one token.
    separator: Option<u8>,
    /// Begins the tokens that are signatures.
    prefix: &'static str,
    encoding: Encoding,
    signed: Vec<Part>,
    /// Bytes that would make the end of an id ambiguous.
    separators: [Option<u8>; 2],
}

/// The location of the id.
#[derive(Debug)]
pub(super) enum Id {
    Signed(HeaderName),
    Unsigned(HeaderName),
    /// At this JSON pointer in the body, so it is signed.
    Body(&'static str),
}

/// The location of the timestamp.
#[derive(Debug)]
pub(super) enum TimestampPlace {
    Header(HeaderName),
    /// In the token of the signature header that begins so.
    Token(&'static str),
}

/// A signed piece.
#[derive(Debug)]
enum Part {
    Body,
    Id,
    Timestamp,
    Text(&'static str),
}

impl Part {
    fn as_text(&self) -> Option<&'static str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The bytes to sign or to verify, as received.
pub(crate) struct Message<'a> {
    /// Empty if the scheme has none.
    pub(crate) id: &'a [u8],
    /// Empty if the scheme has none.
    pub(crate) timestamp: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl CompiledScheme {
    /// Tokens `v1,<base64>`, separated by spaces, over `id "." timestamp "." body`.
    pub(super) fn standard_webhooks(names: &StandardWebhooks) -> Self {
        Self {
            signature: names.signature.clone(),
            id: Some(Id::Signed(names.id.clone())),
            timestamp: Some(TimestampPlace::Header(names.timestamp.clone())),
            separator: Some(b' '),
            prefix: "v1,",
            encoding: Encoding::Base64,
            signed: vec![Part::Id, Part::Text("."), Part::Timestamp, Part::Text("."), Part::Body],
            separators: [None, Some(b'.')],
        }
    }

    /// The same with tokens `v1a,<base64>`.
    #[cfg(feature = "ed25519")]
    pub(super) fn ed25519(names: &StandardWebhooks) -> Self {
        Self { prefix: "v1a,", ..Self::standard_webhooks(names) }
    }

    pub(super) fn hmac(scheme: &HmacScheme) -> Self {
        let mut compiled = Self {
            signature: HeaderName::from_static(scheme.header),
            id: scheme.other_id.map(|id| match id {
                OtherId::UnsignedHeader(name) => Id::Unsigned(HeaderName::from_static(name)),
                OtherId::Body(pointer) => Id::Body(pointer),
            }),
            timestamp: None,
            separator: scheme.separator.and_then(|separator| separator.try_into().ok()),
            prefix: scheme.prefix,
            encoding: scheme.encoding,
            signed: Vec::new(),
            separators: [None; 2],
        };
        for piece in scheme.signed {
            compiled.signed.push(match *piece {
                Piece::Body => Part::Body,
                Piece::Text(text) => Part::Text(text),
                Piece::IdHeader(name) => {
                    compiled.id = Some(Id::Signed(HeaderName::from_static(name)));
                    Part::Id
                }
                Piece::TimestampHeader(name) => {
                    compiled.timestamp = Some(TimestampPlace::Header(HeaderName::from_static(name)));
                    Part::Timestamp
                }
                Piece::TimestampToken(prefix) => {
                    compiled.timestamp = Some(TimestampPlace::Token(prefix));
                    Part::Timestamp
                }
            });
        }
        compiled.separators = separators(&compiled.signed);
        compiled
    }

    /// The headers that carry signature, id and timestamp.
    pub(super) fn names(&self) -> [Option<&HeaderName>; 3] {
        let id = match &self.id {
            Some(Id::Signed(name) | Id::Unsigned(name)) => Some(name),
            Some(Id::Body(_)) | None => None,
        };
        let timestamp = match &self.timestamp {
            Some(TimestampPlace::Header(name)) => Some(name),
            Some(TimestampPlace::Token(_)) | None => None,
        };
        [Some(&self.signature), id, timestamp]
    }

    /// The tokens of the signature header. Several separators, or separators at the ends, count like one.
    pub(super) fn tokens<'a>(&self, header: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = Some(header);
        let tokens = iter::from_fn(move || {
            let text = rest?;
            let end = self.separator.and_then(|separator| memchr(separator, text));
            rest = end.map(|end| &text[end + 1..]);
            Some(&text[..end.unwrap_or(text.len())])
        });
        tokens.map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
    }

    /// Whether a byte in the id makes the end of the id ambiguous.
    pub(super) fn separates(&self, byte: u8) -> bool {
        self.separators.contains(&Some(byte))
    }

    /// Whether one of the signatures was made with one of the keys.
    ///
    /// Compares every signature with every key, so that timing does not reveal which one matched.
    pub(super) fn matches(&self, keys: &[Key], message: &Message<'_>, header: &[u8]) -> bool {
        let mut room = [0; ROOM];
        let mut matched = false;
        for key in keys {
            let expected = key.expects(self.pieces(message));
            for token in self.tokens(header) {
                if let Some(signature) = self.decode(token, &mut room) {
                    matched |= expected.is(signature);
                }
            }
        }
        matched
    }

    /// What is signed, in order.
    fn pieces<'a>(&'a self, message: &'a Message<'_>) -> impl Iterator<Item = &'a [u8]> {
        self.signed.iter().map(|part| match part {
            Part::Body => message.body,
            Part::Id => message.id,
            Part::Timestamp => message.timestamp,
            Part::Text(text) => text.as_bytes(),
        })
    }

    /// The bytes of a signature; `None` for a token that is not a signature of this scheme.
    fn decode<'r>(&self, token: &[u8], room: &'r mut [u8; ROOM]) -> Option<&'r [u8]> {
        let encoded = token.strip_prefix(self.prefix.as_bytes())?;
        let length = match self.encoding {
            Encoding::Hex => decode_hex(encoded, room)?,
            Encoding::Base64 => STANDARD.decode_slice(encoded, room).ok()?,
        };
        room.get(..length)
    }
}

/// The text between an id and the pieces before and after it.
fn separators(signed: &[Part]) -> [Option<u8>; 2] {
    let Some(id) = signed.iter().position(|part| matches!(part, Part::Id)) else { return [None; 2] };
    // A text at either end has nothing beyond it that the id could be confused with.
    let before = signed[..id].iter().skip(1).next_back().and_then(Part::as_text);
    let after = match &signed[id + 1..] {
        [part, _, ..] => part.as_text(),
        _ => None,
    };
    [before.and_then(|text| text.bytes().last()), after.and_then(|text| text.bytes().next())]
}

/// The number of bytes that the digits represent; as many as fit are written.
fn decode_hex(digits: &[u8], room: &mut [u8]) -> Option<usize> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    for (byte, &[high, low]) in room.iter_mut().zip(pairs) {
        *byte = value(high)? << 4 | value(low)?;
    }
    Some(pairs.len())
}

/// Signing, for tests.
#[cfg(feature = "testing")]
impl CompiledScheme {
    /// The headers of a signed message; `None` for a key that only verifies.
    pub(crate) fn sign(&self, key: &Key, message: &Message<'_>) -> Option<Vec<(&HeaderName, Vec<u8>)>> {
        let tag = key.expects(self.pieces(message)).into_tag()?;
        let encoded = match self.encoding {
            Encoding::Hex => tag.iter().map(|byte| format!("{byte:02x}")).collect(),
            Encoding::Base64 => STANDARD.encode(tag),
        };
        let mut signature = format!("{}{encoded}", self.prefix).into_bytes();
        let mut headers = Vec::new();
        if let Some(Id::Signed(name) | Id::Unsigned(name)) = &self.id {
            headers.push((name, message.id.to_vec()));
        }
        match &self.timestamp {
            None => {}
            Some(TimestampPlace::Header(name)) => headers.push((name, message.timestamp.to_vec())),
            Some(TimestampPlace::Token(prefix)) => {
                signature = [prefix.as_bytes(), message.timestamp, self.separator.as_slice(), &signature].concat();
            }
        }
        headers.push((&self.signature, signature));
        Some(headers)
    }
}
