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

/// How an [`Hmac`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Standard base64, padded.
    Base64,
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
