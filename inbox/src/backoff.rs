//! The time between attempts.

use std::time::Duration;

/// How long a delivery waits after a failed attempt: each time longer, up to a limit. A random part of up to a half is
/// taken off, so that deliveries that failed together are not tried again together.
///
/// The default is 1 s after the first attempt, four times as long after each further one, and at most 1 hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    factor: u32,
    most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), factor: 4, most: Duration::from_hours(1) }
    }
}

impl Backoff {
    /// The delay after the first attempt, the factor for each further one, and the longest delay.
    pub const fn new(first: Duration, factor: u32, most: Duration) -> Self {
        Self { first, factor, most }
    }

    /// The same delay after each attempt.
    pub const fn constant(delay: Duration) -> Self {
        Self::new(delay, 1, delay)
    }

    /// The longest delay after this attempt, which is 1 or more.
    pub fn after(&self, attempt: u32) -> Duration {
        let factor = self.factor.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(factor).min(self.most)
    }

    pub(crate) fn after_with_jitter(&self, attempt: u32) -> Duration {
        self.after(attempt).mul_f64(1.0 - fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn grows_up_to_a_limit() {
        let backoff = Backoff::default();
        let seconds: Vec<u64> = (1..=8).map(|attempt| backoff.after(attempt).as_secs()).collect();
        assert_eq!(seconds, [1, 4, 16, 64, 256, 1024, 3600, 3600]);
        assert_eq!(backoff.after(u32::MAX), Duration::from_hours(1));
        assert_eq!(Backoff::constant(Duration::MAX).after(9), Duration::MAX);
    }

    /// The docs of `max_attempts` and `docs/runbook.md` have these figures.
    #[test]
    fn the_default_attempts_take_10_hours_on_average_and_13_4_at_most() {
        let settings = Settings::new("acme".to_owned());
        let longest: Duration = (1..settings.max_attempts).map(|attempt| settings.backoff.after(attempt)).sum();
        let hours = longest.as_secs_f64() / 3600.0;
        assert_eq!(format!("{hours:.1}"), "13.4");
        // The random part takes off a quarter on average.
        assert_eq!(format!("{:.1}", hours * 0.75), "10.0");
    }

    #[test]
    fn jitter_takes_off_up_to_a_half() {
        let delays: Vec<_> = (0..1000).map(|_| Backoff::default().after_with_jitter(2)).collect();
        assert!(delays.iter().all(|delay| (2.0..=4.0).contains(&delay.as_secs_f64())));
        assert!(delays.iter().any(|delay| delay.as_secs_f64() < 2.5));
        assert!(delays.iter().any(|delay| delay.as_secs_f64() > 3.5));
    }
}
