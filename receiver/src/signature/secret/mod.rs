//! The keys that sender and receiver share.

mod error;
mod read;
mod text;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub use error::SecretError;
pub use text::TextSecret;

use error::Problem;

/// A shared signing key of Standard Webhooks, 16 to 64 bytes long.
///
/// Written as `whsec_` and the key in padded standard base64; the prefix may be left out. Anything
/// else is refused when the process starts rather than when the first delivery fails: an empty key
/// would let anybody sign, and whitespace or a foreign alphabet means that the text was damaged on
/// its way. Standard Webhooks asks for at least 24 bytes; a shorter key is accepted with a warning,
/// because such keys are in use. Other vendors use a secret as it is written, see [`TextSecret`].
///
/// The key is wiped from memory when dropped. It cannot be printed, compared, cloned or serialized.
pub struct Secret(Zeroizing<Vec<u8>>);

const PREFIX: &str = "whsec_";
const MIN_BYTES: usize = 16;
const RECOMMENDED_BYTES: usize = 24;
const MAX_BYTES: usize = 64;
/// The base64 of [`MAX_BYTES`].
const MAX_ENCODED: usize = MAX_BYTES.div_ceil(3) * 4;

impl Secret {
    /// Reads a secret from its text form.
    ///
    /// # Errors
    ///
    /// If the text is not a usable secret. The error holds no part of the text.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        Ok(Self::parse(text)?)
    }

    /// Reads a secret from an environment variable.
    ///
    /// # Errors
    ///
    /// If the variable is not set or does not hold a usable secret. The error names the variable.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        read::from_env(variable, Self::parse)
    }

    /// Reads a secret from a file, as mounted by an orchestrator.
    ///
    /// One line ending at the end of the file is ignored, since editors and `echo` add it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or does not hold a usable secret. The error names the path.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SecretError> {
        read::from_file(path.as_ref(), PREFIX.len() + MAX_ENCODED, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
        if encoded.is_empty() {
            return Err(Problem::Empty);
        }
        if encoded.starts_with("whpk_") || encoded.starts_with("whsk_") {
            return Err(Problem::Asymmetric);
        }
        if encoded.len() > MAX_ENCODED {
            return Err(Problem::TooLong { most: MAX_BYTES });
        }
        // `decode_slice` wants room for whole groups of three bytes.
        let mut key = Zeroizing::new(vec![0; MAX_BYTES.next_multiple_of(3)]);
        let length = STANDARD.decode_slice(encoded, &mut key).map_err(|_| Problem::NotBase64)?;
        key.truncate(length);
        match length {
            ..MIN_BYTES => return Err(Problem::TooShort { least: MIN_BYTES }),
            MIN_BYTES..RECOMMENDED_BYTES => tracing::warn!(
                "a signing secret is shorter than the {RECOMMENDED_BYTES} bytes that Standard Webhooks asks for"
            ),
            RECOMMENDED_BYTES..=MAX_BYTES => {}
            _ => return Err(Problem::TooLong { most: MAX_BYTES }),
        }
        Ok(Self(key))
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
