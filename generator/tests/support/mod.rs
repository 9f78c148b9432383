//! What the tests on `fixtures/` share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

const UPDATE: &str = "UPDATE_FIXTURES=1 cargo test -p webhook-generator --test fixtures --test mistakes";

/// The receiver, as seen from an emitted crate in `fixtures/crates/NAME/expected`.
pub(crate) const RECEIVER: &str = "../../../../../../receiver";

/// A folder of `fixtures/`.
pub(crate) struct Fixture {
    /// Its name.
    pub(crate) name: String,
    /// Where it lies, relative to the package that is tested.
    pub(crate) folder: PathBuf,
}

/// The folders of a group, in alphabetical order.
pub(crate) fn fixtures(group: &str) -> Vec<Fixture> {
    let folder = Path::new("tests/fixtures").join(group);
    let mut fixtures: Vec<Fixture> = fs::read_dir(&folder)
        .expect("the fixtures can be listed")
        .map(|entry| {
            let name = entry.expect("the fixtures can be listed").file_name().into_string().expect("a name in UTF-8");
            Fixture { folder: folder.join(&name), name }
        })
        .collect();
    assert!(!fixtures.is_empty(), "no fixtures in {}", folder.display());
    fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    fixtures
}

impl Fixture {
    /// The files that are expected: `expected.txt` and all in `expected/`, by path.
    pub(crate) fn expected(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut pending = vec![PathBuf::from("expected"), PathBuf::from("expected.txt")];
        while let Some(path) = pending.pop() {
            let full = self.folder.join(&path);
            if full.is_dir() {
                let entries = fs::read_dir(&full).expect("the folder can be listed");
                pending.extend(entries.map(|entry| path.join(entry.expect("the folder can be listed").file_name())));
            } else if let Ok(text) = fs::read_to_string(&full) {
                files.insert(path.to_string_lossy().replace('\\', "/"), text.replace("\r\n", "\n"));
            }
        }
        files
    }

    /// Compares with the files of the fixture, or writes them.
    pub(crate) fn compare(&self, actual: &BTreeMap<String, String>, differences: &mut Vec<String>) {
        let expected = self.expected();
        if updating() {
            for path in expected.keys().filter(|path| !actual.contains_key(*path)) {
                fs::remove_file(self.folder.join(path)).expect("a stale file can be removed");
            }
            for (path, text) in actual {
                let path = self.folder.join(path);
                fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("the folder can be made");
                fs::write(path, text).expect("the file can be written");
            }
            return;
        }
        for path in expected.keys().chain(actual.keys().filter(|path| !expected.contains_key(*path))) {
            let text_of = |files: &BTreeMap<String, String>| files.get(path).cloned().unwrap_or_default();
            let (old, new) = (text_of(&expected), text_of(actual));
            if old != new {
                let diff = TextDiff::from_lines(&old, &new);
                differences.push(format!("{}/{path}\n{}", self.name, diff.unified_diff().context_radius(2)));
            }
        }
    }
}

/// Whether what is expected is to be written anew.
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE_FIXTURES").is_some()
}

/// Fails where there are differences.
pub(crate) fn report(differences: &[String]) {
    assert!(differences.is_empty(), "{}\nif this is right: {UPDATE}", differences.join("\n"));
}
