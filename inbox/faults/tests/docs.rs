//! The tests that `docs/reliability.md` names exist.

use std::fs;
use std::path::Path;

#[test]
fn the_tests_that_the_docs_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let mut tests = String::new();
    for folder in [
        "inbox/tests/it",
        "stores/sqlite/tests",
        "stores/postgres/tests/it",
        "examples/receiver/tests",
        "examples/receiver/tests/process",
    ] {
        for file in fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "rs") {
                tests += &fs::read_to_string(file).unwrap();
            }
        }
    }
    let rows = docs.lines().filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 3);
    let names = rows.filter_map(|row| row.rsplit(" | ").next()).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let mut count = 0;
    for name in names {
        count += 1;
        let exists = if name.contains('/') { root.join(name).exists() } else { tests.contains(&format!("fn {name}(")) };
        assert!(exists, "there is no test `{name}`");
    }
    assert!(count > 40, "{count}");
}
