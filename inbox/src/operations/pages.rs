use webhook_receiver::StoredDelivery;

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
    member: Option<Member>,
}

/// A JSON pointer, and the text there.
#[derive(Clone, Debug)]
struct Member {
    pointer: String,
    value: String,
}

impl Member {
    fn is_in(&self, entry: &Entry) -> bool {
        let stored = entry.bytes.clone().and_then(|bytes| StoredDelivery::from_bytes(bytes).ok());
        stored.and_then(|stored| stored.text_at(&self.pointer)).is_some_and(|text| text == self.value)
    }
}

impl Pages {
    /// From the first entry.
    pub fn new(selection: Selection) -> Self {
        Self { selection, after: 0, max_bytes: None, member: None }
    }

    /// With the serialized deliveries.
    #[must_use]
    pub fn with_bytes(self) -> Self {
        Self { max_bytes: Some(CALL_BYTES), ..self }
    }

    /// Only those that have this text, or a number with this text, at a JSON pointer in the body, with the serialized deliveries.
    /// Bodies that are not JSON are left out.
    #[must_use]
    pub fn with_member(self, pointer: impl Into<String>, value: impl Into<String>) -> Self {
        let member = Some(Member { pointer: pointer.into(), value: value.into() });
        Self { member, selection: self.selection.clone().or_not_done(), ..self.with_bytes() }
    }

    /// Whether only entries with certain ids are selected.
    pub(super) fn has_ids(&self) -> bool {
        !self.selection.ids.is_empty()
    }

    /// The next page, which has at least one entry. `None` at the end; what is accepted later is on the page after that. What is
    /// [moved](super::finish_move) into the store or out of it meanwhile can be missed, see
    /// [`refuse_during_move`](super::refuse_during_move).
    ///
    /// # Errors
    ///
    /// If the store fails. The page can be asked for again.
    pub async fn next<S: Store>(&mut self, store: &S) -> Result<Option<Vec<Entry>>, StoreError> {
        loop {
            let page = Page { after: self.after, limit: CHUNK, max_bytes: self.max_bytes };
            let mut entries = store.list(&self.selection, &page).await?;
            let Some(last) = entries.last() else { return Ok(None) };
            self.after = last.sequence;
            if let Some(member) = &self.member {
                entries.retain(|entry| member.is_in(entry));
            }
            if !entries.is_empty() {
                return Ok(Some(entries));
            }
        }
    }
}
