//! What the generator chose, and what it could not choose.

use super::diagnostic::Label;
use super::setting::{Basis, Setting};

/// A choice that was made, a question that is open, or an option, and the settings that state, answer or take it.
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
        self.has_only(Basis::Open)
    }

    /// Whether a person may decide otherwise.
    pub fn is_optional(&self) -> bool {
        self.has_only(Basis::Optional)
    }

    fn has_only(&self, basis: Basis) -> bool {
        self.settings.iter().all(|setting| setting.basis == basis)
    }
}
