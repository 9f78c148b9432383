//! The receiver as a service over HTTP.

mod attempt;
mod body;
mod budget;
mod head;
#[cfg(feature = "metrics")]
mod metrics;
mod receiver_service;
mod reject;
mod throttle;

pub(crate) use receiver_service::{Limits, Setup};
pub use receiver_service::ReceiverService;
pub use reject::Rejection;
