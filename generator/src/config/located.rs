//! Values with their places.

use crate::diagnostics::Place;

/// A value that a later stage may report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place; with its key if the configuration chooses the key.
    pub place: Place,
}
