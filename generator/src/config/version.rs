//! The version of the package.

use std::fmt;
use std::str::FromStr;

use semver::Version;

/// The largest number in a version: what follows it is still a version.
const MAX_NUMBER: u64 = 999_999_999;

/// A version of a package, such as `1.2.3` or `1.2.3-rc.1`. The default is `0.1.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrateVersion(Version);

impl CrateVersion {
    /// The version.
    pub fn get(&self) -> &Version {
        &self.0
    }
}

impl Default for CrateVersion {
    fn default() -> Self {
        Self(Version::new(0, 1, 0))
    }
}

impl From<Version> for CrateVersion {
    fn from(version: Version) -> Self {
        Self(version)
    }
}

impl FromStr for CrateVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let version = Version::parse(text).ok();
        let version = version.filter(|version| version.major.max(version.minor).max(version.patch) <= MAX_NUMBER);
        let wrong = || format!("{text:?} is not a version: write three numbers, such as \"0.1.0\"");
        version.map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for CrateVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crate_versions() {
        for text in ["0.1.0", "10.20.30", "1.0.0-rc.1", "1.0.0-x-y.0+build.007", "1.0.0+x-y", "1.0.0-0a"] {
            assert_eq!(text.parse::<CrateVersion>().map(|version| version.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "1",
            "1.0",
            "1.0.0.0",
            "01.0.0",
            "1.0.0-",
            "1.0.0-01",
            "1.0.0+",
            "1.0.0-a..b",
            "v1.0.0",
            " 1.0.0",
            "1.0.0\"",
            "1.0.9999999999",
            "1.0.0-ä",
        ] {
            assert!(text.parse::<CrateVersion>().is_err(), "{text:?}");
        }
        assert_eq!(CrateVersion::default().to_string(), "0.1.0");
    }
}
