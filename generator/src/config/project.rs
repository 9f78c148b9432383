//! The files of a project.

use std::path::PathBuf;
use std::str::FromStr;

use toml::Spanned;

use super::Located;
use super::fetch::Fetch;
use super::table::Table;
use super::values::Text;
use crate::diagnostics::{Code, Diagnostic};

/// What to read, and where the crate goes. Paths are as written: relative to the folder of the configuration.
///
/// [`generate`](crate::generate) does not use it: a [`Request`](crate::Request) names the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The description.
    pub spec: Option<Located<PathBuf>>,
    /// The folder that references must not leave, if it is not that of the description.
    pub root: Option<Located<PathBuf>>,
    /// Overlays, applied in this order.
    pub overlays: Vec<Located<PathBuf>>,
    /// The folder of the generated crate.
    pub out: Option<PathBuf>,
    /// Where the generated crate finds `webhook-receiver`.
    pub receiver: Option<Located<Receiver>>,
    /// The build script of the generated crate. Such a crate also has a [record](crate::fingerprint) of its input files.
    pub build_script: Option<PathBuf>,
    /// Whether the generated crate has a build script that keeps it up to date, and thus a record of its input files.
    pub guard: bool,
    /// Where the description is published.
    pub fetch: Option<Located<Fetch>>,
}

impl Project {
    pub(super) fn read(table: &mut Table<'_>) -> Self {
        fn path(text: &Text) -> PathBuf {
            text.as_str().into()
        }
        let located = |text: Located<Text>| Located { value: path(&text.value), place: text.place };
        let build_script: Option<Spanned<Text>> = table.string("build-script");
        let guard = table.flag("guard");
        if build_script.is_some()
            && let Some(guard) = guard.as_ref().filter(|guard| *guard.get_ref())
        {
            table.report(
                Diagnostic::new(Code::Config, "`guard` and `build-script` cannot be combined")
                    .at(table.place(guard.span()), "")
                    .help("`guard` is a build script of its own"),
            );
        }
        Self {
            spec: table.string("spec").map(|text| located(table.located(text))),
            root: table.string("root").map(|text| located(table.located(text))),
            overlays: table.located_strings("overlays").into_iter().map(located).collect(),
            out: table.string("out").map(|text| path(text.get_ref())),
            receiver: table.string("receiver").map(|receiver| table.located(receiver)),
            build_script: build_script.map(|text| path(text.get_ref())),
            guard: guard.is_some_and(Spanned::into_inner),
            fetch: table.table("fetch", Fetch::read).map(|fetch| table.located(fetch)),
        }
    }
}

/// Where `webhook-receiver` is located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// A folder.
    Path(PathBuf),
    /// The address of a git repository.
    Git(String),
    /// A version requirement.
    Version(String),
}

impl FromStr for Receiver {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.contains(char::is_control) {
            return Err("a receiver must not be empty and must not contain control characters");
        }
        if text.contains("://") {
            return if text.contains(char::is_whitespace) {
                Err("a git address must not contain spaces")
            } else {
                Ok(Self::Git(text.to_owned()))
            };
        }
        if text.starts_with("git@") {
            return Err("write this address as `ssh://git@host/path`, which Cargo accepts");
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || "^~=<>*".contains(c)) {
            let known = |c: char| c.is_ascii_alphanumeric() || "^~=<>*.,-+ ".contains(c);
            return if text.chars().all(known) {
                Ok(Self::Version(text.to_owned()))
            } else {
                Err("this is not a version requirement")
            };
        }
        Ok(Self::Path(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_receivers() {
        let path = |path: &str| Ok(Receiver::Path(path.into()));
        let git = |address: &str| Ok(Receiver::Git(address.to_owned()));
        let version = |version: &str| Ok(Receiver::Version(version.to_owned()));
        for (text, expected) in [
            ("../receiver", path("../receiver")),
            ("receiver", path("receiver")),
            ("./1.0", path("./1.0")),
            ("C:\\receiver", path("C:\\receiver")),
            ("https://example.com/a.git", git("https://example.com/a.git")),
            ("ssh://git@example.com/a", git("ssh://git@example.com/a")),
            ("0.1", version("0.1")),
            ("^1.2.3-rc.1", version("^1.2.3-rc.1")),
            (">=1, <3", version(">=1, <3")),
        ] {
            assert_eq!(text.parse::<Receiver>(), expected, "{text:?}");
        }
        for text in ["", "a\nb", "https://a b", "git@example.com:a", "1.0\"", "1/2"] {
            assert!(text.parse::<Receiver>().is_err(), "{text:?}");
        }
    }
}
