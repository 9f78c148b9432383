use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Logs at most one line per second and reason.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<&'static str, Line>>);

#[derive(Debug)]
struct Line {
    last: Instant,
    suppressed: u64,
}

impl Throttle {
    const INTERVAL: Duration = Duration::from_secs(1);

    /// Writes a line now or not at all. The line states how many were suppressed since the last one, if any.
    pub(crate) fn log(&self, reason: &'static str, write: impl FnOnce(Option<NonZeroU64>)) {
        if let Some(suppressed) = self.admit(reason) {
            write(NonZeroU64::new(suppressed));
        }
    }

    fn admit(&self, reason: &'static str) -> Option<u64> {
        let now = Instant::now();
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.get_mut(reason) {
            Some(line) if now - line.last < Self::INTERVAL => {
                line.suppressed += 1;
                None
            }
            found => {
                let suppressed = found.map_or(0, |line| line.suppressed);
                lines.insert(reason, Line { last: now, suppressed: 0 });
                Some(suppressed)
            }
        }
    }
}
