use std::error::Error;
use std::fmt;

use crate::BoxError;

/// A string does not have its declared format.
///
/// The [source](Error::source) has the reason.
#[derive(Debug)]
pub struct FormatError {
    expected: &'static str,
    source: BoxError,
}

impl FormatError {
    pub(super) fn new(expected: &'static str, source: impl Into<BoxError>) -> Self {
        Self { expected, source: source.into() }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text is not {}", self.expected)
    }
}

impl Error for FormatError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
