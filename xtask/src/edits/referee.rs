//! Referees of `source`, which read the JSON of a nightly rustdoc: `public-api`, and cargo-semver-checks with its known differences.

use std::path::Path;

use super::crates::Crates;
use super::direction::Direction;
use super::public_api::PublicApi;
use super::semver_checks::SemverChecks;

/// Those that can be run here.
#[derive(Default)]
pub(super) struct Referees {
    public_api: Option<PublicApi>,
    semver_checks: Option<SemverChecks>,
    directions: usize,
    /// How often each agrees with the compiler.
    agreed: [usize; 2],
}

impl Referees {
    /// Describes all crates. A referee that cannot be run is reported.
    pub(super) fn new(crates: &Crates, root: &Path, folder: &Path) -> Self {
        eprintln!("listing public items");
        let described = match crates.describe() {
            Ok(described) => described,
            Err(problem) => {
                eprintln!("SKIPPED: `public-api` and cargo-semver-checks are not run: {problem}");
                return Self::default();
            }
        };
        let skipped = |name: &str| {
            let name = name.to_owned();
            move |problem: &String| eprintln!("SKIPPED: {name} is not run: {problem}")
        };
        Self {
            public_api: PublicApi::new(&described, root).inspect_err(skipped("`public-api`")).ok(),
            semver_checks: SemverChecks::new(&described, &folder.join("semver-checks"))
                .inspect_err(skipped("cargo-semver-checks"))
                .ok(),
            ..Self::default()
        }
    }

    /// How they disagree with the compiler, where that is not known.
    pub(super) fn disagree(&mut self, direction: &Direction<'_>) -> Result<Vec<String>, String> {
        let public_api = self.public_api.as_ref().and_then(|referee| referee.disagrees(direction));
        let verdict = self.semver_checks.as_mut().map(|referee| referee.judge(direction)).transpose()?;
        self.directions += 1;
        self.agreed[0] += usize::from(public_api.is_none());
        self.agreed[1] += usize::from(verdict.as_ref().is_some_and(|verdict| verdict.agrees));
        Ok(public_api.into_iter().chain(verdict.and_then(|verdict| verdict.problem)).collect())
    }

    /// Reports how often they agree with the compiler. Returns the known differences that did not occur.
    pub(super) fn end(self) -> Vec<String> {
        let names =
            [("`public-api`", self.public_api.is_some()), ("cargo-semver-checks", self.semver_checks.is_some())];
        for ((name, is_run), agreed) in names.into_iter().zip(self.agreed) {
            if is_run {
                eprintln!("{name} agrees with the compiler in {agreed} of {} directions", self.directions);
            }
        }
        self.semver_checks.map(SemverChecks::stale).unwrap_or_default()
    }
}
