//! Routing of deliveries to handlers.

mod handler;
mod outcome;
mod routes;
mod timeout;
mod unrouted;

pub use handler::{FromDelivery, Handler, HandlerState};
pub use outcome::Outcome;
pub use routes::Route;
pub use timeout::{Timeout, timeout};
pub use unrouted::{Fallback, Reason, Unrouted};

pub(crate) use handler::{HandlerFuture, erase};
pub(crate) use routes::{Named, PayloadRoute, Routed, Routes, Started};
