use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{PUBLIC_KEY_LENGTH, VerifyingKey};

use super::secret::error::Problem;
use super::secret::read;
use super::{SecretError, StandardWebhooks};

/// The scheme of Standard Webhooks with a key pair: tokens `v1a,<base64>`, made with Ed25519 (RFC 8032).
///
/// Verified strictly: a signature in another than the one canonical form is refused, and so are keys and points of small
/// order. Only `v1a` tokens count; a `v1` token is skipped, as [`StandardWebhooks`] skips `v1a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ed25519Scheme(pub StandardWebhooks);

/// The public half of a sender's key pair: `whpk_` and 32 bytes in padded standard base64.
///
/// It verifies and cannot sign, and is not a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

const PREFIX: &str = "whpk_";
const ENCODED: usize = PUBLIC_KEY_LENGTH.div_ceil(3) * 4;

impl PublicKey {
    /// Parses a public key.
    ///
    /// # Errors
    ///
    /// If the text is not a public key, or one of small order, under which signatures prove nothing.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        Ok(Self::parse(text)?)
    }

    /// Reads a public key from an environment variable.
    ///
    /// # Errors
    ///
    /// If the variable is not set or does not contain a usable key. The error names the variable.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        read::from_env(variable, Self::parse)
    }

    /// Reads a public key from a file. One line ending at the end of the file is ignored.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or does not contain a usable key. The error names the path.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SecretError> {
        read::from_file(path.as_ref(), PREFIX.len() + ENCODED, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let encoded = text.strip_prefix(PREFIX).ok_or(Problem::NotPublicKey)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| Problem::NotPublicKey)?;
        let bytes: [u8; PUBLIC_KEY_LENGTH] = bytes.try_into().map_err(|_| Problem::NotPublicKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| Problem::NotPublicKey)?;
        // Every point has one canonical encoding (RFC 8032, section 5.1.2); the library takes others too.
        let canonical = key.to_edwards().compress().to_bytes() == bytes;
        if canonical && !key.is_weak() { Ok(Self(key)) } else { Err(Problem::NotPublicKey) }
    }

    pub(super) fn key(&self) -> VerifyingKey {
        self.0
    }
}

impl FromStr for PublicKey {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({PREFIX}{})", STANDARD.encode(self.0.as_bytes()))
    }
}
