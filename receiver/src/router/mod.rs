//! Which handler gets a delivery.

mod handler;
mod outcome;
mod receiver;
mod routes;
mod unrouted;

pub use handler::{FromDelivery, Handler, State};
pub use outcome::Outcome;
pub use receiver::Receiver;
pub use unrouted::{Reason, Unrouted};

pub(crate) use handler::Job;
pub(crate) use routes::Routes;
