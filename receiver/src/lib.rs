//! Receives webhooks: verifies signatures, decodes payloads, routes them to handlers.
//!
//! A delivery passes through three parts, each usable alone:
//!
//! 1. [`signature`]: a [`Verifier`] turns header and body bytes into a [`Delivery`]. There is no other way to get one, so
//!    an unverified body cannot be decoded by accident. What was written to a store and read again is a type of its own,
//!    [`StoredDelivery`]. An [`Authenticator`] also requires a bearer token or a password.
//! 2. A delivery is [decoded](Delivery::decode) into a payload type, or into [the event](Delivery::event) of its event
//!    type. [Errors](DecodeError) have a JSON pointer.
//! 3. [`Receiver`]: routes each delivery to the most specific handler, as a [`tower`] service over
//!    [`http`] types or [without HTTP](ReceiverService::dispatch).
//!
//! Payload types are generated from the description of a vendor's webhooks. The generated crate depends on this one alone and
//! implements [`Webhooks`] for the vendor and [`Payload`] for each event type; [`codegen`] is the contract between the two.
//!
//! # Guarantees
//!
//! - A signature is checked over the bytes as received, before they are parsed.
//! - A verified delivery is never dropped silently: if it cannot be routed or decoded, it reaches the [fallback
//!   handler](Receiver::fallback) with its raw bytes and the [`Reason`].
//! - A handler runs to completion, whether or not the sender waits for the answer.
//! - Status 200 is sent only when the handler has finished without an error, or when there was nothing to do.
//! - A delivery that was handled is not handled again, as far as a [`ReplayGuard`] remembers.
//! - Memory and running handlers are limited. Beyond a limit the answer is 503.
//!
//! # Features
//!
//! - `jiff`, `url`, `uuid`: typed access to formatted strings, see [`Text`]. They add methods and
//!   never change a type.
//! - `ed25519`: Standard Webhooks with a key pair, see `signature::Ed25519Scheme`.
//! - `jwt`: bearer tokens that are JWTs, see `authorization::Jwt`.
//! - `metrics`: counts deliveries and refusals, with the crate `metrics`.
//! - `serve`: a server with timeouts, a connection limit and graceful shutdown, see `serve`.
//! - `testing`: signs requests, compares JSON and checks a [`ReplayGuard`], see `testing`.
//!
//! [`tower`]: https://docs.rs/tower-service

// On docs.rs, items show the feature that they need.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod authorization;
#[cfg(feature = "serve")]
mod client;
mod codec;
pub mod codegen;
mod delivery;
mod event_type;
pub mod format;
mod pace;
#[cfg(feature = "serve")]
mod pool;
mod printable;
mod receiver;
mod replay;
mod router;
#[cfg(feature = "serve")]
pub mod serve;
mod service;
pub mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod verify_error;
mod webhooks;

use std::pin::Pin;

pub use bytes;
pub use http;
pub use serde;
pub use serde_json;

pub use authorization::{Authenticator, BearerAuth};
pub use codec::{
    Decode, DecodeError, DecodeErrorKind, Deep, Drift, DriftKind, Implied, Integer, InvalidNumber, JsonValue, Number,
    Undeclared,
};
pub use delivery::{Delivery, StoredDelivery, StoredDeliveryError};
pub use format::Text;
pub use receiver::Receiver;
pub use replay::{BodyDigest, FencingToken, Lease, LeaseState, MemoryGuard, ReplayGuard, Reservation};
pub use router::{Fallback, FromDelivery, Handler, HandlerState, Outcome, Reason, Route, Timeout, Unrouted, timeout};
pub use service::{DriftCount, Drifted, Observed, Received, ReceiverService, Rejected, Rejection, WebhookService};
pub use signature::{
    HmacScheme, Secret, SecretError, SecretRotation, StandardWebhooks, TextSecret, Verifier, VerifyError,
};
pub use webhooks::{Payload, UnknownEvent, UnknownName, Webhooks};

/// A boxed future, as a [`ReplayGuard`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An error of any type, as handlers return it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
