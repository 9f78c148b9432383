//! What the tests on `fixtures/` share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use webhook_generator::{ReceiverDependency, Request};

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
    /// The run that the folder describes.
    pub(crate) fn request(&self) -> Request {
        let optional = |name: &str| Some(self.folder.join(name)).filter(|path| path.exists());
        let spec = optional("spec.yaml").or_else(|| optional("spec.json")).expect("a fixture has a description");
        let name = format!("{}-webhooks", self.name);
        let mut request = Request::new(spec)
            .overlays(optional("overlay.yaml"))
            .crate_name(name.parse().expect("a folder's name makes a package's name"))
            .receiver(ReceiverDependency::Path(RECEIVER.to_owned()));
        if let Some(config) = optional("codegen.toml") {
            request = request.config(config);
        }
        if let Some(names) = optional("names.lock") {
            request = request.names(names);
        }
        request
    }

    /// The files that are expected: `expected.txt`, `outline.txt` and all in `expected/`, by path.
    pub(crate) fn expected(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut pending = ["expected", "expected.txt", "outline.txt"].map(PathBuf::from).to_vec();
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
}
