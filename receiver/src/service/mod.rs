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

pub use receiver_service::ReceiverService;
pub(crate) use receiver_service::{Limits, Setup};
pub use reject::Rejection;
#[cfg(feature = "serve")]
pub(crate) use reject::respond;
