//! Keys shared by sender and receiver.

pub(super) mod error;
pub(super) mod read;
mod text;
mod warning;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub use error::SecretError;
pub use text::TextSecret;
pub use warning::SecretWarning;

use error::Problem;

/// A shared signing key of Standard Webhooks, 16 to 64 bytes long.
///
/// The text form is `whsec_` and the key in padded standard base64; the prefix is optional. Anything else is refused at
/// startup, rather than when the first delivery fails: with an empty key anyone could sign, and whitespace or another
/// alphabet means that the text was damaged in transit. Other vendors use the text itself as the key, see [`TextSecret`].
///
/// Some texts are accepted with a [warning](Self::warning), which is also logged: Standard Webhooks requires at least 24
/// bytes, but shorter keys are in use. A text of hexadecimal digits is valid base64, but is probably a key of another form.
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
pub struct Secret {
    key: Zeroizing<Vec<u8>>,
    warning: Option<SecretWarning>,
}

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
        let after_prefix = text.strip_prefix(PREFIX);
        let encoded = after_prefix.unwrap_or(text);
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
        let is_hexadecimal = encoded.bytes().all(|byte| byte.is_ascii_hexdigit());
        let warning = match length {
            ..MIN_BYTES => {
                let absent_prefix = Some(PREFIX).filter(|_| after_prefix.is_none());
                return Err(Problem::TooShort { least: MIN_BYTES, absent_prefix });
            }
            MIN_BYTES..=MAX_BYTES if is_hexadecimal => Some(SecretWarning::Hexadecimal),
            MIN_BYTES..RECOMMENDED_BYTES => Some(SecretWarning::Short { recommended: RECOMMENDED_BYTES }),
            RECOMMENDED_BYTES..=MAX_BYTES => None,
            _ => return Err(Problem::TooLong { most: MAX_BYTES }),
        };
        Ok(Self { key, warning: warning::logged(warning) })
    }

    /// Why the secret may not be the one that the vendor has shown, or may be guessed.
    pub fn warning(&self) -> Option<SecretWarning> {
        self.warning
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
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
