use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::credentials::Credentials;
use super::{BasicAuth, BearerAuth};
use crate::signature::Envelope;
use crate::{Delivery, Verifier, VerifyError};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Everything that a request must prove: a signature, and credentials if required.
///
/// A [`Verifier`] converts into an authenticator that requires a signature only. Checking credentials may have to wait
/// for another server, so authentication is `async`. A verifier cannot bypass it.
///
/// ```
/// # use webhook_receiver::authorization::{BearerAuth, Authenticator};
/// # use webhook_receiver::{StandardWebhooks, Secret, Verifier};
/// # fn both(secret: Secret, tokens: impl BearerAuth) -> Authenticator {
/// Verifier::standard_webhooks(secret).with_bearer(tokens)
/// # }
/// ```
pub struct Authenticator {
    pub(crate) verifier: Verifier,
    credentials: Option<Credentials>,
    timeout: Duration,
}

/// The headers of a request that has passed every check that needs neither the body nor another server.
///
/// This proves nothing yet, see [`Envelope`]. Returned by [`Authenticator::check`].
pub struct Admission<'a> {
    envelope: Envelope<'a>,
    credentials: Option<(&'a Credentials, &'a str)>,
    timeout: Duration,
}

impl Verifier {
    /// Requires a bearer token in addition to a signature.
    pub fn with_bearer(self, bearer: impl BearerAuth) -> Authenticator {
        Authenticator { credentials: Some(Credentials::Bearer(Box::new(bearer))), ..Authenticator::from(self) }
    }

    /// Requires a name and a password in addition to a signature.
    pub fn with_basic(self, basic: BasicAuth) -> Authenticator {
        Authenticator { credentials: Some(Credentials::Basic(basic)), ..Authenticator::from(self) }
    }
}

impl Authenticator {
    /// Requires a bearer token and no signature.
    ///
    /// A token identifies the sender but does not protect the body. Anyone who sees the token, in a log or on a proxy,
    /// can send any body, any number of times, until it expires. Deliveries have neither [id](Delivery::id) nor
    /// [timestamp](Delivery::timestamp).
    pub fn dangerously_trust_bearer_alone(bearer: impl BearerAuth) -> Self {
        Verifier::dangerously_accept_unsigned().with_bearer(bearer)
    }

    /// Requires a name and a password and no signature.
    ///
    /// This has the same weaknesses as [a bearer token alone](Self::dangerously_trust_bearer_alone), and a password does
    /// not expire.
    pub fn dangerously_trust_password_alone(basic: BasicAuth) -> Self {
        Verifier::dangerously_accept_unsigned().with_basic(basic)
    }

    /// Sets how long checking a bearer token may take. The default is 5 s. After that the check is
    /// [unavailable](super::CredentialsError::Unavailable), and the answer is 503.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Checks everything that can be checked before the body is read: what [`Verifier::check`] checks, and that the
    /// credentials are present once, well-formed and of the right scheme.
    ///
    /// # Errors
    ///
    /// Every [`VerifyError`] except those of [`Admission::admit`].
    pub fn check<'a>(&'a self, headers: &'a HeaderMap) -> Result<Admission<'a>, VerifyError> {
        let envelope = self.verifier.check(headers)?;
        let find = |wanted: &'a Credentials| Ok::<_, VerifyError>((wanted, wanted.find(headers)?));
        let credentials = self.credentials.as_ref().map(find).transpose()?;
        Ok(Admission { envelope, credentials, timeout: self.timeout })
    }

    /// Checks headers and body at once.
    ///
    /// # Errors
    ///
    /// If the request is not authentic, or the credentials cannot be checked at present.
    ///
    /// # Panics
    ///
    /// With a bearer token, outside of a Tokio runtime with timers.
    pub async fn authenticate(&self, headers: &HeaderMap, body: Bytes) -> Result<Delivery, VerifyError> {
        self.check(headers)?.admit(body).await
    }

    /// The `WWW-Authenticate` header for this status. It depends on nothing else, so it reveals nothing to a forger.
    pub(crate) fn challenge(&self, status: StatusCode) -> Option<HeaderValue> {
        let challenge = match (status, &self.credentials) {
            (StatusCode::UNAUTHORIZED, None) => "Webhook-Signature",
            (StatusCode::UNAUTHORIZED, Some(Credentials::Bearer(_))) => "Bearer",
            // RFC 7617 requires a realm.
            (StatusCode::UNAUTHORIZED, Some(Credentials::Basic(_))) => "Basic realm=\"webhooks\", charset=\"UTF-8\"",
            (StatusCode::FORBIDDEN, _) => "Bearer error=\"insufficient_scope\"",
            _ => return None,
        };
        Some(HeaderValue::from_static(challenge))
    }
}

impl Admission<'_> {
    /// Checks the signature over the body, then the credentials, and returns the delivery.
    ///
    /// # Errors
    ///
    /// [`VerifyError::NoMatchingSignature`] and [`VerifyError::Credentials`].
    ///
    /// # Panics
    ///
    /// As [`Authenticator::authenticate`].
    pub async fn admit(self, body: Bytes) -> Result<Delivery, VerifyError> {
        let delivery = self.envelope.verify(body)?;
        if let Some((wanted, sent)) = self.credentials {
            wanted.authenticate(sent, self.timeout).await?;
        }
        Ok(delivery)
    }
}

impl From<Verifier> for Authenticator {
    fn from(verifier: Verifier) -> Self {
        Self { verifier, credentials: None, timeout: DEFAULT_TIMEOUT }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("verifier", &self.verifier)
            .field("credentials", &self.credentials.as_ref().map(Credentials::scheme))
            .finish_non_exhaustive()
    }
}
