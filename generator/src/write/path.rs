//! Which paths are safe to write on every system.

use std::collections::BTreeMap;

use super::error::Result;
use crate::diagnostics::{Code, Diagnostic};

/// The longest name of a file or folder; a temporary name adds to it.
const MAX_NAME: usize = 100;

/// Checks one path: relative, with `/`, of plain names only.
///
/// # Errors
///
/// If a name in it is not safe on every system.
pub fn check(path: &str) -> Result<()> {
    let problem = |problem: &str| {
        let message = format!("invalid output path `{}`: {problem}", path.escape_debug());
        Err(Diagnostic::new(Code::OutputPath, message))
    };
    for name in path.split('/') {
        if name.is_empty() {
            return problem("a name in it is empty");
        }
        if name.len() > MAX_NAME {
            return problem("a name in it is too long");
        }
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
            return problem("a name in it has characters other than letters, digits, `.`, `_` and `-`");
        }
        // Covers `.` and `..`.
        if name.ends_with('.') {
            return problem("a name in it ends with a period");
        }
        if crate::portable::is_device_name(name) {
            return problem("a name in it is a device name on Windows");
        }
    }
    Ok(())
}

/// Checks a set of paths: each one, and that no two are equal when case is ignored.
pub(super) fn check_all<'a>(paths: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut entries: BTreeMap<String, (&str, bool)> = BTreeMap::new();
    for path in paths {
        check(path)?;
        let ends = path.match_indices('/').map(|(end, _)| (end, false)).chain([(path.len(), true)]);
        for (end, is_file) in ends {
            let entry = (&path[..end], is_file);
            let first = *entries.entry(entry.0.to_ascii_lowercase()).or_insert(entry);
            if first != entry {
                let message = format!("`{}` and `{path}` cannot coexist in one folder on every system", first.0);
                return Err(Diagnostic::new(Code::OutputPath, message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_safe() {
        for path in ["Cargo.toml", "src/lib.rs", ".codegen-files", "a/b_c/d-e.json", "src/con_.rs", "a..b"] {
            assert!(check(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn paths_that_are_not() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "..",
            ".",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "C:a",
            "a b",
            "ä",
            "a\n",
            "a.",
            "src/con.rs",
            "NUL",
            "com1",
            "a/LPT9.txt",
            "a\0",
            "~",
            "$x",
            &"a".repeat(101),
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn paths_that_fall_together() {
        let check = |paths: &[&str]| check_all(paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>().iter());
        assert!(check(&["a/b", "a/c", "b"]).is_ok());
        for paths in [["src/a", "src/A"], ["src/a", "SRC/b"], ["a", "a/b"], ["A/b", "a"], ["x/a/b/c", "x/a/B/d"]] {
            assert!(check(&paths).is_err(), "{paths:?}");
        }
    }
}
