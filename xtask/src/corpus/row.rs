//! The result for a document.

use std::time::Duration;

use super::count::{Count, Counts};
use super::init::FirstContact;
use super::signatures::Verdict;

/// One row of the table.
pub(crate) struct Row {
    /// The name of the document.
    pub(crate) document: String,
    /// The fingerprint of its text.
    pub(crate) fingerprint: String,
    /// The counts; `None` if nothing was generated.
    pub(crate) counts: Option<Counts>,
    /// The first error of the generator; `None` if the crate was generated.
    pub(crate) error: Option<String>,
    /// The untyped places that the description does not leave open, with the reasons.
    pub(crate) inexpressible: Vec<String>,
    /// The untyped places that the description leaves open, with the reasons.
    pub(crate) open: Vec<String>,
    /// The webhooks whose event type the description does not state, with what they are routed as.
    pub(crate) unknown: Vec<String>,
    /// How `cargo webhooks init` made a crate; `None` if it was not run, or failed.
    pub(crate) first_contact: Option<FirstContact>,
    /// How the documented signature scheme was found; `None` if none is documented or found.
    pub(crate) signature: Option<Verdict>,
    /// The failures, in words.
    pub(crate) failures: Vec<String>,
    /// How long the generator took.
    pub(crate) generation: Duration,
    /// How long the compiler took; `None` if it did not run.
    pub(crate) compilation: Option<Duration>,
}

impl Row {
    /// Adds a failure.
    pub(crate) fn fail(&mut self, failure: impl Into<String>) {
        self.failures.push(failure.into());
        if let Some(counts) = &mut self.counts {
            counts[Count::Failures] = self.failures.len();
        }
    }
}

/// How the documented signature schemes were found.
pub(crate) fn signatures(rows: &[Row]) -> Vec<Verdict> {
    rows.iter().filter_map(|row| row.signature.clone()).collect()
}
