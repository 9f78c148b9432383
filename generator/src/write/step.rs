//! What is done with one file.

/// The action for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It does not exist yet.
    Create,
    /// It exists with another text.
    Change,
    /// It exists and is up to date; line endings do not count.
    Keep,
    /// It is on the list and no longer emitted.
    Remove,
}

#[derive(Debug)]
pub(super) struct Step {
    pub action: Action,
    /// The current text; empty if there is none.
    pub old: Vec<u8>,
    /// The new text; empty if there is none.
    pub new: String,
}

impl Step {
    /// Whether the file gets a new text.
    pub(super) fn is_written(&self) -> bool {
        matches!(self.action, Action::Create | Action::Change)
    }
}

/// Whether two texts differ in their line endings at most.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
        text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
    lines(a).eq(lines(b))
}
