//! The list of emitted files.

use std::collections::BTreeSet;
use std::fmt;

/// The name of the list of emitted files, in their folder.
pub const MANIFEST: &str = ".codegen-files";

const COMMENT: &str = "# The files that the generator owns here: written and removed by it, never by hand.\n";
const PACKAGE: &str = "# package: ";

/// The content of the list, which includes itself.
#[derive(Debug)]
pub(super) struct OwnedFiles {
    /// The package that the files belong to; `None` if there is no list, or one without a name.
    pub(super) package: Option<String>,
    pub(super) paths: BTreeSet<String>,
}

impl OwnedFiles {
    /// The list of a package.
    pub(super) fn new<'a>(package: &str, paths: impl IntoIterator<Item = &'a String>) -> Self {
        let paths = paths.into_iter().cloned().chain([MANIFEST.to_owned()]).collect();
        Self { package: Some(package.to_owned()), paths }
    }

    /// The list of an empty folder.
    pub(super) fn none() -> Self {
        Self { package: None, paths: BTreeSet::new() }
    }

    pub(super) fn parse(text: &str) -> Self {
        let package = text.lines().find_map(|line| line.strip_prefix(PACKAGE));
        let paths = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self {
            package: package.map(str::to_owned),
            paths: paths.map(str::to_owned).chain([MANIFEST.to_owned()]).collect(),
        }
    }
}

impl fmt::Display for OwnedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(COMMENT)?;
        if let Some(package) = &self.package {
            writeln!(f, "{PACKAGE}{package}")?;
        }
        self.paths.iter().try_for_each(|path| writeln!(f, "{path}"))
    }
}
