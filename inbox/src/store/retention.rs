use std::error::Error;
use std::fmt;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// How long a store remembers, see [`Store::purge`](super::Store::purge).
///
/// ```
/// use std::time::Duration;
/// use webhook_inbox::Retention;
///
/// const DAY: Duration = Duration::from_hours(24);
/// assert!(Retention::default().seen(7 * DAY).is_ok());
/// assert!(Retention::default().seen(3 * DAY).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    seen: Duration,
    dead: Duration,
    unrouted: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { seen: 14 * DAY, dead: 30 * DAY, unrouted: 30 * DAY }
    }
}

impl Retention {
    /// The least that [`seen`](Self::seen) accepts. Senders of Standard Webhooks try for up to 76 hours.
    pub const MIN_SEEN: Duration = Duration::from_hours(4 * 24);

    /// Sets how long the ids of handled deliveries are remembered. The default is 14 days. A delivery that is sent again later
    /// is handled again.
    ///
    /// # Errors
    ///
    /// If it is less than 4 days, since a sender may try that long.
    pub fn seen(self, seen: Duration) -> Result<Self, RetentionTooShort> {
        if seen < Self::MIN_SEEN { Err(RetentionTooShort(seen)) } else { Ok(Self { seen, ..self }) }
    }

    /// Sets how long ids are remembered, even if a sender may try for longer: it is then possible that a delivery is handled
    /// twice.
    #[must_use]
    pub fn seen_shorter_than_the_sender_retries(self, seen: Duration) -> Self {
        Self { seen, ..self }
    }

    /// Sets how long the bodies of dead deliveries are kept, so that they can be replayed. The default is 30 days.
    #[must_use]
    pub fn dead(self, dead: Duration) -> Self {
        Self { dead, ..self }
    }

    /// Sets how long the bodies of unrouted deliveries are kept, so that they can be replayed. The default is 30 days.
    #[must_use]
    pub fn unrouted(self, unrouted: Duration) -> Self {
        Self { unrouted, ..self }
    }

    /// How long ids are remembered, from when they were accepted.
    pub fn of_seen(&self) -> Duration {
        self.seen
    }

    /// How long dead bodies are kept, from when they were found dead.
    pub fn of_dead(&self) -> Duration {
        self.dead
    }

    /// How long unrouted bodies are kept, from when they were found unrouted.
    pub fn of_unrouted(&self) -> Duration {
        self.unrouted
    }
}

/// The retention of ids is less than [`Retention::MIN_SEEN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionTooShort(Duration);

impl fmt::Display for RetentionTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ids must be remembered for at least {:?}, not {:?}: a sender may try that long; to accept that deliveries are \
             handled twice, use `Retention::seen_shorter_than_the_sender_retries`",
            Retention::MIN_SEEN,
            self.0
        )
    }
}

impl Error for RetentionTooShort {}
