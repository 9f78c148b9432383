//! Makes every mistake of `fixtures/mistakes/` in the description in `fixtures/description/`, and compares the messages.
//! It is an earlier copy of `spec/`, and stays when the vendor's download replaces `spec/`.
//!
//! The messages are shown in `docs/mistakes.md` as well, which is written from the fixtures.

mod golden;
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use support::{Fixture, fixtures};
use webhook_generator::{ReceiverDependency, Request, generate, render};

const DOCS: &str = "../docs/mistakes.md";

const INTRODUCTION: &str = "\
# Mistakes and their messages

Each section shows a mistake in a description, an overlay or a configuration, the message for it, and the fix. A test writes this
page from `generator/tests/fixtures/mistakes/`; to change a section, change its fixture.
";

/// A mistake: a text that occurs once in a file of the description is replaced.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    title: String,
    file: String,
    find: String,
    replace: String,
    /// The fix that the message suggests.
    fix: String,
}

#[test]
fn mistakes_are_reported_as_expected() {
    let mut differences = Vec::new();
    let mut docs = INTRODUCTION.to_owned();
    for fixture in fixtures("mistakes") {
        let mistake = fs::read_to_string(fixture.folder.join("mistake.toml")).expect("the mistake can be read");
        let mistake: Mistake = toml::from_str(&mistake).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        let messages = make(&fixture, &mistake);
        assert!(!messages.is_empty(), "{}: nothing is said", fixture.name);
        let _ = write!(docs, "\n## {}\n\n```text\n{messages}```\n\n{}\n", mistake.title, mistake.fix);
        golden::compare(&fixture, &BTreeMap::from([("expected.txt".to_owned(), messages)]), &mut differences);
    }
    if golden::updating() {
        fs::write(DOCS, &docs).expect("the docs can be written");
    } else if fs::read_to_string(DOCS).unwrap_or_default().replace("\r\n", "\n") != docs {
        differences.push("docs/mistakes.md is not what the fixtures make it".to_owned());
    }
    golden::report(&differences);
}

/// What is said of the mistake.
fn make(fixture: &Fixture, mistake: &Mistake) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["tenovos-webhooks.yaml", "overlay.yaml", "codegen.toml"] {
        let mut text = fs::read_to_string(Path::new("tests/fixtures/description").join(name))
            .expect("the description can be read");
        text = text.replace("\r\n", "\n");
        if name == mistake.file {
            let places = text.matches(&mistake.find).count();
            assert_eq!(places, 1, "{}: the text to find stands in {places} places of {name}", fixture.name);
            text = text.replacen(&mistake.find, &mistake.replace, 1);
        }
        fs::write(folder.path().join(name), text).expect("the file can be written");
    }
    let file = |name| folder.path().join(name);
    let request = Request::new(file("tenovos-webhooks.yaml"))
        .overlay(file("overlay.yaml"))
        .config(file("codegen.toml"))
        .receiver(ReceiverDependency::Path(support::RECEIVER.to_owned()));
    let outcome = generate(&request);
    let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
    let prefix = folder.path().to_string_lossy().replace('\\', "/");
    messages.replace(&prefix, "spec")
}
