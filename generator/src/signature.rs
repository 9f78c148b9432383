//! Signature schemes as data: what a configuration or a description says about them, and what is emitted.

use serde::{Deserialize, Serialize};

/// How deliveries are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// By the Standard Webhooks specification.
    StandardWebhooks {
        /// The header that carries the delivery's id.
        id: String,
        /// The header that carries the time of the attempt.
        timestamp: String,
        /// The header that carries the signatures.
        signature: String,
    },
    /// By the vendor's own scheme, with HMAC.
    Hmac(Hmac),
    /// Not at all.
    Unsigned,
}

/// What a description says about a signature, as far as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedScheme {
    /// The header that carries the signature, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The hash function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
    /// How the signature is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// The signed text, such as `{timestamp}.{body}`; with [`JOINED_SOMEHOW`] between parts if it does not say how they are joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// What `codegen.toml` cannot state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<String>,
}

/// What is between two parts of a signed text if the description does not say how they are joined.
pub const JOINED_SOMEHOW: char = '…';

/// A signature scheme described by data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hmac {
    /// The header that carries the signature.
    pub header: String,
    /// What separates the tokens of the header; `None` if the header is a single token.
    pub separator: Option<char>,
    /// The prefix of a token that is a signature.
    pub prefix: String,
    /// The hash function.
    pub hash: Hash,
    /// How a signature is written.
    pub encoding: Encoding,
    /// What is signed: the body once, an id and a timestamp at most once, with text between any two of these.
    pub signed: Vec<Piece>,
    /// The delivery's id, if it is not one of the signed pieces.
    pub other_id: Option<OtherId>,
}

impl Scheme {
    /// The header that carries the signature, as far as it is verified.
    pub fn header(&self) -> Option<&str> {
        match self {
            Self::StandardWebhooks { signature, .. } => Some(signature),
            Self::Hmac(hmac) => Some(&hmac.header),
            Self::Unsigned => None,
        }
    }

    /// What a description of it in words can say; `None` if nothing is signed.
    pub fn parts(&self) -> Option<StatedScheme> {
        let (hash, encoding, signed) = match self {
            Self::StandardWebhooks { .. } => (Hash::Sha256, Encoding::Base64, "{id}.{timestamp}.{body}".to_owned()),
            Self::Hmac(hmac) => (hmac.hash, hmac.encoding, hmac.template()),
            Self::Unsigned => return None,
        };
        Some(StatedScheme {
            header: self.header().map(str::to_ascii_lowercase),
            hash: Some(hash),
            encoding: Some(encoding),
            signed: Some(signed),
            beyond: Vec::new(),
        })
    }

    /// The scheme in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::StandardWebhooks { id, timestamp, signature } => {
                format!("Standard Webhooks, in the headers `{id}`, `{timestamp}` and `{signature}`")
            }
            Self::Hmac(hmac) => {
                let (hash, encoding, header) = (hmac.hash.name(), hmac.encoding.name(), &hmac.header);
                let form = if hmac.prefix.is_empty() { String::new() } else { format!(" after `{}`", hmac.prefix) };
                format!("HMAC with {hash} of `{}`, in {encoding}{form} in the header `{header}`", hmac.template())
            }
            Self::Unsigned => "no signature".to_owned(),
        }
    }
}

impl Hmac {
    /// The signed text as `codegen.toml` states it, such as `{timestamp}.{body}`.
    pub fn template(&self) -> String {
        let text = |piece| match piece {
            &Piece::Body => "{body}",
            Piece::IdHeader(_) => "{id}",
            Piece::TimestampHeader(_) | Piece::TimestampToken(_) => "{timestamp}",
            Piece::Text(text) => text,
        };
        self.signed.iter().map(text).collect()
    }
}

impl StatedScheme {
    /// Whether the signed text that is stated is another one. The body alone is often mentioned where more is signed.
    pub fn signs_otherwise(&self, signed: &str) -> bool {
        match self.signed.as_deref() {
            None | Some("{body}") => false,
            Some(stated) if stated.contains(JOINED_SOMEHOW) => {
                stated.split(JOINED_SOMEHOW).any(|part| !signed.contains(part))
            }
            Some(stated) => stated != signed,
        }
    }
}

/// The location of an id that is not one of the signed pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherId {
    /// The header of this name, which is not signed.
    UnsignedHeader(String),
    /// This JSON pointer in the body, which is signed.
    Body(String),
}

/// The hash function of an [`Hmac`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The word for it in `codegen.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// How an [`Hmac`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Standard base64, padded.
    Base64,
}

impl Encoding {
    /// The word for it in `codegen.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

/// A signed piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    /// The body.
    Body,
    /// The delivery's id, from the header of this name.
    IdHeader(String),
    /// The time of the attempt, from the header of this name.
    TimestampHeader(String),
    /// The time of the attempt, from the token of the signature header with this prefix.
    TimestampToken(String),
    /// Fixed text.
    Text(String),
}
