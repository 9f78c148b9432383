use std::pin::Pin;

use super::CredentialsError;

/// Validates bearer tokens.
///
/// ```
/// use webhook_receiver::authorization::{BearerAuth, CredentialsError};
///
/// struct Introspection {/* a client of the authorization server */}
///
/// # impl Introspection { async fn ask(&self, _: &str) -> Result<bool, ()> { Ok(true) } }
/// impl BearerAuth for Introspection {
///     async fn authenticate(&self, token: &str) -> Result<(), CredentialsError> {
///         match self.ask(token).await {
///             Ok(true) => Ok(()),
///             Ok(false) => Err(CredentialsError::Refused("the token is not active")),
///             Err(_) => Err(CredentialsError::Unavailable("the authorization server does not answer")),
///         }
///     }
/// }
/// ```
pub trait BearerAuth: Send + Sync + 'static {
    /// Validates a token, which is well-formed and at most 8192 bytes long. The future is dropped when the
    /// authenticator's [timeout](super::Authenticator::timeout) has passed.
    fn authenticate(&self, token: &str) -> impl Future<Output = Result<(), CredentialsError>> + Send;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), CredentialsError>> + Send + 'a>>;

/// [`BearerAuth`] of any type.
pub(super) trait AnyBearerAuth: Send + Sync {
    fn authenticate<'a>(&'a self, token: &'a str) -> Answer<'a>;
}

impl<B: BearerAuth> AnyBearerAuth for B {
    fn authenticate<'a>(&'a self, token: &'a str) -> Answer<'a> {
        Box::pin(BearerAuth::authenticate(self, token))
    }
}
