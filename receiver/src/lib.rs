//! Receives webhooks: verifies signatures, decodes payloads, routes them to handlers.
//!
//! A delivery passes through three parts, each usable alone:
//!
//! 1. [`signature`]: a [`Verifier`] turns header and body bytes into a [`Delivery`]. There is no
//!    other way to get one, so an unverified body cannot be decoded by accident.
//! 2. [`codec`] and [`format`](mod@format): a delivery is [decoded](Delivery::decode) into a payload
//!    type, or into [the event](Delivery::event) that its event type names. Errors carry a JSON
//!    pointer.
//! 3. [`Receiver`]: routes each delivery to the most specific handler, as a [`tower`] service over
//!    [`http`] types or [without HTTP](ReceiverService::dispatch).
//!
//! Payload types are generated from the description of a vendor's webhooks; a generated crate stands
//! on this one alone. What a vendor sends is described by [`Webhooks`], [`EventName`], [`TopicName`]
//! and [`Payload`], which the generated crate implements.
//!
//! # What holds
//!
//! - A signature is checked over the bytes as received, before they are parsed.
//! - A verified delivery is never dropped in silence: whatever cannot be routed or decoded reaches the
//!   [fallback handler](Receiver::otherwise) with its raw bytes and the [`Reason`].
//! - A handler runs to completion in its own task, whether or not the sender waits for the answer.
//! - Status 200 is sent only when the handler has finished without an error, or when nothing was to
//!   be done.
//!
//! # Features
//!
//! - `jiff`, `url`, `uuid`: typed access to formatted strings, see [`Text`]. They add methods and
//!   never change a type.
//! - `testing`: signs requests and compares JSON, see `testing`.
//!
//! [`tower`]: https://docs.rs/tower-service

pub mod codec;
mod delivery;
mod event_type;
pub mod format;
mod printable;
mod router;
mod service;
pub mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod webhooks;

pub use bytes;
pub use http;
pub use serde;
pub use serde_json;

pub use codec::{DecodeError, Deep, Integer, Json, Number, Undeclared};
pub use delivery::Delivery;
pub use format::Text;
pub use router::{FromDelivery, Handler, Outcome, Reason, Receiver, State, Unrouted};
pub use service::ReceiverService;
pub use signature::{HeaderNames, HmacScheme, Secret, SecretError, TextSecret, Verifier, VerifyError};
pub use webhooks::{
    Carrier, Completion, EventName, Payload, TopicName, UnknownEvent, UnknownName, Webhooks, fits_template,
};

/// An error of any type, as handlers return it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
