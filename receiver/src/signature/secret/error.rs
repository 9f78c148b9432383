use std::error::Error;
use std::{fmt, io};

/// The reason why a secret, or the set of secrets of a verifier, cannot be used.
///
/// The message has the source of the secret and the problem. It never quotes the secret.
pub struct SecretError {
    pub(super) origin: Option<String>,
    pub(super) problem: Problem,
}

#[derive(Debug)]
pub(in super::super) enum Problem {
    NotSet,
    Unreadable(io::Error),
    NotUtf8,
    Empty,
    Asymmetric,
    #[cfg(feature = "ed25519")]
    NotPublicKey,
    NotBase64,
    Damaged,
    TooShort {
        least: usize,
        /// The prefix that the text lacks, if secrets of its kind usually have one.
        absent_prefix: Option<&'static str>,
    },
    TooLong {
        most: usize,
    },
    UserName,
    NoSecrets,
    TooManySecrets {
        limit: usize,
    },
}

impl SecretError {
    pub(in super::super) fn no_secrets() -> Self {
        Problem::NoSecrets.into()
    }

    pub(crate) fn user_name() -> Self {
        Problem::UserName.into()
    }

    pub(in super::super) fn too_many_secrets(limit: usize) -> Self {
        Problem::TooManySecrets { limit }.into()
    }
}

impl From<Problem> for SecretError {
    fn from(problem: Problem) -> Self {
        Self { origin: None, problem }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(f, "{origin}: ")?;
        }
        match &self.problem {
            Problem::NotSet => f.write_str("not set"),
            Problem::Unreadable(_) => f.write_str("cannot be read"),
            Problem::NotUtf8 => f.write_str("the secret is not UTF-8"),
            Problem::Empty => f.write_str("the secret is empty"),
            Problem::Asymmetric => {
                f.write_str("this is one half of a key pair (`whpk_` or `whsk_`), not a shared secret (`whsec_`)")
            }
            #[cfg(feature = "ed25519")]
            Problem::NotPublicKey => {
                f.write_str("this is not a usable public key: it must be `whpk_` followed by 32 bytes in padded base64, without whitespace")
            }
            Problem::NotBase64 => {
                f.write_str("the secret must be `whsec_` followed by padded base64, without whitespace")
            }
            Problem::Damaged => f.write_str("the secret begins or ends with a space, or contains a control character"),
            Problem::TooShort { least, absent_prefix } => {
                write!(f, "the secret is shorter than {least} bytes")?;
                match absent_prefix {
                    Some(prefix) => write!(f, ", and does not begin with `{prefix}`: set it as the vendor shows it"),
                    None => Ok(()),
                }
            }
            Problem::TooLong { most } => write!(f, "the secret is longer than {most} bytes"),
            Problem::UserName => f.write_str("the user name contains a colon or a control character"),
            Problem::NoSecrets => f.write_str("a verifier needs at least one secret"),
            Problem::TooManySecrets { limit } => {
                write!(f, "a verifier takes at most {limit} secrets")
            }
        }
    }
}

/// The same text as `Display`, because `main` prints a returned error with `Debug`.
impl fmt::Debug for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for SecretError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
