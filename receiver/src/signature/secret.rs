use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;
use std::{env, fmt};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// A shared signing key, 16 to 64 bytes long.
///
/// Written as `whsec_` and the key in padded standard base64; the prefix may be left out. Anything
/// else is refused when the process starts rather than when the first delivery fails: an empty key
/// would let anybody sign, and whitespace or a foreign alphabet means that the text was damaged on
/// its way. Standard Webhooks asks for at least 24 bytes; a shorter key is accepted with a warning,
/// because such keys are in use.
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
        Self::parse(text).map_err(|problem| SecretError { origin: None, problem })
    }

    /// Reads a secret from an environment variable.
    ///
    /// # Errors
    ///
    /// If the variable is not set or does not hold a usable secret. The error names the variable.
    pub fn from_env(variable: &str) -> Result<Self, SecretError> {
        env::var_os(variable)
            .ok_or(Problem::NotSet)
            .and_then(|value| value.into_string().map_err(|_| Problem::NotBase64))
            .map(Zeroizing::new)
            .and_then(|text| Self::parse(&text))
            .map_err(|problem| SecretError { origin: Some(format!("environment variable {variable:?}")), problem })
    }

    /// Reads a secret from a file, as mounted by an orchestrator.
    ///
    /// One line ending at the end of the file is ignored, since editors and `echo` add it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or does not hold a usable secret. The error names the path.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SecretError> {
        let path = path.as_ref();
        read(path)
            .map_err(Problem::Unreadable)
            .and_then(|bytes| {
                let text = str::from_utf8(&bytes).map_err(|_| Problem::NotBase64)?;
                let line = text.strip_suffix('\n').unwrap_or(text);
                Self::parse(line.strip_suffix('\r').unwrap_or(line))
            })
            .map_err(|problem| SecretError { origin: Some(format!("file {}", path.display())), problem })
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
            return Err(Problem::TooLong);
        }
        // `decode_slice` wants room for whole groups of three bytes.
        let mut key = Zeroizing::new(vec![0; MAX_BYTES.next_multiple_of(3)]);
        let length = STANDARD.decode_slice(encoded, &mut key).map_err(|_| Problem::NotBase64)?;
        key.truncate(length);
        match length {
            ..MIN_BYTES => return Err(Problem::TooShort),
            MIN_BYTES..RECOMMENDED_BYTES => tracing::warn!(
                "a signing secret is shorter than the {RECOMMENDED_BYTES} bytes that Standard Webhooks asks for"
            ),
            RECOMMENDED_BYTES..=MAX_BYTES => {}
            _ => return Err(Problem::TooLong),
        }
        Ok(Self(key))
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }
}

/// Reads no more than is needed to see that a file is too long.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    const LONGEST: usize = PREFIX.len() + MAX_ENCODED + "\r\n".len() + 1;
    // Filled without growing, so that no copy of the secret is left behind.
    let mut bytes = Zeroizing::new(vec![0; LONGEST]);
    let mut file = File::open(path)?;
    let mut length = 0;
    while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
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

/// Why a secret, or the set of secrets given to a verifier, cannot be used.
///
/// Says where the secret was to come from and what is wrong with it, and never quotes it.
#[derive(Debug)]
pub struct SecretError {
    origin: Option<String>,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    NotSet,
    Unreadable(io::Error),
    Empty,
    Asymmetric,
    NotBase64,
    TooShort,
    TooLong,
    NoSecrets,
    TooManySecrets { limit: usize },
}

impl SecretError {
    pub(super) fn no_secrets() -> Self {
        Self { origin: None, problem: Problem::NoSecrets }
    }

    pub(super) fn too_many_secrets(limit: usize) -> Self {
        Self { origin: None, problem: Problem::TooManySecrets { limit } }
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
            Problem::Empty => f.write_str("the secret is empty"),
            Problem::Asymmetric => {
                f.write_str("this is one half of a key pair (`whpk_` or `whsk_`), not a shared secret (`whsec_`)")
            }
            Problem::NotBase64 => {
                f.write_str("the secret is not `whsec_` and padded standard base64, without any whitespace")
            }
            Problem::TooShort => write!(f, "the secret is shorter than {MIN_BYTES} bytes"),
            Problem::TooLong => write!(f, "the secret is longer than {MAX_BYTES} bytes"),
            Problem::NoSecrets => f.write_str("a verifier needs at least one secret"),
            Problem::TooManySecrets { limit } => {
                write!(f, "a verifier takes at most {limit} secrets")
            }
        }
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
