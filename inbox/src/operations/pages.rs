use super::CHUNK;
use crate::store::{CALL_BYTES, Entry, Page, Selection, Store, StoreError};

/// All selected entries, page by page, those that were accepted first at the beginning.
///
/// However many entries there are, a page has 500 at most, and about 8 MiB of serialized deliveries.
#[derive(Clone, Debug)]
pub struct Pages {
    selection: Selection,
    after: u64,
    max_bytes: Option<u64>,
}

impl Pages {
    /// From the first entry.
    pub fn new(selection: Selection) -> Self {
        Self { selection, after: 0, max_bytes: None }
    }

    /// With the serialized deliveries.
    #[must_use]
    pub fn with_bytes(self) -> Self {
        Self { max_bytes: Some(CALL_BYTES), ..self }
    }

    /// The next page, which has at least one entry. `None` at the end; what is accepted later is on the page after that.
    ///
    /// # Errors
    ///
    /// If the store fails. The page can be asked for again.
    pub async fn next<S: Store>(&mut self, store: &S) -> Result<Option<Vec<Entry>>, StoreError> {
        let page = Page { after: self.after, limit: CHUNK, max_bytes: self.max_bytes };
        let entries = store.list(&self.selection, &page).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        self.after = last.sequence;
        Ok(Some(entries))
    }
}
