//! Errors of writing.

use std::io;
use std::path::Path;

use super::manifest::MANIFEST;
use crate::diagnostics::{Code, Diagnostic};

pub(super) type Result<T, E = Diagnostic> = std::result::Result<T, E>;

/// A file that cannot be read or written, as `what` says.
pub fn access(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Code::OutputAccess, format!("cannot {what} `{}`: {error}", path.display()))
}

pub(super) fn changed(path: &Path) -> Diagnostic {
    let message = format!("`{}` has changed since it was read; not overwritten", path.display());
    Diagnostic::new(Code::OutputAccess, message).help("run the command again")
}

pub(super) fn foreign(path: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::OutputForeign,
        format!("`{}` already exists and was not generated; not overwritten", path.display()),
    )
    .help(format!("remove it, or choose another folder; generated files are listed in `{MANIFEST}`"))
}

pub(super) fn other_package(folder: &Path, owner: &str, package: &str) -> Diagnostic {
    Diagnostic::new(
        Code::OutputForeign,
        format!("`{}` has the generated crate `{owner}`; not overwritten with `{package}`", folder.display()),
    )
    .help(format!(
        "choose another folder; if the crate was renamed, change the name in `{}`",
        folder.join(MANIFEST).display()
    ))
}

pub(super) fn link(path: &Path) -> Diagnostic {
    let message = format!("`{}` is a symbolic link, and links are not followed", path.display());
    Diagnostic::new(Code::OutputLink, message).help("use the folder that it points to, or remove the link")
}
