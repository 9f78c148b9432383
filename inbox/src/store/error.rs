use std::error::Error;
use std::fmt;
use std::sync::Arc;

use webhook_receiver::BoxError;

/// Why a store could not do what it was asked. Clones share the cause.
///
/// `Display` has the kind and the cause. A store must not put bodies into it.
#[derive(Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    cause: Arc<dyn Error + Send + Sync>,
}

/// What kind of error it is, for health checks and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached at present.
    Unavailable,
    /// It did not answer in time, or another user holds it.
    Busy,
    /// There is no space left.
    Full,
    /// It cannot be written.
    ReadOnly,
    /// Its content is damaged. It must be restored from a backup.
    Corrupt,
    /// Its schema is of a version that this crate does not know.
    UnknownSchema,
    /// The clock shows a time before 1970.
    Clock,
    /// Anything else.
    Other,
}

impl StoreError {
    /// An error of this kind.
    pub fn new(kind: StoreErrorKind, cause: impl Into<BoxError>) -> Self {
        Self { kind, cause: cause.into().into() }
    }

    /// Its kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl StoreErrorKind {
    /// A one-word name, as a label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Corrupt => "corrupt",
            Self::UnknownSchema => "unknown_schema",
            Self::Clock => "clock",
            Self::Other => "other",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Unavailable => "the store is unavailable",
            Self::Busy => "the store is busy",
            Self::Full => "the store is full",
            Self::ReadOnly => "the store is read-only",
            Self::Corrupt => "the store is corrupt",
            Self::UnknownSchema => "the schema of the store is unknown",
            Self::Clock => "the clock of the store is wrong",
            Self::Other => "the store failed",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.text(), self.cause)
    }
}

/// The same text as `Display`, because `main` prints a returned error with `Debug`.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
