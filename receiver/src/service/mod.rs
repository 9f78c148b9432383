//! The receiver as a service over HTTP.

mod attempt;
mod body;
mod budget;
mod checks;
mod drift;
mod hooks;
mod memory;
#[cfg(feature = "metrics")]
pub(crate) mod metrics;
mod receiver_service;
mod reject;
mod shared;
mod single_flight;
mod throttle;
mod webhook_service;

pub use attempt::Received;
#[cfg(feature = "serve")]
pub(crate) use checks::{MAX_HEADER_BYTES, MAX_HEADERS, has_known_transfer_encoding};
pub use drift::DriftCount;
pub(crate) use hooks::Hooks;
pub use hooks::{Drifted, Observed, Rejected};
pub use receiver_service::ReceiverService;
pub use reject::Rejection;
#[cfg(feature = "serve")]
pub(crate) use reject::respond;
pub(crate) use shared::{Limits, Setup};
#[cfg(feature = "serve")]
pub(crate) use throttle::Throttle;
pub use webhook_service::WebhookService;
