//! Deliveries that arrive twice.

mod guard;
mod memory;

pub use guard::{BodyDigest, ReplayGuard, Reservation};
pub use memory::MemoryGuard;
