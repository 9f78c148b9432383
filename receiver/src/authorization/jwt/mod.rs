//! Bearer tokens that are JSON Web Tokens (RFC 7519), signed by an authorization server that publishes its keys.

mod algorithm;
mod claims;
mod key_set;
mod keys;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jsonwebtoken::crypto::rust_crypto;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};

pub use algorithm::Algorithm;

use super::{BearerAuth, CredentialsError};
use crate::BoxError;
use claims::Expected;
use keys::Keys;

/// Verifies tokens with the keys that an authorization server publishes as a JSON Web Key Set (RFC 7517).
///
/// A token must be signed by one of the keys, with one of the [algorithms](Self::algorithms). It must contain `iss`,
/// `aud`, `exp` and `nbf`, each with the right type: issuer and audience as given here, times with
/// [leeway](Self::leeway). A header with `crit` is refused, since no extension is supported. `jku`, `jwk`, `x5u` and
/// `x5c`, with which a token could bring its own keys, are ignored.
///
/// This crate has no HTTP client. You pass a function that fetches the key set, from a URL that you trust and with limits
/// on size and time.
///
/// ```
/// use webhook_receiver::authorization::Jwt;
/// use webhook_receiver::{BoxError, Authenticator, Secret, Verifier, bytes::Bytes};
///
/// # async fn get(_: &str) -> Result<Bytes, BoxError> { Ok(Bytes::new()) }
/// async fn fetch() -> Result<Bytes, BoxError> {
///     // With reqwest: client.get(url).send().await?.error_for_status()?.bytes().await
///     get("https://auth.example.com/.well-known/jwks.json").await
/// }
///
/// # fn example(secret: Secret) -> Authenticator {
/// let tokens = Jwt::new("https://auth.example.com", "https://hooks.example.com", fetch).scope("webhooks");
/// Verifier::standard_webhooks(secret).with_bearer(tokens)
/// # }
/// ```
///
/// The keys are cached, fetched again when they are an hour old or when a token names an unknown one, at most once per
/// [interval](Self::refresh_interval) whatever tokens arrive. If fetching fails or takes more than 3 s, the last keys
/// stay in use for a day. Without keys, tokens are not accepted and the answer is 503.
pub struct Jwt {
    keys: Keys,
    algorithms: Vec<Algorithm>,
    expected: Expected,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Jwt {
    /// Accepts tokens of one issuer (`iss`) for one audience (`aud`).
    pub fn new<F, R>(issuer: impl Into<String>, audience: impl Into<String>, fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Bytes, BoxError>> + Send + 'static,
    {
        // The program may have installed another provider, which is then used. If none is installed and several are
        // compiled in, the library panics.
        let _ = rust_crypto::DEFAULT_PROVIDER.install_default();
        Self {
            keys: Keys::new(move || Box::pin(fetch())),
            algorithms: vec![Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa],
            expected: Expected::new(issuer.into(), audience.into()),
            clock: Box::new(SystemTime::now),
        }
    }

    /// Sets the algorithms that tokens may be signed with. The default is RS256, ES256 and `EdDSA`. A token cannot choose
    /// another.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl Into<Vec<Algorithm>>) -> Self {
        self.algorithms = algorithms.into();
        self
    }

    /// Requires this value in `scope`. Call it again to require more.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.expected.scopes.push(scope.into());
        self
    }

    /// Sets how far the clocks of issuer and receiver may differ. The default is 60 s. Counted in whole seconds.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.expected.leeway = leeway;
        self
    }

    /// Accepts tokens without `nbf`, which some issuers omit. If present, it is still checked.
    #[must_use]
    pub fn allow_missing_nbf(mut self) -> Self {
        self.expected.needs_nbf = false;
        self
    }

    /// Sets the minimum time between two fetches. The default is 60 s.
    #[must_use]
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.keys.interval = interval;
        self
    }

    /// Replaces the system clock, used to check `exp` and `nbf`.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    fn verify(&self, token: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<(), CredentialsError> {
        // The library verifies only the signature. The claims are checked here, with the injected clock.
        let mut validation = Validation::new(algorithm.into());
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let token = jsonwebtoken::decode(token, key, &validation).map_err(|error| match error.kind() {
            ErrorKind::Json(_) => CredentialsError::Refused("the token's claims cannot be read"),
            _ => CredentialsError::Refused("the token's signature is wrong"),
        })?;
        self.expected.check(&token.claims, (self.clock)())
    }
}

impl BearerAuth for Jwt {
    async fn authenticate(&self, token: &str) -> Result<(), CredentialsError> {
        let header = jsonwebtoken::decode_header(token)
            .map_err(|_| CredentialsError::Refused("not a token, or its algorithm is not supported"))?;
        if header.crit.is_some() {
            return Err(CredentialsError::Refused("the token requires an extension"));
        }
        let algorithm = self.algorithms.iter().copied().find(|&algorithm| header.alg == algorithm.into());
        let algorithm = algorithm.ok_or(CredentialsError::Refused("the token's algorithm is not allowed"))?;
        let key = self.keys.get(header.kid.as_deref(), algorithm).await?;
        self.verify(token, algorithm, &key)
    }
}

/// Omits the keys, which are public and long.
impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("algorithms", &self.algorithms)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}
