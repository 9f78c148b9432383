use std::fmt;

use super::Subject;
use super::rules::{Bench, claims, ends, entries, operations, order, transfer};

/// A rule that a store breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The name of the rule, as listed at [`check_store`].
    pub rule: &'static str,
    /// What the store did.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.found)
    }
}

/// Checks that a [`Store`](crate::store::Store) keeps the rules, for those who implement one.
///
/// The store must be empty at first. It is opened several times, as by several processes. The time for all rules is about 110
/// days.
///
/// | rule | |
/// |---|---|
/// | `insert` | A new key is stored; a known one is a duplicate or, with another digest, a conflict. Also within a batch. |
/// | `keys` | Keys are compared byte by byte, endpoint and id. |
/// | `bytes` | Bytes, digests and all other parts are kept as they are. |
/// | `one` | Of several concurrent inserts of a key, one is new. |
/// | `list` | Entries are listed in order, selected, in pages, and with bytes only if asked. |
/// | `sizes` | Pages and claims are limited in bytes, except for their first entry. |
/// | `stats` | The entries of an endpoint are counted, and the age of the oldest. |
/// | `endpoints` | Endpoints that have entries or are paused are listed, except the one that `health` writes. |
/// | `claim` | Claims are limited in number, to an endpoint and to event types; the oldest entries come first. |
/// | `exclusive` | An entry that is running is not claimed, even if claims are concurrent. |
/// | `attempts` | An attempt is counted when the claim returns, for every user of the store. |
/// | `lease` | A lease lasts for its time. Then the entry can be claimed. |
/// | `apart` | Lapsed entries are claimed if they are asked for, others if not. `has_claimable` says whether there are any. |
/// | `extend` | An extended lease lasts for the time from then on. |
/// | `fenced` | After another claim, the old token changes nothing. Neither does any token of an unknown key. |
/// | `lapsed` | A lease that has lapsed can be extended and ended until something else claims the entry. |
/// | `done` | A done entry has no body, is not claimed again, and its key is remembered. |
/// | `retry` | A failed entry can be claimed after its delay, not before. |
/// | `release` | A released entry can be claimed at once, and its attempt does not count. |
/// | `dead` | A dead or unrouted entry is not claimed, and keeps its body and the reason. |
/// | `effects` | Effects are committed with the done mark, or not at all. Those of one claim do not affect others. |
/// | `ordered` | Of entries with the same key of order, the one that was accepted first is claimed, until it has ended, and not beside a later one. |
/// | `superseded` | A claim is superseded if a higher version is done, and only then. |
/// | `replay` | Selected dead and unrouted entries become pending, and count attempts from the beginning. |
/// | `steps` | The steps of a replay replay each entry once, and none that is accepted meanwhile. |
/// | `waiting` | Pending entries that wait for their next attempt are selected, and replayed if they are named. |
/// | `erase` | An erased entry has no body, and its claim is fenced. Its key is remembered. |
/// | `pause` | Entries of a paused endpoint are not claimed. |
/// | `purge` | Done entries are forgotten after their retention, pending ones never, up to the limit. |
/// | `bodies` | Bodies of dead and unrouted entries are removed after their own retention, with the reasons. |
/// | `import` | Listed entries are imported as they are; known keys are left alone. |
/// | `handled` | A pending entry that is imported as done is done. |
/// | `returned` | What was moved away can come back, what was erased cannot, and is erased where it is imported. |
/// | `placed` | What was imported comes before what was accepted, in the order in which it was imported. |
/// | `incoming` | During a move into the store, nothing is claimed. All its users get the same identity. |
/// | `versions` | Versions are listed and imported; the higher one counts. |
///
/// Races show only by chance: use a runtime with several threads.
///
/// # Errors
///
/// The rules that the store breaks.
///
/// # Panics
///
/// Outside of a Tokio runtime.
///
/// ```
/// use webhook_inbox::testing::{MemorySubject, check_store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// check_store(&MemorySubject::default()).await.unwrap();
/// # }
/// ```
pub async fn check_store<T: Subject>(subject: &T) -> Result<(), Vec<Violation>> {
    let mut bench = Bench::new(subject).await;
    let mut violations = Vec::new();
    macro_rules! check {
        ($($module:ident: $($rule:ident)+;)+) => {$($(
            bench.begin(stringify!($rule));
            let found = Box::pin($module::$rule(&bench)).await.err();
            violations.extend(found.map(|found| Violation { rule: stringify!($rule), found }));
        )+)+};
    }
    check! {
        entries: insert keys bytes one list sizes stats endpoints;
        claims: claim exclusive attempts lease apart extend fenced lapsed;
        ends: done retry release dead effects;
        order: ordered superseded;
        operations: replay steps waiting erase pause purge bodies;
        transfer: import handled returned placed incoming versions;
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}
