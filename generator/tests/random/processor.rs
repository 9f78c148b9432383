//! The time that a processor spent on a thread or a process: it does not depend on what else runs on the machine.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time of this thread. On systems other than Linux, the time that has passed.
pub(crate) fn of_thread() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// The time of another process, with all of its threads. `None` if the system does not state it.
pub(crate) fn of_process(id: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name of the program, which may contain anything, are the state and ten fields that do not matter here.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // Linux counts a hundred ticks a second.
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}
