//! Comparing with what is expected, or writing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use similar::TextDiff;

use crate::support::Fixture;

const UPDATE: &str =
    "UPDATE_FIXTURES=1 cargo test -p webhook-generator --test fixtures --test mistakes --test messages";

/// Whether what is expected is to be written anew.
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE_FIXTURES").is_some()
}

/// Compares with the files of the fixture, or writes them.
pub(crate) fn compare(fixture: &Fixture, actual: &BTreeMap<String, String>, differences: &mut Vec<String>) {
    let expected = fixture.expected();
    if updating() {
        for path in expected.keys().filter(|path| !actual.contains_key(*path)) {
            fs::remove_file(fixture.folder.join(path)).expect("a stale file can be removed");
        }
        for (path, text) in actual {
            let path = fixture.folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }
        return;
    }
    for path in expected.keys().chain(actual.keys().filter(|path| !expected.contains_key(*path))) {
        let (old, new) = (expected.get(path).map_or("", String::as_str), actual.get(path).map_or("", String::as_str));
        if old != new {
            let diff = TextDiff::from_lines(old, new);
            differences.push(format!("{}/{path}\n{}", fixture.name, diff.unified_diff().context_radius(2)));
        }
    }
}

/// Fails where there are differences.
pub(crate) fn report(differences: &[String]) {
    assert!(differences.is_empty(), "{}\nif this is right: {UPDATE}", differences.join("\n"));
}
