//! Compares with the expected files, or writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use similar::TextDiff;

use crate::support::Fixture;

/// The variable that expect-test reads, so that one command renews every expected text.
const UPDATE: &str = "UPDATE_EXPECT";

/// Whether to write what is expected instead of comparing with it.
pub(crate) fn updating() -> bool {
    std::env::var_os(UPDATE).is_some()
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

/// Fails if there are differences.
pub(crate) fn report(differences: &[String]) {
    assert!(differences.is_empty(), "{}\nif this is right: {UPDATE}=1 cargo test", differences.join("\n"));
}
