//! What referees judge.

/// Handlers for one crate are compiled with another.
pub(super) struct Direction<'a> {
    /// The rule of the change.
    pub(super) rule: &'a str,
    pub(super) old: &'a str,
    pub(super) new: &'a str,
    /// The first error of the compiler.
    pub(super) error: Option<&'a str>,
}
