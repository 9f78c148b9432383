//! Deliveries that arrive twice.

mod guard;
mod memory;

pub use guard::{BodyDigest, BoxFuture, ReplayGuard, Reservation};
pub use memory::MemoryGuard;
