use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Hash;

/// A secret with its key schedule done; cloned for every delivery.
pub(crate) enum Key {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
}

impl Key {
    pub(super) fn new(hash: Hash, secret: &[u8]) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1(keyed(secret)),
            Hash::Sha256 => Self::Sha256(keyed(secret)),
            Hash::Sha512 => Self::Sha512(keyed(secret)),
        }
    }

    /// The tag over the pieces, which are fed one by one so that the body is not copied.
    pub(super) fn tag<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
        match self {
            Self::Sha1(mac) => tag(mac.clone(), pieces),
            Self::Sha256(mac) => tag(mac.clone(), pieces),
            Self::Sha512(mac) => tag(mac.clone(), pieces),
        }
    }
}

fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).expect("HMAC takes keys of any length")
}

fn tag<'a>(mut mac: impl Mac, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    pieces.for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}
