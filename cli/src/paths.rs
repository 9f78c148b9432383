//! Paths, by their names alone unless a function says otherwise.

use std::path::{Component, Path, PathBuf};

use webhook_generator::fingerprint::relative;

/// The absolute path, without `.` and `..`.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(absolute.pop()),
            component => absolute.push(component),
        }
    }
    absolute
}

/// The path as messages show it: as seen from the working directory.
pub(crate) fn shown(path: PathBuf) -> PathBuf {
    relative(Path::new("."), &path).map_or(path, PathBuf::from)
}

/// Whether both name the same file.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    absolute(one) == absolute(other)
}

/// The path without links, as far as it exists: the system follows links before it resolves `..`.
pub(crate) fn without_links(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in absolute.ancestors() {
        if let (Ok(existing), Ok(rest)) = (ancestor.canonicalize(), absolute.strip_prefix(ancestor)) {
            return existing.join(rest);
        }
    }
    absolute
}
