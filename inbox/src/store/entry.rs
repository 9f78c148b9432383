use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use webhook_receiver::BodyDigest;

/// Identifies a delivery within a store. Compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The name of the endpoint that received it: 1 to 128 visible ASCII characters.
    pub endpoint: String,
    /// The id within the endpoint: 1 to 512 visible ASCII characters.
    pub id: String,
}

impl Key {
    /// The key with this endpoint and id.
    pub fn new(endpoint: impl Into<String>, id: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.endpoint, self.id)
    }
}

/// A delivery to [insert](super::Store::insert).
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Its key.
    pub key: Key,
    /// The digest of its body.
    pub digest: BodyDigest,
    /// The event type that it states: 1 to 128 visible ASCII characters. `None` if it is absent, unknown or anything else.
    pub event_type: Option<String>,
    /// Its place in an order, if there is one.
    pub order: Option<Order>,
    /// The [serialized delivery](webhook_receiver::StoredDelivery). Any bytes, for a store.
    pub bytes: Bytes,
}

/// The place of a delivery among those with the same key of order: they are handled one at a time, in the order in which they
/// were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What they have in common, such as the id of an asset: 1 to 512 bytes without NUL.
    pub key: String,
    /// If they have a version, one that is lower than that of a delivery that was handled is
    /// [superseded](super::Claim::superseded).
    pub version: Option<i64>,
}

/// What became of a [`NewEntry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was stored.
    New,
    /// The key was known, with the same digest. Nothing was changed.
    Duplicate,
    /// The key was known, with another digest. Nothing was changed.
    Conflict,
}

/// The state of a delivery in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It waits for a worker, perhaps to be tried again.
    Pending,
    /// A worker has claimed it. If its lease has lapsed, it can be claimed again.
    Running,
    /// It was handled. Its body was removed.
    Done,
    /// It will not be tried again: too many attempts have failed, or it was erased.
    Dead,
    /// No handler took it, or the fallback has kept it for later.
    Unrouted,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Done, Self::Dead, Self::Unrouted];

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Unrouted => "unrouted",
        }
    }

    /// The state with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Its number in the tables of stores. Open states, which are below 2, and ended ones have neighboring numbers.
    pub const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Running => 1,
            Self::Dead => 2,
            Self::Unrouted => 3,
            Self::Done => 4,
        }
    }

    /// The state with this number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// A delivery, as a store [lists](super::Store::list) it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its position: entries that were accepted later have higher ones. [Imported](super::Store::import) ones are below those
    /// that the store has accepted itself.
    pub sequence: u64,
    /// Its key.
    pub key: Key,
    /// Its state.
    pub state: State,
    /// The digest of its body.
    pub digest: BodyDigest,
    /// When it was accepted, with a precision of a millisecond.
    pub received: SystemTime,
    /// When it can be claimed if it is pending, when its lease lapses if it is running, and else when it became dead or
    /// unrouted. `None` if it is done.
    pub at: Option<SystemTime>,
    /// The event type that it states. `None` also if it is done.
    pub event_type: Option<String>,
    /// Its place in an order. `None` also if it is done.
    pub order: Option<Order>,
    /// How often it was claimed since it was accepted or replayed. 0 if it is done.
    pub attempts: u32,
    /// Why the last attempt has failed, or why it is dead or unrouted.
    pub reason: Option<String>,
    /// The length of the serialized delivery in bytes. `None` if it was removed.
    pub size: Option<u64>,
    /// The serialized delivery. `None` if it was not asked for, or was removed.
    pub bytes: Option<Bytes>,
}

/// Omits the body, which may contain personal data.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("sequence", &self.sequence)
            .field("key", &self.key)
            .field("state", &self.state)
            .field("event_type", &self.event_type)
            .field("attempts", &self.attempts)
            .field("reason", &self.reason)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Which entries are meant: those that satisfy all conditions. The default is all entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of this endpoint.
    pub endpoint: Option<String>,
    /// With one of these ids, if there are any.
    pub ids: Vec<String>,
    /// In one of these states, or [retrying](Self::retrying), if there are any.
    pub states: Vec<State>,
    /// Pending with at least one attempt, besides those in one of the states: they wait to be tried again.
    pub retrying: bool,
    /// With one of these event types, if there are any.
    pub event_types: Vec<String>,
    /// With at least this number of [attempts](Entry::attempts).
    pub min_attempts: u32,
    /// Accepted at this time or later.
    pub since: Option<SystemTime>,
    /// Accepted before this time.
    pub until: Option<SystemTime>,
}

impl Selection {
    /// Whether it contains this entry. A store with a query language has a condition of its own.
    pub fn contains(&self, entry: &Entry) -> bool {
        self.endpoint.as_ref().is_none_or(|endpoint| *endpoint == entry.key.endpoint)
            && (self.ids.is_empty() || self.ids.contains(&entry.key.id))
            && self.has_state(entry)
            && (self.event_types.is_empty()
                || entry.event_type.as_ref().is_some_and(|event_type| self.event_types.contains(event_type)))
            && entry.attempts >= self.min_attempts
            && self.since.is_none_or(|since| entry.received >= since)
            && self.until.is_none_or(|until| entry.received < until)
    }

    fn has_state(&self, entry: &Entry) -> bool {
        let is_retrying = entry.state == State::Pending && entry.attempts > 0;
        self.has_any_state() || self.states.contains(&entry.state) || self.retrying && is_retrying
    }

    /// Whether it has no condition on states.
    pub fn has_any_state(&self) -> bool {
        self.states.is_empty() && !self.retrying
    }

    /// For a store with numbers in place of states: those of the states, and 5 for [retrying](Self::retrying). Empty if there is
    /// no condition.
    pub fn state_numbers(&self) -> Vec<i16> {
        const RETRYING: i16 = 5;
        self.states.iter().map(|state| state.number()).chain(self.retrying.then_some(RETRYING)).collect()
    }

    /// Whether a [replay](super::Store::replay) includes pending entries that wait for their next attempt: they are named, by id
    /// or by state.
    pub fn replays_waiting(&self) -> bool {
        !self.ids.is_empty() || self.retrying || self.states.contains(&State::Pending)
    }

    /// If it has no condition on states, those of entries that can have a body.
    #[must_use]
    pub fn or_not_done(mut self) -> Self {
        if self.has_any_state() {
            self.states = State::ALL.into_iter().filter(|state| *state != State::Done).collect();
        }
        self
    }

    /// Whether it contains no entry that is done. A store need not look at those, which are most.
    pub fn excludes_done(&self) -> bool {
        let excludes = !self.has_any_state() && !self.states.contains(&State::Done);
        excludes || !self.event_types.is_empty() || self.min_attempts > 0
    }
}

/// A page of entries, in the order of their [sequence](Entry::sequence).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only entries with a higher sequence. 0 is the beginning.
    pub after: u64,
    /// The most entries.
    pub limit: usize,
    /// The most bytes of serialized deliveries: entries with which there would be more are left to the next page, except the
    /// first of this one. `None` if the deliveries are not returned.
    pub max_bytes: Option<u64>,
}

/// The entries between two sequences, for a [replay](super::Store::replay) in steps: what ends again after one step is not
/// replayed by the next, nor is what is accepted meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Only entries with a higher [sequence](Entry::sequence).
    pub after: u64,
    /// Only entries with this sequence or a lower one.
    pub last: u64,
}

impl Part {
    /// All entries.
    pub const ALL: Self = Self { after: 0, last: u64::MAX };
}

/// What a [replay](super::Store::replay) has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// How many entries were replayed.
    pub count: u64,
    /// The part that is left: after the last entry that was replayed, and up to the last one that was accepted before this call,
    /// unless the part given ends earlier.
    pub rest: Part,
}

/// Numbers about the entries of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries that wait, also those to be tried again.
    pub pending: u64,
    /// Pending entries with at least one attempt.
    pub retrying: u64,
    /// Entries that are being handled, or whose lease has lapsed.
    pub running: u64,
    /// Entries that will not be tried again.
    pub dead: u64,
    /// Entries that no handler took.
    pub unrouted: u64,
    /// The time since the oldest pending or running entry was accepted.
    pub oldest: Option<Duration>,
    /// Whether the endpoint is paused.
    pub is_paused: bool,
    /// Whether the store waits for the end of a [move](super::Store::set_incoming) into it: nothing is handled until then.
    pub is_moving: bool,
}

/// The highest version that is done of a key of order, see [`Order::version`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The endpoint.
    pub endpoint: String,
    /// The key of order.
    pub key: String,
    /// The version.
    pub version: i64,
    /// When an entry with this key was done last, with a precision of a millisecond.
    pub at: SystemTime,
}
