//! The next version.

use semver::{BuildMetadata, Prerelease, Version};

use crate::config::CrateVersion;
use crate::diff::Step;

/// Why there is no next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The version that was chosen is too small; the least one that is not.
    TooSmall(CrateVersion),
    /// A pre-release does not say what follows it; the least full version that can.
    AfterPrerelease(CrateVersion),
}

/// The least version after another one with changes of this step, as Cargo reads versions: before `1.0.0`, a major step
/// increases the second number and all others the third; before `0.1.0`, each increases the third. After a pre-release, it is
/// the version that this is of, if that is such a step itself.
pub(super) fn least(released: &CrateVersion, step: Step) -> CrateVersion {
    let Version { major, minor, patch, ref pre, .. } = *released.get();
    if !pre.is_empty() && step <= largest(major, minor, patch) {
        return numbers(released);
    }
    let (major, minor, patch) = match (step, major, minor) {
        (Step::None, ..) => (major, minor, patch),
        (Step::Major, 0, 1..) => (0, minor + 1, 0),
        (_, 0, _) | (Step::Patch, ..) => (major, minor, patch + 1),
        (Step::Minor, ..) => (major, minor + 1, 0),
        (Step::Major, ..) => (major + 1, 0, 0),
    };
    Version::new(major, minor, patch).into()
}

/// The largest step that this version can be after any earlier one.
fn largest(major: u64, minor: u64, patch: u64) -> Step {
    match (major, minor, patch) {
        (_, 0, 0) | (0, 0, _) | (0, _, 0) => Step::Major,
        (0, ..) | (_, _, 0) => Step::Minor,
        _ => Step::Patch,
    }
}

/// The version to release; `None` if nothing has changed and no version is chosen.
///
/// `stated` is the version of the configuration: if it is later than the one that is released, it is chosen unless another one is.
pub(super) fn next(
    released: &CrateVersion,
    step: Step,
    stated: &CrateVersion,
    chosen: Option<&CrateVersion>,
) -> Result<Option<CrateVersion>, Refused> {
    let chosen = chosen.or_else(|| Some(stated).filter(|stated| is_later(stated, released)));
    let is_prerelease = !released.get().pre.is_empty();
    match chosen {
        None if step == Step::None => Ok(None),
        None if is_prerelease => Err(Refused::AfterPrerelease(least(released, step))),
        None => Ok(Some(least(released, step))),
        // The release was made already.
        Some(chosen) if step == Step::None && chosen == released => Ok(None),
        Some(chosen) => {
            let needed = least(released, step);
            if is_later(chosen, released) && numbers(chosen) >= needed {
                Ok(Some(chosen.clone()))
            } else {
                let is_same = step == Step::None && !is_prerelease;
                Err(Refused::TooSmall(if is_same { least(released, Step::Patch) } else { needed }))
            }
        }
    }
}

/// Whether a version is later than another one. What follows a `+` does not count.
pub(super) fn is_later(one: &CrateVersion, other: &CrateVersion) -> bool {
    one.get().cmp_precedence(other.get()).is_gt()
}

/// The three numbers of a version.
fn numbers(version: &CrateVersion) -> CrateVersion {
    Version { pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY, ..version.get().clone() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> CrateVersion {
        text.parse().unwrap()
    }

    #[test]
    fn each_step_as_cargo_reads_versions() {
        let steps = [Step::None, Step::Patch, Step::Minor, Step::Major];
        for (released, expected) in [
            ("1.2.3", ["1.2.3", "1.2.4", "1.3.0", "2.0.0"]),
            ("1.0.0", ["1.0.0", "1.0.1", "1.1.0", "2.0.0"]),
            ("0.2.3", ["0.2.3", "0.2.4", "0.2.4", "0.3.0"]),
            ("0.1.0", ["0.1.0", "0.1.1", "0.1.1", "0.2.0"]),
            ("0.0.3", ["0.0.3", "0.0.4", "0.0.4", "0.0.4"]),
            ("0.0.0", ["0.0.0", "0.0.1", "0.0.1", "0.0.1"]),
            ("1.2.3+build.7", ["1.2.3", "1.2.4", "1.3.0", "2.0.0"]),
        ] {
            assert_eq!(steps.map(|step| least(&version(released), step).to_string()), expected, "{released}");
        }
    }

    #[test]
    fn the_version_to_release() {
        use Step::{Major, Minor, None as Same, Patch};
        for (released, step, stated, chosen, expected) in [
            // What has changed decides.
            ("0.1.0", Same, "0.1.0", "", ""),
            ("0.1.0", Minor, "0.1.0", "", "0.1.1"),
            ("0.1.0", Major, "0.1.0", "", "0.2.0"),
            ("1.4.2", Patch, "1.4.2", "", "1.4.3"),
            // A person decides, in the configuration or on the command line.
            ("0.1.0", Major, "0.3.0", "", "0.3.0"),
            ("0.1.0", Major, "0.3.0", "1.0.0", "1.0.0"),
            ("0.1.0", Same, "0.1.0", "0.1.1", "0.1.1"),
            ("0.1.0", Same, "0.1.1", "", "0.1.1"),
            ("1.0.0", Major, "1.0.0", "2.0.0-rc.1", "2.0.0-rc.1"),
            // Not less than what has changed needs.
            ("0.1.0", Major, "0.1.1", "", "at least 0.2.0"),
            ("1.0.0", Minor, "1.0.0", "1.0.1", "at least 1.1.0"),
            ("1.0.0", Minor, "1.0.0", "1.0.0", "at least 1.1.0"),
            ("1.0.0", Major, "1.0.0", "1.9.9-rc.1", "at least 2.0.0"),
            ("1.0.0", Same, "1.0.0", "0.9.0", "at least 1.0.1"),
            ("1.0.0", Same, "1.0.0", "1.0.0-rc.1", "at least 1.0.1"),
            ("1.0.0", Patch, "1.0.0", "1.0.0+a", "at least 1.0.1"),
            // A version that is behind the record, as after a merge, does not count.
            ("0.2.0", Minor, "0.1.0", "", "0.2.1"),
            // Again.
            ("0.2.0", Same, "0.1.0", "", ""),
            ("0.2.0", Same, "0.2.0", "0.2.0", ""),
            // Pre-releases.
            ("2.0.0-rc.1", Major, "2.0.0-rc.1", "", "after a pre-release, such as 2.0.0"),
            ("2.0.0-rc.1", Same, "2.0.0-rc.1", "", ""),
            ("2.0.0-rc.1", Major, "2.0.0-rc.1", "2.0.0-rc.2", "2.0.0-rc.2"),
            ("2.0.0-rc.1", Major, "2.0.0-rc.1", "2.0.0", "2.0.0"),
            ("2.0.0-rc.1", Major, "2.0.0-rc.1", "2.0.0-beta", "at least 2.0.0"),
            // The version of a pre-release follows only if it is such a step after the last full release, too.
            ("1.0.1-rc.1", Patch, "1.0.1-rc.1", "1.0.1", "1.0.1"),
            ("1.0.1-rc.1", Major, "1.0.1-rc.1", "", "after a pre-release, such as 2.0.0"),
            ("1.0.1-rc.1", Major, "1.0.1-rc.1", "1.0.1", "at least 2.0.0"),
            ("1.0.1-rc.1", Major, "1.0.1-rc.1", "1.0.1-rc.2", "at least 2.0.0"),
            ("1.0.1-rc.1", Major, "1.0.1-rc.1", "2.0.0-rc.1", "2.0.0-rc.1"),
            ("1.0.1-rc.1", Minor, "1.0.1-rc.1", "1.0.1", "at least 1.1.0"),
            ("1.1.0-rc.1", Minor, "1.1.0-rc.1", "1.1.0", "1.1.0"),
            ("1.1.0-rc.1", Major, "1.1.0-rc.1", "1.1.0", "at least 2.0.0"),
            ("0.2.1-rc.1", Minor, "0.2.1-rc.1", "0.2.1", "0.2.1"),
            ("0.2.1-rc.1", Major, "0.2.1-rc.1", "0.2.1", "at least 0.3.0"),
            ("0.3.0-rc.1", Major, "0.3.0-rc.1", "0.3.0", "0.3.0"),
            ("0.0.4-rc.1", Major, "0.0.4-rc.1", "0.0.4", "0.0.4"),
        ] {
            let chosen = (!chosen.is_empty()).then(|| version(chosen));
            let found = match next(&version(released), step, &version(stated), chosen.as_ref()) {
                Ok(found) => found.map(|version| version.to_string()).unwrap_or_default(),
                Err(Refused::TooSmall(least)) => format!("at least {least}"),
                Err(Refused::AfterPrerelease(least)) => format!("after a pre-release, such as {least}"),
            };
            assert_eq!(found, expected, "{released} {step:?} {stated} {chosen:?}");
        }
    }
}
