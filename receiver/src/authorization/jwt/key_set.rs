use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use serde_json::Value;

use super::Algorithm;

/// The maximum number of keys, and the maximum length of the document.
const MAX_KEYS: usize = 64;
const MAX_BYTES: usize = 256 * 1024;
/// NIST SP 800-131A: shorter moduli are no longer acceptable.
const MIN_RSA_BYTES: usize = 256;
/// Verification takes longer with longer ones.
const MAX_RSA_BYTES: usize = 1024;

/// The keys of an authorization server that can verify signatures.
pub(super) struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    /// The algorithms that the key allows, by its type and its attributes.
    algorithms: Vec<Algorithm>,
    decoding: Arc<DecodingKey>,
}

impl KeySet {
    /// Parses a JSON Web Key Set. Unusable keys are skipped, since a set may contain types that are not supported here.
    ///
    /// `None` if this is not a key set.
    pub(super) fn parse(document: &[u8]) -> Option<Self> {
        if document.len() > MAX_BYTES {
            return None;
        }
        let document: Value = serde_json::from_slice(document).ok()?;
        let keys = document.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MAX_KEYS).filter_map(Key::parse).collect()))
    }

    /// The key with this id. A token without an id refers to the only matching key.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<Arc<DecodingKey>> {
        let fits = |key: &&Key| (id.is_none() || key.id.as_deref() == id) && key.algorithms.contains(&algorithm);
        let mut keys = self.0.iter().filter(fits);
        let key = keys.next()?;
        keys.next().is_none().then(|| Arc::clone(&key.decoding))
    }
}

impl Key {
    fn parse(value: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
        if jwk.common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
            return None;
        }
        let mut algorithms = fitting(&jwk.algorithm)?;
        if let Some(only) = jwk.common.key_algorithm {
            let only = only.to_string().parse::<jsonwebtoken::Algorithm>().ok()?;
            algorithms.retain(|&algorithm| only == algorithm.into());
        }
        let decoding = Arc::new(DecodingKey::from_jwk(&jwk).ok()?);
        Some(Self { id: jwk.common.key_id, algorithms, decoding })
    }
}

/// The algorithms for a key of this type; empty unless it is a public key of the right size.
fn fitting(key: &AlgorithmParameters) -> Option<Vec<Algorithm>> {
    use Algorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    match key {
        AlgorithmParameters::RSA(key) => {
            let fits = (MIN_RSA_BYTES..=MAX_RSA_BYTES).contains(&length(&key.n)?);
            fits.then(|| vec![Rs256, Rs384, Rs512, Ps256, Ps384, Ps512])
        }
        AlgorithmParameters::EllipticCurve(key) => {
            let (size, algorithm) = match key.curve {
                EllipticCurve::P256 => (32, Es256),
                EllipticCurve::P384 => (48, Es384),
                _ => return None,
            };
            (length(&key.x)? == size && length(&key.y)? == size).then(|| vec![algorithm])
        }
        // The library takes the first 32 bytes, and panics if there are fewer.
        AlgorithmParameters::OctetKeyPair(key) => {
            (key.curve == EllipticCurve::Ed25519 && length(&key.x)? == 32).then(|| vec![EdDsa])
        }
        _ => None,
    }
}

fn length(encoded: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(encoded).ok().map(|bytes| bytes.len())
}
