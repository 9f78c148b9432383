use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use super::key::Key;
use super::{Scheme, SecretError};

const MAX_SECRETS: usize = 5;

/// The keys of a verifier.
pub(super) enum Keys {
    Fixed(Box<[Key]>),
    Swapped(Swapped),
}

/// A set of keys that can be replaced. Clones share the set.
#[derive(Clone)]
pub(super) struct Swapped(Arc<RwLock<Arc<[Key]>>>);

/// The keys at the time a request arrived.
pub(super) enum Current<'a> {
    Fixed(&'a [Key]),
    Swapped(Arc<[Key]>),
}

impl Deref for Current<'_> {
    type Target = [Key];

    fn deref(&self) -> &[Key] {
        match self {
            Self::Fixed(keys) => keys,
            Self::Swapped(keys) => keys,
        }
    }
}

impl Keys {
    /// # Errors
    ///
    /// If there are no secrets, or more than five.
    pub(super) fn new<S: Scheme>(scheme: &S, secrets: &[S::Secret]) -> Result<Self, SecretError> {
        keys(scheme, secrets).map(Self::Fixed)
    }

    pub(super) fn one<S: Scheme>(scheme: &S, secret: &S::Secret) -> Self {
        Self::Fixed(Box::new([scheme.key(secret)]))
    }

    /// The current keys; a later replacement does not change them.
    pub(super) fn current(&self) -> Current<'_> {
        match self {
            Self::Fixed(keys) => Current::Fixed(keys),
            // Nothing panics while holding the lock, and a set is replaced as a whole.
            Self::Swapped(Swapped(keys)) => {
                Current::Swapped(Arc::clone(&keys.read().unwrap_or_else(PoisonError::into_inner)))
            }
        }
    }
}

impl Swapped {
    /// # Errors
    ///
    /// If there are no secrets, or more than five.
    pub(super) fn new<S: Scheme>(scheme: &S, secrets: &[S::Secret]) -> Result<Self, SecretError> {
        Ok(Self(Arc::new(RwLock::new(keys(scheme, secrets)?.into()))))
    }
}

fn keys<S: Scheme>(scheme: &S, secrets: &[S::Secret]) -> Result<Box<[Key]>, SecretError> {
    match secrets.len() {
        0 => Err(SecretError::no_secrets()),
        1..=MAX_SECRETS => Ok(secrets.iter().map(|secret| scheme.key(secret)).collect()),
        _ => Err(SecretError::too_many_secrets(MAX_SECRETS)),
    }
}

/// Replaces the secrets of a [`Verifier`](super::Verifier) at run time, so that a rotation needs no restart.
///
/// Returned by [`VerifierBuilder::build_with_rotation`](super::VerifierBuilder::build_with_rotation). Clones control the
/// same verifier.
///
/// ```
/// use webhook_receiver::{StandardWebhooks, Secret, Verifier};
///
/// # fn main() -> Result<(), webhook_receiver::SecretError> {
/// # let (old, new) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
/// let builder = Verifier::builder(StandardWebhooks::DEFAULT).secret(Secret::new(old)?);
/// let (verifier, rotation) = builder.build_with_rotation()?;
///
/// // Later, from wherever the news comes: first both, and once the sender uses the new one, that alone.
/// rotation.replace([Secret::new(new)?, Secret::new(old)?])?;
/// rotation.replace([Secret::new(new)?])?;
/// # drop(verifier);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SecretRotation<S: Scheme> {
    scheme: S,
    keys: Swapped,
}

impl<S: Scheme> SecretRotation<S> {
    pub(super) fn new(scheme: S, keys: Swapped) -> Self {
        Self { scheme, keys }
    }

    /// Replaces all secrets.
    ///
    /// A request whose headers were checked before is still verified with the old secrets. They are wiped when the last
    /// such request is done.
    ///
    /// # Errors
    ///
    /// If there are no secrets, or more than five. The previous secrets then stay valid.
    pub fn replace(&self, secrets: impl IntoIterator<Item = S::Secret>) -> Result<(), SecretError> {
        let secrets: Vec<_> = secrets.into_iter().take(MAX_SECRETS + 1).collect();
        let keys = keys(&self.scheme, &secrets)?;
        *self.keys.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
        Ok(())
    }
}

impl<S: Scheme> fmt::Debug for SecretRotation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretRotation(..)")
    }
}
