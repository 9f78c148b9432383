use constant_time_eq::constant_time_eq;
use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use hmac::{EagerHash, KeyInit};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Hash;

/// The longest signature, in bytes: that of SHA-512, and that of Ed25519.
pub(super) const MAX_SIGNATURE: usize = 64;

/// A secret with its key schedule done; cloned for every delivery.
pub enum Key {
    Sha1(HmacCore<Sha1>),
    Sha256(HmacCore<Sha256>),
    Sha512(HmacCore<Sha512>),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519_dalek::VerifyingKey),
}

/// The signature of one key over one message, in a form for comparison.
pub(super) enum Expected {
    /// The signature itself.
    Tag { bytes: [u8; MAX_SIGNATURE], length: usize },
    #[cfg(feature = "ed25519")]
    Proof { key: ed25519_dalek::VerifyingKey, message: Vec<u8> },
}

impl Key {
    pub(super) fn hmac(hash: Hash, secret: &[u8]) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1(keyed(secret)),
            Hash::Sha256 => Self::Sha256(keyed(secret)),
            Hash::Sha512 => Self::Sha512(keyed(secret)),
        }
    }

    /// The expected signature over the pieces.
    pub(super) fn expects<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) -> Expected {
        match self {
            Self::Sha1(mac) => tag(mac, pieces),
            Self::Sha256(mac) => tag(mac, pieces),
            Self::Sha512(mac) => tag(mac, pieces),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => Expected::Proof { key: *key, message: pieces.collect::<Vec<_>>().concat() },
        }
    }
}

impl Expected {
    /// Compares a signature in constant time. One of another length is unequal at once, since lengths are not secret.
    pub(super) fn is(&self, signature: &[u8]) -> bool {
        match self {
            Self::Tag { bytes, length } => constant_time_eq(&bytes[..*length], signature),
            #[cfg(feature = "ed25519")]
            Self::Proof { key, message } => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
        }
    }

    /// The signature for a message; `None` for a key that only verifies.
    #[cfg(feature = "testing")]
    #[cfg_attr(
        not(feature = "ed25519"),
        expect(clippy::unnecessary_wraps, reason = "every key signs unless there are public ones")
    )]
    pub(super) fn into_tag(self) -> Option<Vec<u8>> {
        match self {
            Self::Tag { bytes, length } => Some(bytes[..length].to_vec()),
            #[cfg(feature = "ed25519")]
            Self::Proof { .. } => None,
        }
    }
}

fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).expect("HMAC takes keys of any length")
}

/// The pieces are fed one by one, so that the body is not copied.
fn tag<'a, D: EagerHash>(mac: &HmacCore<D>, pieces: impl Iterator<Item = &'a [u8]>) -> Expected {
    let mut mac = mac.clone();
    let mut buffer = Buffer::<HmacCore<D>>::default();
    for piece in pieces {
        buffer.digest_blocks(piece, |blocks| mac.update_blocks(blocks));
    }
    let mut tag = Output::<HmacCore<D>>::default();
    mac.finalize_fixed_core(&mut buffer, &mut tag);
    let mut bytes = [0; MAX_SIGNATURE];
    bytes[..tag.len()].copy_from_slice(&tag);
    Expected::Tag { bytes, length: tag.len() }
}
