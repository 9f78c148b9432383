use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::Key;

/// What a worker asks for, see [`Store::claim`](super::Store::claim).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Entries of this endpoint.
    pub endpoint: String,
    /// Entries of these event types.
    pub event_types: EventTypes,
    /// Entries that are running and whose lease has lapsed, instead of those that are pending.
    pub lapsed: bool,
    /// The most entries.
    pub limit: usize,
    /// The most bytes of serialized deliveries: entries with which there would be more are not claimed, except the first.
    pub max_bytes: u64,
    /// How long the lease lasts, unless it is [extended](super::Store::extend).
    pub lease: Duration,
}

/// A condition on the event type of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTypes {
    /// It is one of these.
    Only(Vec<String>),
    /// It is none of these, or the entry has none. With an empty list, every entry.
    Except(Vec<String>),
}

impl EventTypes {
    /// Whether an entry with this event type is meant.
    pub fn contains(&self, event_type: Option<&str>) -> bool {
        let listed = |list: &[String]| event_type.is_some_and(|name| list.iter().any(|listed| listed == name));
        match self {
            Self::Only(list) => listed(list),
            Self::Except(list) => !listed(list),
        }
    }
}

/// Identifies one claim of an entry: no other claim of it, earlier or later, has the same token.
///
/// A counter per entry is enough if it is never reset as long as the entry exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClaimToken(u64);

impl ClaimToken {
    /// A token with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A claim, by which its holder extends and ends it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClaimId {
    /// The key of the entry.
    pub key: Key,
    /// The token of the claim.
    pub token: ClaimToken,
}

/// An entry that was claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// Identifies the claim.
    pub id: ClaimId,
    /// The number of this attempt, from 1, since the entry was accepted or replayed.
    pub attempt: u32,
    /// The event type that it states.
    pub event_type: Option<String>,
    /// The time since it was accepted.
    pub age: Duration,
    /// An entry with the same key of order and a higher version is done.
    pub superseded: bool,
    /// The serialized delivery.
    pub bytes: Bytes,
}

/// Omits the body, which may contain personal data.
impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("id", &self.id)
            .field("attempt", &self.attempt)
            .field("event_type", &self.event_type)
            .field("superseded", &self.superseded)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// The end of a claim, see [`Store::finish`](super::Store::finish).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish<E> {
    /// The claim that ends.
    pub claim: ClaimId,
    /// How.
    pub verdict: Verdict<E>,
}

/// How a claim ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<E> {
    /// The entry is done: its body is removed, and its version becomes that of its key of order if it is higher. These
    /// effects happen in the same transaction, in this order.
    Done(Vec<E>),
    /// The attempt has failed. The entry can be claimed again after this time.
    Retry {
        /// The time from now on.
        after: Duration,
        /// Why it has failed.
        reason: String,
    },
    /// The entry can be claimed again at once, and the attempt does not count.
    Release,
    /// The entry is not tried again.
    Dead {
        /// Why.
        reason: String,
    },
    /// No handler took the entry.
    Unrouted {
        /// Why.
        reason: String,
    },
}

/// What became of a [`Finish`].
#[derive(Debug)]
#[must_use = "a claim that was fenced has changed nothing"]
pub enum Finished {
    /// It was done.
    Applied,
    /// The token is not that of the current claim, or the entry is not claimed. Nothing was changed.
    Fenced,
    /// An effect has failed. Nothing was changed: the entry is still claimed.
    EffectFailed(webhook_receiver::BoxError),
    /// The effects could not be made, because those of another claim have broken the transaction. The claim has ended as with
    /// [`Verdict::Release`].
    Released,
}
