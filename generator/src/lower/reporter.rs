//! Where lowering reports.

use std::cell::RefCell;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// The diagnostics of a run. All of lowering shares them.
pub(super) struct Reporter<'a>(RefCell<&'a mut Diagnostics>);

impl<'a> Reporter<'a> {
    pub(super) fn new(diagnostics: &'a mut Diagnostics) -> Self {
        Self(RefCell::new(diagnostics))
    }

    /// Reports a diagnostic.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// Whether an error has been reported.
    pub(super) fn has_errors(&self) -> bool {
        self.0.borrow().has_errors()
    }
}
