use super::plan::Plan;
use super::{HeaderNames, HmacScheme, Secret, TextSecret};

/// A way to sign deliveries. It says which kind of secret goes with it, so that a [`Secret`] and a [`TextSecret`] cannot be
/// mixed up:
///
/// ```compile_fail,E0308
/// use webhook_receiver::{HeaderNames, TextSecret, Verifier};
///
/// # fn wrong(secret: TextSecret) {
/// Verifier::new(HeaderNames::WEBHOOK, secret);
/// # }
/// ```
///
/// These are [`HeaderNames`], for Standard Webhooks, and [`HmacScheme`], for all others. No other crate can add to them.
pub trait Scheme: sealed::Scheme {
    /// The kind of secret.
    type Secret: sealed::Secret;
}

impl Scheme for HeaderNames {
    type Secret = Secret;
}

impl Scheme for HmacScheme {
    type Secret = TextSecret;
}

pub(crate) mod sealed {
    use super::Plan;

    pub trait Scheme {
        fn plan(&self) -> Plan;
    }

    pub trait Secret {
        fn key(&self) -> &[u8];
    }
}

impl sealed::Scheme for HeaderNames {
    fn plan(&self) -> Plan {
        Plan::standard_webhooks(self)
    }
}

impl sealed::Scheme for HmacScheme {
    fn plan(&self) -> Plan {
        Plan::hmac(self)
    }
}

impl sealed::Secret for Secret {
    fn key(&self) -> &[u8] {
        self.key()
    }
}

impl sealed::Secret for TextSecret {
    fn key(&self) -> &[u8] {
        self.key()
    }
}
