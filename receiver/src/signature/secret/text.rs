use std::fmt;
use std::path::Path;
use std::str::FromStr;

use zeroize::Zeroizing;

use super::error::Problem;
use super::{SecretError, SecretWarning, read, warning};

/// A shared signing key that is used as is: the key is the bytes of the text, 8 to 512 of them.
///
/// For an [`HmacScheme`](crate::HmacScheme), such as those of GitHub and Stripe. Stripe's secrets begin with `whsec_` as
/// well; there the prefix is part of the key. Standard Webhooks decodes its secrets instead, see
/// [`Secret`](crate::Secret). Each scheme takes its own type, so the two cannot be mixed up.
///
/// A text with a space at either end or with control characters is refused, because it was damaged in transit. A text of
/// fewer than 16 bytes is accepted with a [warning](Self::warning), which is also logged: it can be guessed from a recorded
/// delivery.
///
/// The key is wiped from memory when dropped. It cannot be printed, compared, cloned or serialized.
pub struct TextSecret {
    key: Zeroizing<Vec<u8>>,
    warning: Option<SecretWarning>,
}

const MIN_BYTES: usize = 8;
const RECOMMENDED_BYTES: usize = 16;
const MAX_BYTES: usize = 512;

impl TextSecret {
    /// Creates a secret from its text.
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
        read::from_file(path.as_ref(), MAX_BYTES, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        if text.trim() != text || text.contains(char::is_control) {
            return Err(Problem::Damaged);
        }
        let warning = match text.len() {
            0 => return Err(Problem::Empty),
            1..MIN_BYTES => return Err(Problem::TooShort { least: MIN_BYTES, absent_prefix: None }),
            MIN_BYTES..RECOMMENDED_BYTES => Some(SecretWarning::Short { recommended: RECOMMENDED_BYTES }),
            RECOMMENDED_BYTES..=MAX_BYTES => None,
            _ => return Err(Problem::TooLong { most: MAX_BYTES }),
        };
        Ok(Self { key: Zeroizing::new(text.as_bytes().to_vec()), warning: warning::logged(warning) })
    }

    /// Why the secret may be guessed.
    pub fn warning(&self) -> Option<SecretWarning> {
        self.warning
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl FromStr for TextSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Debug for TextSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextSecret(..)")
    }
}
