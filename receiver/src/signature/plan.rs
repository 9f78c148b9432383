//! The form in which a verifier works: which headers are read, what is signed, what a signature looks like.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use subtle::{Choice, ConstantTimeEq};

use super::key::Key;
use super::{Encoding, Hash, HeaderNames, HmacScheme, Piece};

/// A scheme, whichever it is.
#[derive(Debug)]
pub struct Plan {
    /// The header that carries the signatures.
    pub(super) signature: HeaderName,
    pub(super) id: Option<Id>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) hash: Hash,
    /// Parts the tokens of the signature header; none where it holds but one.
    separator: Option<char>,
    /// Begins the tokens that are signatures.
    prefix: &'static str,
    encoding: Encoding,
    signed: Vec<Part>,
}

/// Where the id stands.
#[derive(Debug)]
pub(super) enum Id {
    Signed(HeaderName),
    Unsigned(HeaderName),
}

/// Where the timestamp stands.
#[derive(Debug)]
pub(super) enum Timestamp {
    Header(HeaderName),
    /// In the token of the signature header that begins so.
    Token(&'static str),
}

/// A piece of what is signed.
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
    /// Empty where the scheme has none.
    pub(crate) id: &'a [u8],
    /// Empty where the scheme has none.
    pub(crate) timestamp: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Plan {
    /// Tokens `v1,<base64>` that are parted by spaces, over `id "." timestamp "." body`.
    pub(super) fn standard_webhooks(names: &HeaderNames) -> Self {
        Self {
            signature: names.signature.clone(),
            id: Some(Id::Signed(names.id.clone())),
            timestamp: Some(Timestamp::Header(names.timestamp.clone())),
            hash: Hash::Sha256,
            separator: Some(' '),
            prefix: "v1,",
            encoding: Encoding::Base64,
            signed: vec![Part::Id, Part::Text("."), Part::Timestamp, Part::Text("."), Part::Body],
        }
    }

    pub(super) fn hmac(scheme: &HmacScheme) -> Self {
        let mut plan = Self {
            signature: HeaderName::from_static(scheme.header),
            id: scheme.unsigned_id.map(|name| Id::Unsigned(HeaderName::from_static(name))),
            timestamp: None,
            hash: scheme.hash,
            separator: scheme.separator,
            prefix: scheme.prefix,
            encoding: scheme.encoding,
            signed: Vec::new(),
        };
        for piece in scheme.signed {
            plan.signed.push(match *piece {
                Piece::Body => Part::Body,
                Piece::Text(text) => Part::Text(text),
                Piece::IdHeader(name) => {
                    plan.id = Some(Id::Signed(HeaderName::from_static(name)));
                    Part::Id
                }
                Piece::TimestampHeader(name) => {
                    plan.timestamp = Some(Timestamp::Header(HeaderName::from_static(name)));
                    Part::Timestamp
                }
                Piece::TimestampToken(prefix) => {
                    plan.timestamp = Some(Timestamp::Token(prefix));
                    Part::Timestamp
                }
            });
        }
        plan
    }

    /// The tokens of the signature header. Several separators, or separators at the ends, count like one.
    pub(super) fn tokens<'a>(&self, header: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let separator = self.separator;
        let tokens = header.split(move |&byte| separator.is_some_and(|separator| char::from(byte) == separator));
        tokens.map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
    }

    /// Whether a byte within the id would make it doubtful where the id ends.
    pub(super) fn separates(&self, byte: u8) -> bool {
        let Some(id) = self.signed.iter().position(|part| matches!(part, Part::Id)) else { return false };
        // A text at either end has nothing beyond it that the id could be confused with.
        let before = self.signed[..id].iter().skip(1).next_back().and_then(Part::as_text);
        let after = match &self.signed[id + 1..] {
            [part, _, ..] => part.as_text(),
            _ => None,
        };
        before.and_then(|text| text.as_bytes().last()) == Some(&byte)
            || after.and_then(|text| text.as_bytes().first()) == Some(&byte)
    }

    /// Whether one of the signatures is the tag that one of the keys gives.
    ///
    /// Compares every signature with every key's tag, so that the time taken does not tell which matched.
    pub(super) fn matches(&self, keys: &[Key], message: &Message<'_>, header: &[u8]) -> bool {
        let mut matched = Choice::from(0);
        for key in keys {
            let tag = self.tag(key, message);
            for signature in self.tokens(header).filter_map(|token| self.decode(token)) {
                matched |= tag.ct_eq(&signature);
            }
        }
        matched.into()
    }

    fn tag(&self, key: &Key, message: &Message<'_>) -> Vec<u8> {
        key.tag(self.signed.iter().map(|part| match part {
            Part::Body => message.body,
            Part::Id => message.id,
            Part::Timestamp => message.timestamp,
            Part::Text(text) => text.as_bytes(),
        }))
    }

    /// The bytes of a signature; none for a token that is no signature of this scheme.
    fn decode(&self, token: &[u8]) -> Option<Vec<u8>> {
        let encoded = token.strip_prefix(self.prefix.as_bytes())?;
        match self.encoding {
            Encoding::Hex => decode_hex(encoded),
            Encoding::Base64 => STANDARD.decode(encoded).ok(),
        }
    }
}

fn decode_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    let byte = |&[high, low]: &[u8; 2]| Some(value(high)? << 4 | value(low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// What a sender does, for tests.
#[cfg(feature = "testing")]
impl Plan {
    /// The headers of a signed message.
    pub(crate) fn sign(&self, secret: &[u8], message: &Message<'_>) -> Vec<(&HeaderName, Vec<u8>)> {
        let tag = self.tag(&Key::new(self.hash, secret), message);
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
            Some(Timestamp::Header(name)) => headers.push((name, message.timestamp.to_vec())),
            Some(Timestamp::Token(prefix)) => {
                let separator = self.separator.map(String::from).unwrap_or_default();
                signature = [prefix.as_bytes(), message.timestamp, separator.as_bytes(), &signature].concat();
            }
        }
        headers.push((&self.signature, signature));
        headers
    }
}
