use webhook_receiver::BodyDigest;

use super::{Entry, State};

/// The reason of entries that were erased for good: an import does not bring their bodies back.
pub const ERASED: &str = "erased";
/// The reason of entries whose bodies were moved to another store, and can come back.
pub const MOVED: &str = "moved";

/// Which store it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// A random text from when its tables were created. A copy of the tables has the same.
    pub id: String,
    /// The id of the store whose entries are being moved into this one, see [`set_incoming`](super::Store::set_incoming).
    pub incoming: Option<String>,
}

/// What has become of an imported entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was stored, or has changed what was known.
    Stored,
    /// The store has its body already.
    HasBody,
    /// The store knows it as done.
    Done,
    /// The store knows its key only: the body was erased, or neither of the stores has it.
    NoBody,
    /// The store has an entry with the same key and another digest. It was left alone.
    Conflict,
}

/// What an import must know of an entry that the store has.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its state.
    pub state: State,
    /// Its digest.
    pub digest: BodyDigest,
    /// Whether it has a body.
    pub has_body: bool,
    /// Its reason.
    pub reason: Option<&'a str>,
}

/// What an import does with an entry that the store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Everything but the key and the digest becomes that of the imported entry, which is placed like a new one.
    Replace,
    /// It is placed like a new one, and nothing else is changed: [`Imported::HasBody`]. The other store has accepted it as well,
    /// in an order.
    Place,
    /// It becomes done: it was handled elsewhere.
    MarkDone,
    /// It is erased, with the reason [`ERASED`].
    Erase,
    /// Nothing.
    Keep(Imported),
}

impl Entry {
    /// What an import of this entry does with the one that the store has under the same key.
    pub fn merge(&self, known: &Known<'_>) -> Merge {
        let is_erased = |state, has_body: bool, reason| state == State::Dead && !has_body && reason == Some(ERASED);
        if self.digest != known.digest {
            return Merge::Keep(Imported::Conflict);
        }
        if known.state == State::Done {
            return Merge::Keep(Imported::Done);
        }
        if is_erased(known.state, known.has_body, known.reason) {
            return Merge::Keep(Imported::NoBody);
        }
        if is_erased(self.state, self.bytes.is_some(), self.reason.as_deref()) {
            return Merge::Erase;
        }
        if self.state == State::Done && (known.state == State::Pending || !known.has_body) {
            return Merge::MarkDone;
        }
        match (known.has_body, self.bytes.is_some()) {
            (true, true) if self.order.is_some() && known.state == State::Pending => Merge::Place,
            (true, _) => Merge::Keep(Imported::HasBody),
            (false, true) => Merge::Replace,
            (false, false) => Merge::Keep(Imported::NoBody),
        }
    }
}
