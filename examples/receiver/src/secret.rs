//! Where the signing secret comes from.

use std::env;

use tenovos_webhooks::{Secret, SecretError};

/// The environment variable with the secret: a command line is visible to other users.
const VARIABLE: &str = "TENOVOS_WEBHOOK_SECRET";

/// A public demo secret: the key is the text `for trying only, known to everybody`.
const DEMO: &str = "whsec_Zm9yIHRyeWluZyBvbmx5LCBrbm93biB0byBldmVyeWJvZHk=";

/// Reads the secret, or uses the demo secret if there is none.
///
/// A variable that is set but invalid, or empty, is an error: falling back to the demo secret would accept forged
/// deliveries.
pub(crate) fn from_env() -> Result<Secret, SecretError> {
    if env::var_os(VARIABLE).is_some() {
        return Secret::from_env(VARIABLE);
    }
    tracing::warn!(
        "FOR TRYING ONLY: {VARIABLE} is not set, so the demo secret is used. It is public: \
         anyone can sign deliveries with it."
    );
    Secret::new(DEMO)
}
