use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::credentials::Credentials;
use super::{BasicAuth, BearerAuth};
use crate::signature::Envelope;
use crate::{Delivery, Verifier, VerifyError};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// All that a request has to show: a signature, and credentials where they are asked for.
///
/// A [`Verifier`] becomes an authenticator wherever one is wanted; that one asks for a signature alone. With credentials the
/// last check may have to wait for an answer, so that a authenticator verifies `async`. It cannot be passed by the verifier alone.
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

/// The headers of a request that passed every check that needs neither the body nor anybody's answer.
///
/// It proves nothing yet, see [`Envelope`]. Made by [`Authenticator::check`].
pub struct Admission<'a> {
    envelope: Envelope<'a>,
    credentials: Option<(&'a Credentials, &'a str)>,
    timeout: Duration,
}

impl Verifier {
    /// Asks for a bearer token as well as for a signature.
    pub fn with_bearer(self, bearer: impl BearerAuth) -> Authenticator {
        Authenticator { credentials: Some(Credentials::Bearer(Box::new(bearer))), ..Authenticator::from(self) }
    }

    /// Asks for a name and a password as well as for a signature.
    pub fn with_basic(self, basic: BasicAuth) -> Authenticator {
        Authenticator { credentials: Some(Credentials::Basic(basic)), ..Authenticator::from(self) }
    }
}

impl Authenticator {
    /// Asks for a bearer token and for no signature.
    ///
    /// A token says who sends and nothing about what: whoever sees one, in a log or on a proxy, can send any body until it
    /// expires, and send it as often as it likes. Deliveries have neither [id](Delivery::id) nor
    /// [timestamp](Delivery::timestamp).
    pub fn dangerously_trust_bearer_alone(bearer: impl BearerAuth) -> Self {
        Verifier::dangerously_accept_unsigned().with_bearer(bearer)
    }

    /// Asks for a name and a password and for no signature.
    ///
    /// Gives up what [a bearer token alone](Self::dangerously_trust_bearer_alone) does, and a password does not expire.
    pub fn dangerously_trust_password_alone(basic: BasicAuth) -> Self {
        Verifier::dangerously_accept_unsigned().with_basic(basic)
    }

    /// How long the answer about a bearer token may take; 5 s unless set. Then it counts as
    /// [unavailable](super::CredentialsError::Unavailable), and the sender is told to try again.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Checks what can be checked before the body is read: what [`Verifier::check`] does, and that the credentials are
    /// there once, well-formed, and of the right scheme.
    ///
    /// # Errors
    ///
    /// Every [`VerifyError`] but those that [`Admission::admit`] gives.
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
    /// Why the request is not to be trusted, or cannot be at present.
    ///
    /// # Panics
    ///
    /// With a bearer token, outside of a Tokio runtime with timers.
    pub async fn authenticate(&self, headers: &HeaderMap, body: Bytes) -> Result<Delivery, VerifyError> {
        self.check(headers)?.admit(body).await
    }

    /// What an answer with this status asks for in `WWW-Authenticate`. It depends on nothing else, so that it tells a forger
    /// nothing.
    pub(crate) fn challenge(&self, status: StatusCode) -> Option<HeaderValue> {
        let challenge = match (status, &self.credentials) {
            (StatusCode::UNAUTHORIZED, None) => "Webhook-Signature",
            (StatusCode::UNAUTHORIZED, Some(Credentials::Bearer(_))) => "Bearer",
            // RFC 7617 asks for a realm.
            (StatusCode::UNAUTHORIZED, Some(Credentials::Basic(_))) => "Basic realm=\"webhooks\", charset=\"UTF-8\"",
            (StatusCode::FORBIDDEN, _) => "Bearer error=\"insufficient_scope\"",
            _ => return None,
        };
        Some(HeaderValue::from_static(challenge))
    }
}

impl Admission<'_> {
    /// Checks the signature over the body, then the credentials, and hands out the delivery.
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
