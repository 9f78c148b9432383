//! The receiver as a service over HTTP.

mod body;
mod media;
mod receiver_service;
mod reject;

pub(crate) use receiver_service::Limits;
pub use receiver_service::ReceiverService;
