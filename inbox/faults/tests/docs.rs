//! The tables of `docs/reliability.md` are complete, and the tests that they name exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLE: &[&str] = &["examples/receiver/tests", "examples/receiver/tests/process"];
const INBOX: &[&str] = &["inbox/tests/it"];
const SQLITE: &[&str] = &["stores/sqlite/tests", "stores/sqlite/src"];
const POSTGRES: &[&str] = &["stores/postgres/tests/it", "stores/postgres/src"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of the Rust files in these folders and in those of the example.
fn sources(folders: &[&str]) -> String {
    let mut text = String::new();
    for folder in folders.iter().chain(EXAMPLE) {
        for file in fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "rs") {
                text += &fs::read_to_string(file).unwrap();
            }
        }
    }
    text
}

/// The names in a cell.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn assert_exist(cell: &str, sources: &str) {
    for name in names(cell) {
        let exists =
            if name.contains('/') { root().join(name).exists() } else { sources.contains(&format!("fn {name}(")) };
        assert!(exists, "there is no test `{name}`");
    }
}

#[test]
fn each_row_names_tests_that_exist() {
    let docs = fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let of_columns = [INBOX, SQLITE, POSTGRES].map(sources);
    let mut found = BTreeSet::new();
    for row in docs.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        match &cells[..] {
            [id, _, _, columns @ ..] if columns.len() == 3 && !id.is_empty() => {
                for (cell, sources) in columns.iter().zip(&of_columns) {
                    assert_exist(cell, sources);
                }
                // Each durable store has a test, or a reason why it needs none.
                for cell in &columns[1..] {
                    assert!(names(cell).next().is_some() || cell.starts_with("does not apply: "), "{id}: {cell}");
                }
                found.extend(ids(id));
            }
            [id, _, _, cell] if id.starts_with('M') => {
                let (any, both) = cell.split_once("both durable stores:").unwrap_or((cell, ""));
                assert_exist(any, &of_columns.concat());
                of_columns[1..].iter().for_each(|sources| assert_exist(both, sources));
            }
            _ => {}
        }
    }
    let all = [('R', 18), ('D', 12), ('F', 24)];
    let all = all.into_iter().flat_map(|(letter, last)| (1..=last).map(move |number| format!("{letter}{number:02}")));
    assert_eq!(found, all.collect());
}

/// `F01` or `F01–F07`.
fn ids(id: &str) -> Vec<String> {
    let (first, last) = id.split_once('–').unwrap_or((id, id));
    let number = |id: &str| id[1..].parse::<usize>().unwrap();
    (number(first)..=number(last)).map(|number| format!("{}{number:02}", &id[..1])).collect()
}
