//! Routing of deliveries to handlers.

mod handler;
mod hooks;
mod outcome;
mod receiver;
mod routes;
mod timeout;
mod unrouted;

pub use handler::{FromDelivery, Handler, HandlerState};
pub use hooks::Observed;
pub use outcome::Outcome;
pub use receiver::Receiver;
pub use routes::Route;
pub use timeout::{Timeout, timeout};
pub use unrouted::{Reason, Unrouted};

pub(crate) use handler::Job;
pub(crate) use hooks::Hooks;
pub(crate) use routes::{Routed, Routes};
