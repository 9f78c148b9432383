use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use constant_time_eq::constant_time_eq_32;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::CredentialsError;
use crate::{SecretError, TextSecret};

/// A name and a password, as HTTP Basic (RFC 7617) sends them.
///
/// ```no_run
/// use webhook_receiver::authorization::BasicAuth;
/// use webhook_receiver::{Secret, TextSecret, Verifier};
///
/// # fn main() -> Result<(), webhook_receiver::SecretError> {
/// let verifier = Verifier::standard_webhooks(Secret::from_env("WEBHOOK_SECRET")?);
/// let authenticator = verifier.with_basic(BasicAuth::new("vendor", &TextSecret::from_env("WEBHOOK_PASSWORD")?)?);
/// # drop(authenticator);
/// # Ok(())
/// # }
/// ```
///
/// Contains hashes only. They cannot be printed, cloned or compared, and are wiped when dropped.
pub struct BasicAuth(Vec<Zeroizing<[u8; 32]>>);

impl BasicAuth {
    /// Accepts this name with this password.
    ///
    /// # Errors
    ///
    /// If the name contains a colon, which would make its end ambiguous, or a control character.
    pub fn new(name: &str, password: &TextSecret) -> Result<Self, SecretError> {
        Self(Vec::new()).or(name, password)
    }

    /// Also accepts this name with this password, while one replaces the other.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn or(mut self, name: &str, password: &TextSecret) -> Result<Self, SecretError> {
        if name.contains(':') || name.contains(char::is_control) {
            return Err(SecretError::user_name());
        }
        self.0.push(digest(&[name.as_bytes(), b":", password.key()]));
        Ok(self)
    }

    /// Compares with every name and password, in a time that depends on neither.
    pub(super) fn authenticate(&self, credentials: &str) -> Result<(), CredentialsError> {
        let Ok(pair) = STANDARD.decode(credentials).map(Zeroizing::new) else {
            return Err(CredentialsError::Refused("the credentials are not base64"));
        };
        let sent = digest(&[&pair]);
        let equal = self.0.iter().fold(false, |equal, known| equal | constant_time_eq_32(&sent, known));
        if equal { Ok(()) } else { Err(CredentialsError::Refused("the name or the password is wrong")) }
    }
}

/// Makes strings of any length comparable in constant time.
fn digest(pieces: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    Zeroizing::new(hash.finalize().into())
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicAuth(..)")
    }
}
