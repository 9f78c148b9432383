//! For tests: a check of stores, and a clock that is set by hand.

mod check_store;
mod clock;
mod rules;
mod subject;

pub use crate::crash_point::hook::at_crash_points;
pub use check_store::{Violation, check_store};
pub use clock::ManualClock;
pub use subject::{MemorySubject, Subject};
