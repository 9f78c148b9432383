//! What operators do with a store, in chunks.

mod pages;
mod transfer;

use std::sync::{Mutex, PoisonError};

use crate::pace::in_steps;
use crate::store::{ERASED, Key, Part, Retention, Selection, Store, StoreError, StoreErrorKind};

pub use pages::Pages;
pub use transfer::{MoveError, Moved, cancel_move, finish_move, prepare_move};

/// Other users of the store wait for this many entries at most.
const CHUNK: usize = 500;

/// Makes all selected dead and unrouted deliveries pending again, and returns how many there were.
///
/// Each is replayed once, even if it ends again meanwhile, and those that are accepted meanwhile are left alone.
///
/// # Errors
///
/// If the store fails. Some may have been replayed.
pub async fn replay<S: Store>(store: &S, selection: &Selection) -> Result<u64, StoreError> {
    let rest = Mutex::new(Part::ALL);
    let step = |limit| {
        let part = *rest.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = &rest;
        async move {
            let replayed = store.replay(selection, part, limit).await?;
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = replayed.rest;
            Ok(replayed.count)
        }
    };
    in_steps(step, || true).await
}

/// Removes everything that is older than its retention, and returns how many entries and bodies there were.
///
/// # Errors
///
/// If the store fails. Some may have been removed.
pub async fn purge<S: Store>(store: &S, retention: &Retention) -> Result<u64, StoreError> {
    in_steps(|limit| store.purge(retention, limit), || true).await
}

/// Erases the bodies of these deliveries, and returns how many there were. Those that are not done become dead with the reason
/// `erased`.
///
/// # Errors
///
/// If the store fails. Some may have been erased.
pub async fn erase<S: Store>(store: &S, keys: &[Key]) -> Result<u64, StoreError> {
    let mut count = 0;
    for chunk in keys.chunks(CHUNK) {
        count += store.erase(chunk, ERASED).await?;
    }
    Ok(count)
}

/// Erases the bodies of all deliveries on these pages, and returns how many there were. Each page is forgotten before the next is
/// read. If it is interrupted, it can be repeated: what was erased has no body any more.
///
/// # Errors
///
/// If the store fails, or [during a move](refuse_during_move), unless the selection has ids. Some may have been erased.
pub async fn erase_pages<S: Store>(store: &S, mut pages: Pages) -> Result<u64, StoreError> {
    let finds_all = async |pages: &Pages| if pages.has_ids() { Ok(()) } else { refuse_during_move(store).await };
    finds_all(&pages).await?;
    let (mut keys, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next(store).await? {
        keys.extend(page.into_iter().filter(|entry| entry.size.is_some()).map(|entry| entry.key));
        // SQLite empties its log after each call.
        if keys.len() >= CHUNK {
            count += erase(store, &keys).await?;
            keys.clear();
        }
    }
    count += erase(store, &keys).await?;
    finds_all(&pages).await?;
    Ok(count)
}

/// Fails if the store waits for the end of a move: [`Pages`] can miss what is moved while they are read.
///
/// # Errors
///
/// If it does, or if the store fails.
pub async fn refuse_during_move<S: Store>(store: &S) -> Result<(), StoreError> {
    match store.identity().await?.incoming {
        None => Ok(()),
        Some(_) => {
            let text =
                "it waits for the end of a move, and what is moved could be missed: finish the move, or name ids";
            Err(StoreError::new(StoreErrorKind::Busy, text))
        }
    }
}
