use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq};

use super::Hash;

/// A secret with its key schedule done; cloned for every delivery.
pub enum Key {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl Key {
    pub(super) fn hmac(hash: Hash, secret: &[u8]) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1(keyed(secret)),
            Hash::Sha256 => Self::Sha256(keyed(secret)),
            Hash::Sha512 => Self::Sha512(keyed(secret)),
        }
    }

    /// Whether one of the signatures fits the pieces.
    ///
    /// Looks at all of them, so that the time taken does not tell which one fits.
    pub(super) fn matches<'a>(
        &self,
        pieces: impl Iterator<Item = &'a [u8]>,
        signatures: impl Iterator<Item = Vec<u8>>,
    ) -> Choice {
        match self {
            Self::Sha1(mac) => any_equal(&tag(mac.clone(), pieces), signatures),
            Self::Sha256(mac) => any_equal(&tag(mac.clone(), pieces), signatures),
            Self::Sha512(mac) => any_equal(&tag(mac.clone(), pieces), signatures),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => {
                let message = pieces.collect::<Vec<_>>().concat();
                let fits = |signature: Vec<u8>| {
                    let signature = ed25519_dalek::Signature::from_slice(&signature);
                    signature.is_ok_and(|signature| key.verify_strict(&message, &signature).is_ok())
                };
                signatures.fold(Choice::from(0), |fitted, signature| fitted | Choice::from(u8::from(fits(signature))))
            }
        }
    }

    /// What a sender with this key puts on the pieces; none for a key that only verifies.
    #[cfg(feature = "testing")]
    pub(super) fn sign<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
        Some(match self {
            Self::Sha1(mac) => tag(mac.clone(), pieces),
            Self::Sha256(mac) => tag(mac.clone(), pieces),
            Self::Sha512(mac) => tag(mac.clone(), pieces),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => return None,
        })
    }
}

fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).expect("HMAC takes keys of any length")
}

/// The pieces are fed one by one, so that the body is not copied.
fn tag<'a>(mut mac: impl Mac, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    pieces.for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

/// A signature of another length than the tag is unequal; lengths are no secret.
fn any_equal(tag: &[u8], signatures: impl Iterator<Item = Vec<u8>>) -> Choice {
    signatures.fold(Choice::from(0), |equal, signature| equal | tag.ct_eq(&signature))
}
