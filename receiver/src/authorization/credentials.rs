use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::bearer::AnyBearerAuth;
use super::{BasicAuth, CredentialsError};
use crate::VerifyError;

const MAX_CREDENTIALS_BYTES: usize = 8192;

/// The required content of the `Authorization` header.
pub(super) enum Credentials {
    Bearer(Box<dyn AnyBearerAuth>),
    Basic(BasicAuth),
}

impl Credentials {
    /// Its name in the header, and the challenge of a 401.
    pub(super) fn scheme(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "Bearer",
            Self::Basic(_) => "Basic",
        }
    }

    /// The header's value after the name of the scheme.
    ///
    /// # Errors
    ///
    /// Unless the header is present once, well-formed (RFC 9110, `token68`) and of this scheme.
    pub(super) fn find<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, VerifyError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or(CredentialsError::Missing)?;
        if values.next().is_some() {
            return Err(VerifyError::DuplicateHeader(AUTHORIZATION));
        }
        let malformed = || VerifyError::MalformedHeader(AUTHORIZATION);
        let value = value.to_str().ok().filter(|value| value.len() <= MAX_CREDENTIALS_BYTES).ok_or_else(malformed)?;
        let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case(self.scheme()) {
            return Err(CredentialsError::Refused("they use another scheme").into());
        }
        Some(credentials.trim_start_matches(' ')).filter(|credentials| is_token68(credentials)).ok_or_else(malformed)
    }

    /// Only checking a bearer token can take time.
    pub(super) async fn authenticate(&self, credentials: &str, timeout: Duration) -> Result<(), CredentialsError> {
        match self {
            Self::Bearer(bearer) => {
                let late = |_| CredentialsError::Unavailable("the check timed out");
                tokio::time::timeout(timeout, bearer.authenticate(credentials)).await.map_err(late)?
            }
            Self::Basic(basic) => basic.authenticate(credentials),
        }
    }
}

fn is_token68(text: &str) -> bool {
    let stem = text.trim_end_matches('=');
    !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}
