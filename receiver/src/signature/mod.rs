//! Proves that a request comes from the holder of a shared secret.
//!
//! Nothing here looks inside the body: a [`Verifier`] sees header bytes and body bytes, exactly as
//! received, and a [`Delivery`](crate::Delivery) is what it hands out when they match.
//!
//! The scheme is [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0 with symmetric keys:
//! `HMAC-SHA256(key, id "." timestamp "." body)`, sent as one or more space-separated `v1,<base64>`
//! tokens. Svix uses the same scheme under other header names, see [`HeaderNames::SVIX`].

mod envelope;
mod error;
mod header_names;
mod secret;
mod standard;
mod verifier;

pub use envelope::Envelope;
pub use error::VerifyError;
pub use header_names::HeaderNames;
pub use secret::{Secret, SecretError};
pub use verifier::{Verifier, VerifierBuilder};

#[cfg(feature = "testing")]
pub(crate) use standard::{Key, Message, encode_token};
