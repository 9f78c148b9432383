//! What the generator chose, and what it could not choose.

use super::diagnostic::Label;
use super::setting::{Basis, Setting};

/// A choice that was made, or a question that is open, and the settings that state or answer it.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What was chosen, or what is not known, in one sentence without a period.
    pub message: String,
    /// The evidence.
    pub labels: Vec<Label>,
    /// One setting, or several to choose from.
    pub settings: Vec<Setting>,
}

impl Choice {
    /// Whether a person must decide.
    pub fn is_open(&self) -> bool {
        self.settings.iter().all(|setting| setting.basis == Basis::Open)
    }
}
