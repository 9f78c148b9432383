use std::fmt;

/// Why a secret that was accepted may not be the right one. It contains no part of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretWarning {
    /// The key has fewer bytes than this, and may be guessed.
    #[non_exhaustive]
    Short {
        /// The number of bytes that a key should have at least.
        recommended: usize,
    },
    /// The text consists of hexadecimal digits, and was decoded as base64 all the same. If it is the key itself, use a
    /// [`TextSecret`](crate::TextSecret) and a scheme that takes one. If the digits encode the key, write it in base64.
    Hexadecimal,
}

impl fmt::Display for SecretWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { recommended } => {
                write!(f, "the signing secret is shorter than {recommended} bytes, and may be guessed")
            }
            Self::Hexadecimal => f.write_str(
                "the signing secret consists of hexadecimal digits, and is decoded as base64: the vendor may mean another key",
            ),
        }
    }
}

/// Logs a warning and returns it.
pub(super) fn logged(warning: Option<SecretWarning>) -> Option<SecretWarning> {
    warning.inspect(|warning| tracing::warn!("{warning}"))
}
