//! The symmetric scheme of Standard Webhooks: tokens `v1,<base64 of HMAC-SHA256>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::Secret;

/// The block size of SHA-256, and the longest [`Secret`].
const BLOCK_BYTES: usize = 64;
const TAG_BYTES: usize = 32;
/// The padded base64 of a tag.
const ENCODED_TAG: usize = 44;
const VERSION: &[u8] = b"v1,";

type Tag = [u8; TAG_BYTES];

/// A secret with its key schedule done; cloned for every delivery.
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    pub(crate) fn new(secret: &Secret) -> Self {
        // HMAC fills short keys up to the block size with zeros, and a secret is never longer.
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        for (to, from) in block.iter_mut().zip(secret.key()) {
            *to = *from;
        }
        Self(Hmac::new((&*block).into()))
    }

    /// The tag over `id "." timestamp "." body`, fed in pieces so that the body is not copied.
    pub(crate) fn tag(&self, message: &Message<'_>) -> Tag {
        let mut mac = self.0.clone();
        mac.update(message.id);
        mac.update(b".");
        mac.update(message.timestamp);
        mac.update(b".");
        mac.update(message.body);
        mac.finalize().into_bytes().into()
    }
}

/// What is signed: header and body bytes as received.
pub(crate) struct Message<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
    pub(crate) body: &'a [u8],
}

/// Whether one of the tokens is the tag that one of the keys gives.
///
/// Compares every token with every key's tag, so that the time taken does not tell which matched.
pub(crate) fn matches(keys: &[Key], message: &Message<'_>, signatures: &[u8]) -> bool {
    let mut matched = Choice::from(0);
    for key in keys {
        let tag = key.tag(message);
        for signature in tokens(signatures).filter_map(decode_token) {
            matched |= tag.ct_eq(&signature);
        }
    }
    matched.into()
}

/// The tokens of a signature list. Several spaces, or spaces at the ends, separate like one.
pub(crate) fn tokens(signatures: &[u8]) -> impl Iterator<Item = &[u8]> {
    signatures.split(|&byte| byte == b' ').filter(|token| !token.is_empty())
}

/// `None` for another version and for anything but the one canonical base64 of 32 bytes.
fn decode_token(token: &[u8]) -> Option<Tag> {
    let encoded = token.strip_prefix(VERSION)?;
    if encoded.len() != ENCODED_TAG {
        return None;
    }
    // `decode_slice` wants room for whole groups of three bytes.
    let mut bytes = [0; TAG_BYTES.next_multiple_of(3)];
    let length = STANDARD.decode_slice(encoded, &mut bytes).ok()?;
    bytes.get(..length)?.try_into().ok()
}

#[cfg(feature = "testing")]
pub(crate) fn encode_token(tag: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(tag))
}
