//! Deliveries that arrive twice.

mod guard;
mod held;
mod memory;

pub use guard::{BodyDigest, FencingToken, Lease, LeaseState, ReplayGuard, Reservation};
pub use memory::MemoryGuard;

pub(crate) use held::{Guarded, InUse, Reserved};
