use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::authorization::CredentialsError;

/// The claims that a token must have.
#[derive(Debug)]
pub(super) struct Expected {
    issuer: String,
    audience: String,
    pub(super) scopes: Vec<String>,
    pub(super) leeway: Duration,
    pub(super) needs_nbf: bool,
}

impl Expected {
    pub(super) fn new(issuer: String, audience: String) -> Self {
        Self { issuer, audience, scopes: Vec::new(), leeway: Duration::from_mins(1), needs_nbf: true }
    }

    /// Checks the claims of a token whose signature is valid.
    pub(super) fn check(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<(), CredentialsError> {
        let refuse = |reason| Err(CredentialsError::Refused(reason));
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return refuse("`iss` is not the issuer");
        }
        if !self.is_meant(claims.get("aud")) {
            return refuse("`aud` does not name the audience");
        }
        let Ok(now) = now.duration_since(SystemTime::UNIX_EPOCH) else {
            return refuse("the clock is before 1970");
        };
        let leeway = self.leeway.as_secs();
        let earliest = seconds(now.as_secs().saturating_sub(leeway));
        match claims.get("exp").and_then(numeric_date) {
            None => return refuse("`exp` is not a time"),
            Some(exp) if exp < earliest => return refuse("the token has expired"),
            Some(_) => {}
        }
        let latest = seconds(now.as_secs().saturating_add(leeway));
        match claims.get("nbf").map(numeric_date) {
            None if self.needs_nbf => return refuse("`nbf` is missing"),
            Some(None) => return refuse("`nbf` is not a time"),
            Some(Some(nbf)) if nbf > latest => return refuse("the token is not valid yet"),
            None | Some(Some(_)) => {}
        }
        let scope = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
        if self.scopes.iter().all(|wanted| scope.split(' ').any(|granted| granted == wanted)) {
            Ok(())
        } else {
            Err(CredentialsError::InsufficientScope)
        }
    }

    /// `aud` is a string or a list of strings (RFC 7519, section 4.1.3).
    fn is_meant(&self, audience: Option<&Value>) -> bool {
        match audience {
            Some(Value::String(audience)) => *audience == self.audience,
            Some(Value::Array(list)) => {
                list.iter().all(Value::is_string) && list.iter().any(|audience| *audience == self.audience)
            }
            _ => false,
        }
    }
}

/// Seconds since 1970-01-01T00:00:00Z, perhaps with a fraction (RFC 7519, section 2).
fn numeric_date(value: &Value) -> Option<f64> {
    value.as_f64().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

#[expect(clippy::cast_precision_loss, reason = "exact for some hundred million years")]
fn seconds(seconds: u64) -> f64 {
    seconds as f64
}
