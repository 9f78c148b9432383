//! Places within types that correspond, and their paths.

use crate::catalogue::Type;

/// A place within two types that correspond.
pub(super) struct Link<'a> {
    /// The step of the path; empty if the place has the same path.
    pub(super) step: String,
    pub(super) old: &'a Type,
    pub(super) new: &'a Type,
    pub(super) is_soft: bool,
    pub(super) is_variant: bool,
}

/// A path with one step more; an empty step adds nothing.
pub(super) fn join(path: &str, step: &str) -> String {
    if step.is_empty() { path.to_owned() } else { format!("{path}/{step}") }
}
