//! Proves that a request comes from the holder of a shared secret.
//!
//! Nothing here parses the body: a [`Verifier`] sees header bytes and body bytes, exactly as received, and a
//! [`Delivery`](crate::Delivery) is what it returns if they match.
//!
//! # What each scheme covers
//!
//! | scheme | secret | body | id | timestamp |
//! |---|---|---|---|---|
//! | [`StandardWebhooks`]: Standard Webhooks, Svix | [`Secret`] | signed | signed | signed |
//! | [`HmacScheme`]: GitHub, Stripe and many others | [`TextSecret`] | signed | where it is a [`Piece`] | where it is a [`Piece`] |
//! | [unsigned](Verifier::dangerously_accept_unsigned) | | anyone's | none | none |
//!
//! A signed timestamp must be [recent](VerifierBuilder::tolerance). No scheme covers other headers or the URL.
//!
//! [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0, here with symmetric keys, is
//! `HMAC-SHA256(key, id "." timestamp "." body)`, sent as one or more space-separated `v1,<base64>`
//! tokens. Svix uses the same scheme under other header names, see [`StandardWebhooks::SVIX`].

mod compiled_scheme;
#[cfg(feature = "ed25519")]
mod ed25519;
mod envelope;
mod hmac_scheme;
mod key;
mod keys;
mod scheme;
mod secret;
mod standard_webhooks;
mod verifier;

pub use crate::verify_error::VerifyError;
#[cfg(feature = "ed25519")]
pub use ed25519::{Ed25519Scheme, PublicKey};
pub use envelope::Envelope;
pub use hmac_scheme::{Encoding, Hash, HmacScheme, Piece};
pub use keys::SecretRotation;
pub use scheme::Scheme;
pub use secret::{Secret, SecretError, SecretWarning, TextSecret};
pub use standard_webhooks::StandardWebhooks;
pub use verifier::{Verifier, VerifierBuilder};

#[cfg(feature = "testing")]
pub(crate) use compiled_scheme::Message;
