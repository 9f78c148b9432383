//! Keys shared by sender and receiver.

pub(super) mod error;
pub(super) mod read;
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
/// The text form is `whsec_` and the key in padded standard base64; the prefix is optional. Anything else is refused at
/// startup, rather than when the first delivery fails: with an empty key anyone could sign, and whitespace or another
/// alphabet means that the text was damaged in transit. Standard Webhooks requires at least 24 bytes; a shorter key is
/// accepted with a warning, because such keys are in use. Other vendors use the text itself as the key, see
/// [`TextSecret`].
///
/// The key is wiped from memory when dropped. It cannot be printed, compared, cloned or serialized:
///
/// ```compile_fail,E0599
/// # fn copy(secret: webhook_receiver::Secret) -> webhook_receiver::Secret {
/// secret.clone()
/// # }
/// ```
/// ```compile_fail,E0369
/// # fn compare(one: webhook_receiver::Secret, other: webhook_receiver::Secret) -> bool {
/// one == other
/// # }
/// ```
/// ```compile_fail,E0277
/// # fn write(secret: webhook_receiver::Secret) {
/// webhook_receiver::serde_json::to_string(&secret);
/// # }
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

const PREFIX: &str = "whsec_";
const MIN_BYTES: usize = 16;
const RECOMMENDED_BYTES: usize = 24;
const MAX_BYTES: usize = 64;
/// The base64 of [`MAX_BYTES`].
const MAX_ENCODED: usize = MAX_BYTES.div_ceil(3) * 4;

impl Secret {
    /// Parses a secret.
    ///
    /// # Errors
    ///
    /// If the text is not a usable secret. The error contains no part of the text.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        Ok(Self::parse(text)?)
    }

    /// Reads a secret from an environment variable.
    ///
    /// # Errors
    ///
    /// If the variable is not set or does not contain a usable secret. The error names the variable.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        read::from_env(variable, Self::parse)
    }

    /// Reads a secret from a file, as mounted by an orchestrator.
    ///
    /// One line ending at the end of the file is ignored, because editors and `echo` add one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or does not contain a usable secret. The error names the path.
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
        // `decode_slice` requires space for whole groups of three bytes.
        let mut key = Zeroizing::new(vec![0; MAX_BYTES.next_multiple_of(3)]);
        let length = STANDARD.decode_slice(encoded, &mut key).map_err(|_| Problem::NotBase64)?;
        key.truncate(length);
        match length {
            ..MIN_BYTES => return Err(Problem::TooShort { least: MIN_BYTES }),
            MIN_BYTES..RECOMMENDED_BYTES => tracing::warn!(
                "a signing secret is shorter than the {RECOMMENDED_BYTES} bytes that Standard Webhooks requires"
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
