//! Every code has a test that shows its message, and `diagnostics.md` shows messages as they are printed.

#[allow(dead_code, reason = "other tests use the rest")]
mod golden;
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;
use std::path::Path;

use support::fixtures;
use webhook_generator::diagnostics::Code;

const DOCS: &str = "diagnostics.md";

/// The first words of a message with this code.
fn start(code: Code) -> String {
    format!("{}[{}]: ", code.severity().name(), code.as_str())
}

/// The messages that the fixtures expect, and the sources, whose tests expect the rest; without indentation.
fn shown() -> (Vec<String>, String) {
    fn visit(folder: &Path, texts: &mut String) {
        for entry in fs::read_dir(folder).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                visit(&path, texts);
            } else {
                texts.push_str(&without_indentation(&fs::read_to_string(&path).expect("the file can be read")));
            }
        }
    }
    let fixtures = ["errors", "warnings", "mistakes", "crates"].into_iter().flat_map(fixtures);
    let messages = fixtures
        .filter_map(|fixture| fixture.expected().remove("expected.txt"))
        .flat_map(|text| text.trim_end().split("\n\n").map(|message| format!("{message}\n")).collect::<Vec<_>>());
    let mut sources = String::new();
    visit(Path::new("src"), &mut sources);
    (messages.collect(), sources)
}

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

#[test]
fn every_code_is_shown_by_a_test() {
    let (messages, sources) = shown();
    for code in Code::ALL {
        let start = start(*code);
        let shown = messages.iter().any(|message| message.starts_with(&start)) || sources.contains(&start);
        assert!(shown, "no test shows a message of {}", code.as_str());
    }
}

#[test]
fn messages_in_the_docs_are_as_printed() {
    let (messages, sources) = shown();
    let docs = fs::read_to_string(DOCS).expect("the docs can be read").replace("\r\n", "\n");
    let mut renewed = docs.clone();
    for code in Code::ALL {
        let start = start(*code);
        let (_, rest) = docs.split_once(&format!("```text\n{start}")).unwrap_or_default();
        let Some((rest, _)) = rest.split_once("```") else { panic!("{DOCS} shows no message of {}", code.as_str()) };
        let message = format!("{start}{rest}");
        if messages.contains(&message) || sources.contains(&without_indentation(&message)) {
            continue;
        }
        let shortest =
            messages.iter().filter(|message| message.starts_with(&start)).min_by_key(|message| message.len());
        renewed = renewed.replace(&message, shortest.map_or("", String::as_str));
    }
    if golden::updating() {
        fs::write(DOCS, renewed).expect("the docs can be written");
    } else if renewed != docs {
        golden::report(&[format!("{DOCS} shows messages that no test shows any more")]);
    }
}
