//! What a store does.

mod claim;
mod clock;
mod entry;
mod error;
mod import;
mod limit;
mod retention;

use std::time::Duration;

use webhook_receiver::LeaseState;

pub use crate::crash_point::crash_point;
pub use claim::{Claim, ClaimId, ClaimRequest, ClaimToken, EventTypes, Finish, Finished, Verdict};
pub use clock::Clock;
pub use entry::{Entry, Inserted, Key, NewEntry, Order, Page, Part, Replayed, Selection, State, Stats, Version};
pub use error::{StoreError, StoreErrorKind};
pub use import::{ERASED, Identity, Imported, Known, MOVED, Merge};
pub use limit::within;
pub use retention::{Retention, RetentionTooShort};

/// The bytes of serialized deliveries that an inbox passes to a store in one call, or asks for, if they are of several
/// deliveries: so the memory and the time of a call are limited.
pub const CALL_BYTES: u64 = 8 << 20;

/// The [sequence](Entry::sequence) of the first entry that a store accepts. Imported ones have lower numbers, from 1.
pub const FIRST_SEQUENCE: u64 = 1 << 40;

/// The name of an endpoint that no inbox has. [`Inbox::health`](crate::Inbox::health) pauses and resumes it to see whether a
/// store can be written.
pub const PROBE_ENDPOINT: &str = "webhook-inbox-probe";

/// Keeps deliveries durably, and which of them were handled.
///
/// # States
///
/// ```text
/// insert → pending → claim → running → done
///             ↑                 │ ├→ dead     ─┐
///             │                 │ └→ unrouted ─┤
///             └── retry, lapse ─┴── replay ────┘
/// ```
///
/// # To implement
///
/// - A method returns when its change is durable: it survives the end of the process, and of the machine as far as the engine
///   promises. Only [`extend`](Self::extend) and [`purge`](Self::purge) need not survive the end of the machine.
/// - Each method is one transaction, all users of the store together, even in other processes. Only `purge` may be several.
/// - If a method fails, it has changed nothing, except that the answer to a successful commit may have been lost, or that `purge`
///   has removed a part. The caller repeats the call: all of them tolerate that.
/// - Time is that of the store. All methods take durations, so that one clock decides. Take a [`Clock`] when the store is
///   created, so that tests can set it. A time before 1970 is an error.
/// - A method must limit how long it takes. Dropping its future must not leave a change half made.
///
/// Two tables are enough: one with a row for each key that was seen, and one with the rest for those that are not done.
/// `testing::check_store`, with the feature `testing`, checks a store.
pub trait Store: Send + Sync + 'static {
    /// A change that a handler makes in the store's own transaction, such as a closure over it. See
    /// [`Effects`](crate::Effects).
    type Effect: Send + 'static;

    /// Stores new entries as pending. Entries of one batch with the same key count one after the other. The result has one
    /// element for each, in their order. A batch has up to [`CALL_BYTES`], or one entry.
    fn insert(&self, batch: Vec<NewEntry>) -> impl Future<Output = Result<Vec<Inserted>, StoreError>> + Send;

    /// An inbox inserts twice at the same time, each time half of the entries, if a call of [`insert`](Self::insert) has taken
    /// less than this for each entry that it had or that waited. A call that takes longer mostly waits for the disk: then one
    /// commit is better than two.
    ///
    /// It is longer for a store that does more work at the same time. Zero, the default, means one call after the other.
    fn inserts_overlap_below(&self) -> Duration {
        Duration::ZERO
    }

    /// Claims entries that can be handled now, those that can be since the longest time first: each becomes running, gets a new
    /// token and a lease, and its number of attempts is incremented. That is durable before this returns. What is beyond a limit
    /// of the request is left as it is.
    ///
    /// An entry can be claimed if all of this holds:
    ///
    /// - It is pending and the delay of its last failure is over; or, if the request is for [lapsed](ClaimRequest::lapsed) ones,
    ///   it is running and its lease has lapsed.
    /// - Its endpoint is not paused, and the store does not wait for the end of a [move](Self::set_incoming).
    /// - No entry with the same key of order that was accepted earlier is pending or running, nor is a later one running: it can
    ///   be, if the earlier one was [replayed](Self::replay) since. A running one is held back by earlier running ones only.
    fn claim(&self, request: &ClaimRequest) -> impl Future<Output = Result<Vec<Claim>, StoreError>> + Send;

    /// Whether there is an entry that [`claim`](Self::claim) would claim now. Changes nothing. Workers ask for lapsed entries
    /// several times a second, also while many others are pending.
    fn has_claimable(&self, request: &ClaimRequest) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Lets leases last for this time from now on. A lease that has lapsed can be extended as long as nothing else has claimed
    /// the entry. The result has one element for each claim: [`Expired`](LeaseState::Expired) if its token is not the current
    /// one.
    fn extend(
        &self,
        claims: &[ClaimId],
        lease: Duration,
    ) -> impl Future<Output = Result<Vec<LeaseState>, StoreError>> + Send;

    /// Ends claims. Each is independent of the others: if an effect fails, only the effects of its claim are undone. If it has
    /// broken the transaction, another claim may be [released](Finished::Released). The result has one element for each, in
    /// their order.
    ///
    /// A lease that has lapsed can be ended as long as nothing else has claimed the entry.
    fn finish(
        &self,
        batch: Vec<Finish<Self::Effect>>,
    ) -> impl Future<Output = Result<Vec<Finished>, StoreError>> + Send;

    /// Lists entries, those that were accepted first at the beginning.
    fn list(&self, selection: &Selection, page: &Page) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// Makes dead and unrouted entries of this part pending again, those that were accepted first, up to the limit, if their
    /// bodies are still there; also pending ones that wait for their next attempt, if
    /// [they are named](Selection::replays_waiting). They can be claimed at once, and attempts are counted from the beginning.
    /// Returns what it has done and what is left of the part.
    fn replay(
        &self,
        selection: &Selection,
        part: Part,
        limit: usize,
    ) -> impl Future<Output = Result<Replayed, StoreError>> + Send;

    /// Removes the bodies of entries, whatever their state, at once. Those that are not done become dead with this
    /// reason, such as [`ERASED`], and their claims end. Their keys are remembered. Returns how many bodies there were.
    fn erase(&self, keys: &[Key], reason: &str) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Sets whether the entries of an endpoint can be claimed. Others are not affected, nor are entries that are running.
    fn set_paused(&self, endpoint: &str, is_paused: bool) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes what is older than its retention, up to this limit on entries and bodies, so that others do not wait for
    /// long. Returns how many there were: if these are fewer than the limit, nothing is left to remove.
    ///
    /// - The bodies of dead and unrouted entries, when they have been so for long enough, with everything that may have been
    ///   taken from them: event type, order and reason.
    /// - Entries that were accepted long enough ago and have no body. The key is then unknown.
    /// - Versions of keys of order that have not changed for as long as entries are remembered.
    ///
    /// Pending and running entries stay.
    fn purge(&self, retention: &Retention, limit: usize) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Counts the entries of an endpoint.
    fn stats(&self, endpoint: &str) -> impl Future<Output = Result<Stats, StoreError>> + Send;

    /// The names of the endpoints that have entries or are paused, sorted, without [`PROBE_ENDPOINT`].
    fn endpoints(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// Stores entries that another store has [listed](Self::list), as they are; those that are running as pending. The result
    /// has one element for each, in their order.
    ///
    /// Their sequence is below [`FIRST_SEQUENCE`], in the order in which they are imported: what the other store has accepted
    /// comes before what this one has.
    ///
    /// What becomes of entries whose keys are known is decided by [`Entry::merge`].
    fn import(&self, entries: Vec<Entry>) -> impl Future<Output = Result<Vec<Imported>, StoreError>> + Send;

    /// Which store it is. All users of its tables get the same.
    fn identity(&self) -> impl Future<Output = Result<Identity, StoreError>> + Send;

    /// Sets the id of the store whose entries are being moved into this one. As long as there is one, nothing can be claimed,
    /// whatever its endpoint; entries that are running are not affected.
    fn set_incoming(&self, from: Option<&str>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lists the versions of keys of order, sorted by endpoint and key, up to the limit: those after this endpoint and key.
    fn versions(
        &self,
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Version>, StoreError>> + Send;

    /// Stores versions that another store has listed. Of two for one key, the higher one counts, and the later time.
    fn import_versions(&self, versions: Vec<Version>) -> impl Future<Output = Result<(), StoreError>> + Send;
}
