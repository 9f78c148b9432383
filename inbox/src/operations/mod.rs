//! What operators do with a store, in chunks.

mod pages;
mod transfer;

use std::sync::{Mutex, PoisonError};

use webhook_receiver::StoredDelivery;

use crate::pace::in_steps;
use crate::store::{ERASED, Entry, Key, Part, Retention, Selection, Store, StoreError};

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

/// Erases the bodies of all deliveries that [`find_by_member`] finds, and returns how many there were.
///
/// # Errors
///
/// If the store fails. Some may have been erased.
pub async fn erase_by_member<S: Store>(
    store: &S,
    selection: &Selection,
    pointer: &str,
    value: &str,
) -> Result<u64, StoreError> {
    let keys = find_by_member(store, selection, pointer, value).await?;
    erase(store, &keys).await
}

/// Finds all selected deliveries that have this text, or a number with this text, at a JSON pointer in the body. Bodies that are
/// not JSON are not found.
///
/// # Errors
///
/// If the store fails.
pub async fn find_by_member<S: Store>(
    store: &S,
    selection: &Selection,
    pointer: &str,
    value: &str,
) -> Result<Vec<Key>, StoreError> {
    let has_value = |entry: &Entry| {
        let stored = entry.bytes.clone().and_then(|bytes| StoredDelivery::from_bytes(bytes).ok());
        stored.and_then(|stored| stored.text_at(pointer)).is_some_and(|text| text == value)
    };
    let mut pages = Pages::new(selection.clone()).with_bytes();
    let mut keys = Vec::new();
    while let Some(page) = pages.next(store).await? {
        keys.extend(page.into_iter().filter(has_value).map(|entry| entry.key));
    }
    Ok(keys)
}
