//! Which handler gets a delivery.

mod handler;
mod hooks;
mod outcome;
mod receiver;
mod routes;
mod unrouted;
mod within;

pub use handler::{FromDelivery, Handler, State};
pub use hooks::Observed;
pub use outcome::Outcome;
pub use receiver::Receiver;
pub use routes::Route;
pub use unrouted::{Reason, Unrouted};
pub use within::{Within, within};

pub(crate) use handler::Job;
pub(crate) use hooks::Hooks;
pub(crate) use routes::{Routed, Routes};
