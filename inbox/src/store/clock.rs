use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{StoreError, StoreErrorKind};

/// The clock of a store. Clones share it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The system clock.
    pub fn system() -> Self {
        Self::new(SystemTime::now)
    }

    /// A clock for tests.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// If it is before 1970: a lease or a retention that is counted from there would never end.
    pub fn millis(&self) -> Result<i64, StoreError> {
        let since = (self.0)().duration_since(SystemTime::UNIX_EPOCH);
        since.map(millis).map_err(|error| StoreError::new(StoreErrorKind::Clock, error))
    }

    /// A time that was stored in milliseconds since 1970.
    pub fn time(millis: i64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis.try_into().unwrap_or_default())
    }

    /// A time, in milliseconds since 1970; 0 if it is before.
    pub fn millis_of(time: SystemTime) -> i64 {
        time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis)
    }

    /// The same, rounded up: no stored time is between this and the exact time.
    pub fn millis_rounded_up(time: SystemTime) -> i64 {
        Self::millis_of(time.checked_add(Duration::from_nanos(999_999)).unwrap_or(time))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

/// Rounded down. Longer times than an `i64` can hold end with it.
fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}
