//! What operators do with a store, in chunks.

use webhook_receiver::StoredDelivery;

use crate::store::{Entry, Key, Page, Retention, Selection, Store, StoreError};

/// Other users of the store wait for this many entries at most.
const CHUNK: usize = 500;

/// Makes all selected dead and unrouted deliveries pending again, and returns how many there were.
///
/// # Errors
///
/// If the store fails. Some may have been replayed.
pub async fn replay<S: Store>(store: &S, selection: &Selection) -> Result<u64, StoreError> {
    chunks(|| store.replay(selection, CHUNK)).await
}

/// Removes everything that is older than its retention, and returns how many entries and bodies there were.
///
/// # Errors
///
/// If the store fails. Some may have been removed.
pub async fn purge<S: Store>(store: &S, retention: &Retention) -> Result<u64, StoreError> {
    chunks(|| store.purge(retention, CHUNK)).await
}

/// Erases the bodies of all selected deliveries that have this text, or a number with this text, at a JSON pointer in the body,
/// and returns how many there were. Bodies that are not JSON are not found.
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
    let has_value = |entry: &Entry| {
        let stored = entry.bytes.clone().and_then(|bytes| StoredDelivery::from_bytes(bytes).ok());
        stored.and_then(|stored| stored.text_at(pointer)).is_some_and(|text| text == value)
    };
    let mut page = Page { after: 0, limit: CHUNK, with_bytes: true };
    let mut count = 0;
    loop {
        let entries = store.list(selection, &page).await?;
        let Some(last) = entries.last() else { return Ok(count) };
        page.after = last.sequence;
        let keys: Vec<Key> = entries.iter().filter(|entry| has_value(entry)).map(|entry| entry.key.clone()).collect();
        if !keys.is_empty() {
            count += store.erase(&keys).await?;
        }
    }
}

async fn chunks<F: Future<Output = Result<u64, StoreError>>>(chunk: impl Fn() -> F) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let count = chunk().await?;
        all += count;
        if count < CHUNK as u64 {
            return Ok(all);
        }
    }
}
