use std::fs;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::diagnostics::{Diagnostics, text};

/// Reads a description with this name and content.
fn read(name: &str, content: &[u8]) -> (Sources, Result<Node, Diagnostic>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let sources = Sources::new();
    let result = sources.add_spec(&path);
    (sources, result, folder)
}

/// The rendered error, without the temporary folder.
fn rendered(sources: &Sources, diagnostic: Diagnostic, folder: &TempDir) -> String {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(diagnostic);
    text(&diagnostics, sources, false).replace(&format!("{}/", show(folder.path())), "")
}

fn check_error(name: &str, content: impl AsRef<[u8]>, expect: Expect) {
    let (sources, result, folder) = read(name, content.as_ref());
    expect.assert_eq(&rendered(&sources, result.unwrap_err(), &folder));
}

fn check(name: &str, content: &str, expect: Expect) {
    let (sources, result, folder) = read(name, content.as_bytes());
    match result {
        Ok(node) => expect.assert_eq(&format!("{node:?}")),
        Err(diagnostic) => panic!("{}", rendered(&sources, diagnostic, &folder)),
    }
}

#[test]
fn numbers_keep_their_digits() {
    check("a.yaml", "a: 1.10\nb: 3.1", expect![[]]);
}

#[test]
fn errors() {
    check_error("a.yaml", "a: 1\nb: 2\na: 3\n", expect![[]]);
    check_error("a.json", "{\"a\": 1,\n \"b\": 2,\n \"a\": 3}", expect![[]]);
    check_error("a.yaml", "a: !foo 1\n", expect![[]]);
    check_error("a.yaml", "a: [1,\n", expect![[]]);
}
