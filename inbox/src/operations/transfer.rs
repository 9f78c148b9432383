//! Moves deliveries from one store to another while both accept.
//!
//! The new store handles nothing until the end, so only the old one handles. From the first body that is moved, the old one begins
//! nothing either, even if the move is interrupted: what is moved from an order would no longer hold back what comes after it.
//!
//! The order of the steps makes a move safe. A body is erased from the old store only when the new one has it durably, so one of
//! them always has it. What was handled in the old store is imported when nothing is left there to handle, so the new one knows
//! all of it before it handles anything.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{CHUNK, Pages};
use crate::store::{ERASED, Entry, Imported, Key, MOVED, Selection, State, Store, StoreError};

const POLL: Duration = Duration::from_millis(250);
/// How long the old store must have accepted nothing.
const QUIET: Duration = Duration::from_secs(1);
/// How many passes can find something in the old store after the time for its handlers.
const PASSES: usize = 10;

/// What was moved, see [`finish_move`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Deliveries that are now in the new store, in whatever state, ids of done ones included. Those that it had are not counted.
    pub deliveries: u64,
    /// Deliveries whose bodies were removed from the old store.
    pub bodies: u64,
    /// Deliveries that are still in the old store, since the new one has another body with the same id.
    pub conflicts: u64,
}

/// Why a move has stopped. It can be repeated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MoveError {
    /// The old store has failed.
    From(StoreError),
    /// The new store has failed.
    To(StoreError),
    /// Both are the same store, or one is a copy of the other.
    SameStore,
    /// The new store waits for no move from the old one.
    NotPrepared,
    /// The new store waits for the end of a move from another store, see [`cancel_move`].
    OtherMove,
    /// The old store has accepted this delivery at the end of the move. Nothing is lost, and both stores still wait: stop what
    /// accepts there, and finish the move again.
    StillAccepts(Key),
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(error) => write!(f, "the old store: {error}"),
            Self::To(error) => write!(f, "the new store: {error}"),
            Self::SameStore => f.write_str("the old and the new store are the same, or one is a copy of the other"),
            Self::NotPrepared => {
                f.write_str("the new store waits for no move from the old one: prepare the move first")
            }
            Self::OtherMove => {
                f.write_str("the new store waits for the end of a move from another store: finish or cancel that first")
            }
            Self::StillAccepts(key) => write!(
                f,
                "the old store has just accepted `{key}`: stop every process that accepts there, and finish the move again"
            ),
        }
    }
}

impl Error for MoveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::From(error) | Self::To(error) => Some(error),
            Self::SameStore | Self::NotPrepared | Self::OtherMove | Self::StillAccepts(_) => None,
        }
    }
}

/// Prepares a move: from now on, the new store handles nothing, whatever the endpoint, until [`finish_move`]. Copies there which
/// deliveries are done. The old store is not changed and goes on. It can be repeated.
///
/// # Errors
///
/// If a store fails, if both are the same, or if the new one waits for another move.
pub async fn prepare_move<A: Store, B: Store>(from: &A, to: &B) -> Result<Moved, MoveError> {
    let mut transfer = Transfer::new(from, to).await?;
    match to.identity().await.map_err(MoveError::To)?.incoming {
        Some(other) if other != transfer.from_id => return Err(MoveError::OtherMove),
        _ => to.set_incoming(Some(&transfer.from_id)).await.map_err(MoveError::To)?,
    }
    transfer.copy_known().await?;
    transfer.copy_versions().await?;
    Ok(transfer.moved)
}

/// Moves all deliveries to the new store, for which [`prepare_move`] must have been called. The new store then handles. It can be
/// repeated.
///
/// Before, everything must accept to the new store, where deliveries wait until the end. Workers of the old store
/// can still run: they begin nothing more, and handlers have this time to end. After it, their claims are fenced, and their
/// deliveries are handled again.
///
/// Each delivery that one of the stores has acknowledged is then in the new store, or was handled in the old one and is
/// known as such. A body is erased from the old store only when the new one has it; such entries are dead there, with the reason
/// [`MOVED`]. What was erased in one of the stores is erased in the other. If the move is interrupted, both stores wait until it is
/// finished, in this direction or back.
///
/// Endpoints that are paused in the old store are paused in the new one. Those that are paused in the new one stay so.
///
/// Deliveries with the same key of order keep their order, and come before those that only the new store has accepted.
///
/// # Errors
///
/// If a store fails, if the move was not prepared, or if the old store still accepts.
pub async fn finish_move<A: Store, B: Store>(from: &A, to: &B, patience: Duration) -> Result<Moved, MoveError> {
    let mut transfer = Transfer::new(from, to).await?;
    if to.identity().await.map_err(MoveError::To)?.incoming.as_ref() != Some(&transfer.from_id) {
        return Err(MoveError::NotPrepared);
    }
    transfer.hold_old().await?;
    transfer.empty(Instant::now() + patience).await?;
    transfer.copy_known().await?;

    sleep(QUIET).await;
    // What is accepted and handled between these two calls is found as done by the second.
    let left = transfer.first_left().await?;
    let handled = transfer.copy_known().await?;
    if let Some(key) = left.or(handled) {
        return Err(MoveError::StillAccepts(key));
    }
    transfer.copy_versions().await?;
    transfer.copy_pauses().await?;
    transfer.release_old().await?;
    to.set_incoming(None).await.map_err(MoveError::To)?;
    Ok(transfer.moved)
}

/// Gives up a move that was prepared: the store handles what it has. Deliveries that both stores have accepted can then be
/// handled twice: to return to the old store, move everything back instead.
///
/// If [`finish_move`] was interrupted, the old store waits as well: for the end of a move from the new one, which this does not
/// change. Move everything back.
///
/// # Errors
///
/// If the store fails.
pub async fn cancel_move<B: Store>(to: &B) -> Result<(), StoreError> {
    to.set_incoming(None).await
}

struct Transfer<'a, A, B> {
    from: &'a A,
    to: &'a B,
    from_id: String,
    to_id: String,
    moved: Moved,
    conflicts: BTreeSet<Key>,
}

impl<'a, A: Store, B: Store> Transfer<'a, A, B> {
    async fn new(from: &'a A, to: &'a B) -> Result<Self, MoveError> {
        let from_id = from.identity().await.map_err(MoveError::From)?.id;
        let to_id = to.identity().await.map_err(MoveError::To)?.id;
        if from_id == to_id {
            return Err(MoveError::SameStore);
        }
        Ok(Self { from, to, from_id, to_id, moved: Moved::default(), conflicts: BTreeSet::new() })
    }

    /// Lets nothing be claimed in the old store, as if everything were to be moved back. So it can be moved back if this move is
    /// interrupted.
    async fn hold_old(&self) -> Result<(), MoveError> {
        if self.from.identity().await.map_err(MoveError::From)?.incoming.is_none() {
            self.from.set_incoming(Some(&self.to_id)).await.map_err(MoveError::From)?;
        }
        Ok(())
    }

    /// A move in the other direction is over, too: nothing is left there.
    async fn release_old(&self) -> Result<(), MoveError> {
        if self.from.identity().await.map_err(MoveError::From)?.incoming.as_ref() == Some(&self.to_id) {
            self.from.set_incoming(None).await.map_err(MoveError::From)?;
        }
        Ok(())
    }

    /// Moves bodies until none is left. Until the deadline, what is running is left to its handler.
    async fn empty(&mut self, deadline: Instant) -> Result<(), MoveError> {
        let mut passes = 0;
        loop {
            let is_over = Instant::now() >= deadline;
            let Pass { found, is_running } = self.take_all(is_over).await?;
            match found {
                None if !is_running => return Ok(()),
                Some(key) if passes >= PASSES => return Err(MoveError::StillAccepts(key)),
                _ => passes += usize::from(is_over),
            }
            if is_running {
                sleep(POLL).await;
            }
        }
    }

    /// Looks at everything that has a body, and moves it. Without what is running, this also leaves what comes after it in an
    /// order.
    async fn take_all(&mut self, with_running: bool) -> Result<Pass, MoveError> {
        let mut pass = Pass { found: None, is_running: false };
        let mut held = HashSet::new();
        // Those that are running are listed as well: one that has ended when its page is read is on that page.
        let mut pages = Pages::new(not_done()).with_bytes();
        while let Some(mut page) = pages.next(self.from).await.map_err(MoveError::From)? {
            page.retain(|entry| self.must_move(entry));
            let count = page.len();
            page.retain(|entry| {
                let order = entry.order.as_ref().map(|order| (entry.key.endpoint.clone(), order.key.clone()));
                let is_running = entry.state == State::Running && !with_running;
                let is_left = is_running || order.as_ref().is_some_and(|order| held.contains(order));
                held.extend(order.filter(|_| is_running));
                !is_left
            });
            pass.is_running |= page.len() < count;
            if let Some(first) = page.first() {
                pass.found.get_or_insert_with(|| first.key.clone());
                self.take(page).await?;
            }
        }
        Ok(pass)
    }

    fn must_move(&self, entry: &Entry) -> bool {
        entry.size.is_some() && !self.conflicts.contains(&entry.key)
    }

    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), MoveError> {
        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        let imported = self.to.import(entries).await.map_err(MoveError::To)?;
        let (mut there, mut erased) = (Vec::new(), Vec::new());
        for (key, imported) in keys.into_iter().zip(imported) {
            self.moved.deliveries += u64::from(imported == Imported::Stored);
            match imported {
                Imported::Stored | Imported::HasBody | Imported::Done => there.push(key),
                Imported::NoBody => erased.push(key),
                Imported::Conflict => {
                    self.conflicts.insert(key);
                    self.moved.conflicts += 1;
                }
            }
        }
        // A claim of any of these is fenced. What was ended as done meanwhile is copied later.
        for (keys, reason) in [(there, MOVED), (erased, ERASED)] {
            if !keys.is_empty() {
                self.moved.bodies += self.from.erase(&keys, reason).await.map_err(MoveError::From)?;
            }
        }
        Ok(())
    }

    /// Something with a body, whatever its state.
    async fn first_left(&self) -> Result<Option<Key>, MoveError> {
        let mut pages = Pages::new(not_done());
        while let Some(page) = pages.next(self.from).await.map_err(MoveError::From)? {
            if let Some(entry) = page.into_iter().find(|entry| self.must_move(entry)) {
                return Ok(Some(entry.key));
            }
        }
        Ok(None)
    }

    /// Copies what is known of deliveries without a body: that they are done or were erased. Returns one of those that the new
    /// store did not know as done.
    async fn copy_known(&mut self) -> Result<Option<Key>, MoveError> {
        let mut pages = Pages::new(Selection::default());
        let mut new = None;
        while let Some(mut page) = pages.next(self.from).await.map_err(MoveError::From)? {
            page.retain(|entry| entry.size.is_none());
            if page.is_empty() {
                continue;
            }
            let keys: Vec<(State, Key)> = page.iter().map(|entry| (entry.state, entry.key.clone())).collect();
            let imported = self.to.import(page).await.map_err(MoveError::To)?;
            for ((state, key), _) in
                keys.into_iter().zip(imported).filter(|(_, imported)| *imported == Imported::Stored)
            {
                self.moved.deliveries += 1;
                if state == State::Done && new.is_none() {
                    new = Some(key);
                }
            }
        }
        Ok(new)
    }

    async fn copy_versions(&self) -> Result<(), MoveError> {
        let mut after: Option<(String, String)> = None;
        loop {
            let key = after.as_ref().map(|(endpoint, key)| (&endpoint[..], &key[..]));
            let versions = self.from.versions(key, CHUNK).await.map_err(MoveError::From)?;
            let Some(last) = versions.last() else { return Ok(()) };
            after = Some((last.endpoint.clone(), last.key.clone()));
            self.to.import_versions(versions).await.map_err(MoveError::To)?;
        }
    }

    /// An endpoint that an operator has paused in the old store is paused in the new one.
    async fn copy_pauses(&self) -> Result<(), MoveError> {
        for endpoint in self.from.endpoints().await.map_err(MoveError::From)? {
            if self.from.stats(&endpoint).await.map_err(MoveError::From)?.is_paused {
                self.to.set_paused(&endpoint, true).await.map_err(MoveError::To)?;
            }
        }
        Ok(())
    }
}

/// What a pass over the old store has found.
struct Pass {
    /// Something that was moved.
    found: Option<Key>,
    /// Whether something was left to its handler.
    is_running: bool,
}

const NOT_DONE: [State; 4] = [State::Pending, State::Running, State::Dead, State::Unrouted];

fn not_done() -> Selection {
    Selection { states: NOT_DONE.to_vec(), ..Selection::default() }
}
