//! A workspace in which emitted crates are compiled.

use std::path::{Path, PathBuf};
use std::{env, fs};

const MANIFEST: &str = "\
[workspace]
resolver = \"3\"
members = [\"crates/*\"]

[profile.dev]
debug = 0
incremental = false
";

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new("..").canonicalize().expect("the repository")
}

/// Makes the workspace of this name, without changing its members. They are compiled with the versions of this repository, and
/// their dependencies once.
pub(crate) fn workspace(name: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let workspace = target.join(name);
    write_changed(&workspace.join("Cargo.toml"), MANIFEST);
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    write_changed(&workspace.join("Cargo.lock"), &lock);
    workspace
}

/// Leaves a file that has this text alone, as cargo compiles what has been written since.
pub(crate) fn write_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap_or(path)).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
