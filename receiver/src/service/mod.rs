//! The receiver as a service over HTTP.

mod body;
mod media;
mod reject;
mod receiver_service;

pub use receiver_service::ReceiverService;
pub(crate) use receiver_service::Limits;
