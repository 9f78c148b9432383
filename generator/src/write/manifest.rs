//! The list of emitted files.

/// The name of the list of emitted files, in their folder.
pub const MANIFEST: &str = ".codegen-files";

pub(super) const MANIFEST_COMMENT: &str =
    "# The files that the generator owns here: written and removed by it, never by hand.\n";
