//! Where cargo-semver-checks and the compiler are known to disagree about *source*: `semver_checks.yaml`. Shared with
//! `cargo xtask edits`.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The known differences.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    /// Handlers do not compile, and no lint reports it.
    pub(crate) misses: Vec<Reason>,
    /// Handlers compile, and a lint reports the change.
    pub(crate) reports: Vec<Reason>,
}

/// Changes that differ for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Why, as a sentence.
    pub(crate) why: String,
    /// The rules of the changes.
    pub(crate) rules: BTreeSet<String>,
}

impl Known {
    /// Those of the file.
    pub(crate) fn new() -> Self {
        serde_yaml::from_str(include_str!("semver_checks.yaml")).expect("the differences are valid")
    }
}
