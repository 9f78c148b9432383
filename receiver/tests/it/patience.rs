//! How long a test waits.

use std::time::{Duration, Instant};

/// Far more than anything takes, on a loaded machine too. What takes longer hangs, or its work grows with the square of its
/// input.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Runs something that ends soon.
#[track_caller]
pub(crate) fn patiently<T>(run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    result
}
