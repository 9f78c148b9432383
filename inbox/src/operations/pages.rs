use super::CHUNK;
use crate::store::{Entry, Page, Selection, Store, StoreError};

/// The entries of a page with bodies, which can have two megabytes each.
const CHUNK_WITH_BYTES: usize = 50;

/// All selected entries, page by page, those that were accepted first at the beginning.
#[derive(Clone, Debug)]
pub struct Pages {
    selection: Selection,
    after: u64,
    with_bytes: bool,
}

impl Pages {
    /// From the first entry.
    pub fn new(selection: Selection) -> Self {
        Self { selection, after: 0, with_bytes: false }
    }

    /// With the serialized deliveries.
    #[must_use]
    pub fn with_bytes(self) -> Self {
        Self { with_bytes: true, ..self }
    }

    /// The next page, which has at least one entry. `None` at the end; what is accepted later is on the page after that.
    ///
    /// # Errors
    ///
    /// If the store fails. The page can be asked for again.
    pub async fn next<S: Store>(&mut self, store: &S) -> Result<Option<Vec<Entry>>, StoreError> {
        let limit = if self.with_bytes { CHUNK_WITH_BYTES } else { CHUNK };
        let page = Page { after: self.after, limit, with_bytes: self.with_bytes };
        let entries = store.list(&self.selection, &page).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        self.after = last.sequence;
        Ok(Some(entries))
    }
}
