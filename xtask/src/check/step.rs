//! A check, and its results.

use std::error::Error;

use xshell::Shell;

/// A check.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Runs in the root of the repository.
    pub(super) run: fn(&Shell) -> Verdict,
}

pub(super) type Verdict = Result<Outcome, Failure>;

/// The result of a check that did not fail.
pub(super) enum Outcome {
    Passed,
    /// Something that it needs is not installed.
    Skipped(String),
}

/// Why a check failed.
pub(super) type Failure = Box<dyn Error>;
