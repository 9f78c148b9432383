//! Every code has a test that shows its message, and `docs/diagnostics.md` shows messages as they are printed.

use std::fs;
use std::path::Path;

use webhook_generator::diagnostics::Code;

/// The texts of all tests that show messages, without indentation.
fn shown() -> String {
    fn visit(folder: &Path, shown: &mut String) {
        for entry in fs::read_dir(folder).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                visit(&path, shown);
            } else if path.ends_with("expected.txt") || path.extension().is_some_and(|extension| extension == "rs") {
                shown.push_str(&without_indentation(&fs::read_to_string(&path).expect("the file can be read")));
            }
        }
    }
    let mut shown = String::new();
    for folder in ["tests/fixtures/crates", "tests/fixtures/errors", "tests/fixtures/mistakes", "src"] {
        visit(Path::new(folder), &mut shown);
    }
    shown
}

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

#[test]
fn every_code_is_shown_by_a_test() {
    let shown = shown();
    for code in Code::ALL {
        let message = format!("[{}]: ", code.as_str());
        assert!(shown.contains(&message), "no test shows a message of {}", code.as_str());
    }
}

#[test]
fn messages_in_the_docs_are_as_printed() {
    let shown = shown();
    let docs = fs::read_to_string("../docs/diagnostics.md").expect("the docs can be read");
    let messages: Vec<&str> = docs
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split_once("```").map_or(rest, |(message, _)| message))
        .collect();
    assert_eq!(messages.len(), Code::ALL.len());
    for message in messages {
        assert!(
            shown.contains(&without_indentation(message)),
            "no test shows this message any more; take one that a test shows:\n{message}"
        );
    }
}
