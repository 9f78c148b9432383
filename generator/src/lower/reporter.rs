//! Where lowering reports.

use std::cell::RefCell;

use crate::budget::{Budget, Resource};
use crate::diagnostics::{Choice, Diagnostic, Diagnostics, Place};
use crate::document::Origin;
use crate::source::Limits;

/// The diagnostics of a run and what it has used of its limits. All of lowering shares them.
pub(super) struct Reporter<'a> {
    diagnostics: RefCell<&'a mut Diagnostics>,
    budget: &'a Budget,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(diagnostics: &'a mut Diagnostics, budget: &'a Budget) -> Self {
        Self { diagnostics: RefCell::new(diagnostics), budget }
    }

    /// Reports a diagnostic, unless a limit was exceeded: what is found after that is about incomplete types.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        if !self.is_exceeded() {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// Adds a choice that the description leaves no doubt about.
    pub(super) fn choose(&self, choice: Choice) {
        self.diagnostics.borrow_mut().choose(choice);
    }

    /// Counts what is made from the schema or example at `origin`.
    pub(super) fn spend(&self, resource: Resource, amount: usize, origin: &Origin) {
        self.budget.spend(resource, amount, || Place::Value(origin.clone()));
    }

    /// The limits of the run.
    pub(super) fn limits(&self) -> &Limits {
        self.budget.limits()
    }

    /// Whether a limit was exceeded. Then it does not matter what is made, as long as it ends soon.
    pub(super) fn is_exceeded(&self) -> bool {
        self.budget.is_exceeded()
    }

    /// Whether there is an error.
    pub(super) fn has_errors(&self) -> bool {
        self.is_exceeded() || self.diagnostics.borrow().has_errors()
    }
}
