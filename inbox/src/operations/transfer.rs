//! Moves deliveries from one store to another while both accept.
//!
//! The new store is paused until the end, so only the old one handles. The order of the steps is what makes a move safe: a body is
//! imported before it is erased, so it is never in neither store; what was handled in the old store is imported after the
//! last body was erased there, so the new one knows all of it before it handles anything.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{CHUNK, Pages};
use crate::store::{Entry, Key, Page, Selection, State, Store, StoreError};

/// The bodies that are moved at once have about so many bytes.
const LARGEST: u64 = 8 << 20;
const POLL: Duration = Duration::from_millis(250);
/// For so long, nothing must be accepted by the old store.
const QUIET: Duration = Duration::from_secs(1);

/// What was moved, see [`finish_move`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Deliveries that are now in the new store, in whatever state, ids of done ones included. Those that it had are not counted.
    pub deliveries: u64,
    /// Deliveries whose bodies were removed from the old store.
    pub bodies: u64,
}

/// Why a move has stopped. It can be repeated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MoveError {
    /// The old store has failed.
    From(StoreError),
    /// The new store has failed.
    To(StoreError),
    /// The old store has accepted this delivery at the end of the move. Nothing is lost, and the new store is still paused: stop what
    /// accepts there, and finish the move again.
    StillAccepts(Key),
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(error) => write!(f, "the old store: {error}"),
            Self::To(error) => write!(f, "the new store: {error}"),
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
            Self::StillAccepts(_) => None,
        }
    }
}

/// Prepares a move: pauses all endpoints of the old store in the new one, and copies there what is known of deliveries that are
/// done. The old store is not changed and goes on. It can be repeated.
///
/// # Errors
///
/// If a store fails.
pub async fn prepare_move<A: Store, B: Store>(from: &A, to: &B) -> Result<Moved, MoveError> {
    pause(from, to).await?;
    let (deliveries, _) = copy_done(from, to).await?;
    copy_versions(from, to).await?;
    Ok(Moved { deliveries, bodies: 0 })
}

/// Moves all deliveries to the new store, and then resumes the endpoints there that are not paused in the old one. It can be
/// repeated.
///
/// Before, everything must accept to the new store, where deliveries wait until the end. Workers of the old store
/// can still run: handlers have this time to end. After it, their claims are fenced, and their deliveries are handled again.
///
/// Each delivery that one of the stores has acknowledged is then in the new store, or was handled in the old one and is
/// known as such. Bodies are erased from the old store when they are in the new one; such entries are dead there, with the reason
/// `moved`. If the move is interrupted, the new store stays paused.
///
/// Deliveries that were accepted by the new store come before those that are moved, also if they have the same key of order.
///
/// # Errors
///
/// If a store fails, or the old one still accepts.
pub async fn finish_move<A: Store, B: Store>(from: &A, to: &B, patience: Duration) -> Result<Moved, MoveError> {
    let endpoints = pause(from, to).await?;
    let deadline = Instant::now() + patience;
    let mut moved = Moved::default();
    loop {
        let is_over = Instant::now() >= deadline;
        let is_running = take_all(from, to, is_over, &mut moved).await?;
        if !is_running || is_over {
            break;
        }
        sleep(POLL).await;
    }
    let (deliveries, last) = copy_done(from, to).await?;
    moved.deliveries += deliveries;
    copy_versions(from, to).await?;

    sleep(QUIET).await;
    let page = Page { after: last, limit: 1, with_bytes: false };
    if let Some(entry) = from.list(&Selection::default(), &page).await.map_err(MoveError::From)?.pop() {
        return Err(MoveError::StillAccepts(entry.key));
    }
    for endpoint in &endpoints {
        let is_paused = from.stats(endpoint).await.map_err(MoveError::From)?.is_paused;
        to.set_paused(endpoint, is_paused).await.map_err(MoveError::To)?;
    }
    Ok(moved)
}

async fn pause<A: Store, B: Store>(from: &A, to: &B) -> Result<Vec<String>, MoveError> {
    let endpoints = from.endpoints().await.map_err(MoveError::From)?;
    for endpoint in &endpoints {
        to.set_paused(endpoint, true).await.map_err(MoveError::To)?;
    }
    Ok(endpoints)
}

/// Returns how many ids were new, and the last sequence of the old store.
async fn copy_done<A: Store, B: Store>(from: &A, to: &B) -> Result<(u64, u64), MoveError> {
    let mut pages = Pages::new(Selection::default());
    let (mut count, mut last) = (0, 0);
    loop {
        let mut page = pages.next(from).await.map_err(MoveError::From)?;
        let Some(entry) = page.last() else { return Ok((count, last)) };
        last = entry.sequence;
        page.retain(|entry| entry.state == State::Done);
        if !page.is_empty() {
            count += to.import(page).await.map_err(MoveError::To)?;
        }
    }
}

async fn copy_versions<A: Store, B: Store>(from: &A, to: &B) -> Result<(), MoveError> {
    let mut after: Option<(String, String)> = None;
    loop {
        let key = after.as_ref().map(|(endpoint, key)| (&endpoint[..], &key[..]));
        let versions = from.versions(key, CHUNK).await.map_err(MoveError::From)?;
        let Some(last) = versions.last() else { return Ok(()) };
        after = Some((last.endpoint.clone(), last.key.clone()));
        to.import_versions(versions).await.map_err(MoveError::To)?;
    }
}

/// Moves everything that is not done. Returns whether something was left since a handler runs for it.
async fn take_all<A: Store, B: Store>(
    from: &A,
    to: &B,
    with_running: bool,
    moved: &mut Moved,
) -> Result<bool, MoveError> {
    let mut states = vec![State::Pending, State::Dead, State::Unrouted];
    if with_running {
        states.push(State::Running);
    }
    let selection = Selection { states, ..Selection::default() };
    let mut pages = Pages::new(selection.clone());
    loop {
        let page = pages.next(from).await.map_err(MoveError::From)?;
        if page.is_empty() {
            break;
        }
        let mut size = 0;
        let chunks = page.chunk_by(|before, entry| {
            size += entry.size.unwrap_or(0);
            let fits = size <= LARGEST && before.key.endpoint == entry.key.endpoint;
            if !fits {
                size = 0;
            }
            fits
        });
        for chunk in chunks {
            take(from, to, &selection, chunk, moved).await?;
        }
    }
    let selection = Selection { states: vec![State::Running], ..Selection::default() };
    let page = Page { after: 0, limit: 1, with_bytes: false };
    Ok(!from.list(&selection, &page).await.map_err(MoveError::From)?.is_empty())
}

/// Entries of one endpoint. Those that have left the selection meanwhile are left alone.
async fn take<A: Store, B: Store>(
    from: &A,
    to: &B,
    selection: &Selection,
    entries: &[Entry],
    moved: &mut Moved,
) -> Result<(), MoveError> {
    let endpoint = entries.first().map(|entry| entry.key.endpoint.clone());
    let ids = entries.iter().map(|entry| entry.key.id.clone()).collect();
    let selection = Selection { endpoint, ids, ..selection.clone() };
    let page = Page { after: 0, limit: entries.len(), with_bytes: true };
    let entries = from.list(&selection, &page).await.map_err(MoveError::From)?;
    let keys: Vec<Key> = entries.iter().filter(|entry| entry.bytes.is_some()).map(|entry| entry.key.clone()).collect();
    moved.deliveries += to.import(entries).await.map_err(MoveError::To)?;
    // A claim of any of these is fenced. What was ended as done meanwhile is copied later.
    moved.bodies += from.erase(&keys, "moved").await.map_err(MoveError::From)?;
    Ok(())
}
