//! Runs the generator on every folder of `fixtures/`; see the README there.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use similar::TextDiff;
use support::{Fixture, fixtures};
use webhook_generator::source::Limits;
use webhook_generator::{Layout, Outcome, ReceiverDependency, Request, diagnostics, generate};

const UPDATE: &str = "UPDATE_FIXTURES=1 cargo test -p webhook-generator --test fixtures";

#[test]
fn crates_come_out_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("crates") {
        let outcome = run(&fixture);
        let messages = diagnostics::text(&outcome.diagnostics, &outcome.sources, false);
        let Some(output) = outcome.output else { panic!("{} fails:\n{messages}", fixture.name) };
        let again = run(&fixture).output.expect("a second run succeeds as the first one did");
        assert_eq!(output.files, again.files, "{}: a second run gives other bytes", fixture.name);
        for (path, text) in
            output.files.iter().filter(|(path, _)| path.starts_with("src/") || path.starts_with("tests/"))
        {
            syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {path} is no Rust: {error}", fixture.name));
        }
        let mut actual: BTreeMap<String, String> =
            output.files.into_iter().map(|(path, text)| (format!("expected/{path}"), text)).collect();
        if !messages.is_empty() {
            actual.insert("expected.txt".to_owned(), messages);
        }
        compare(&fixture, &actual, &mut differences);
    }
    report(&differences);
}

#[test]
fn errors_are_told_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("errors") {
        let outcome = run(&fixture);
        assert!(outcome.output.is_none(), "{} succeeds", fixture.name);
        let messages = diagnostics::text(&outcome.diagnostics, &outcome.sources, false);
        compare(&fixture, &BTreeMap::from([("expected.txt".to_owned(), messages)]), &mut differences);
    }
    report(&differences);
}

fn run(fixture: &Fixture) -> Outcome {
    let optional = |name: &str| Some(fixture.folder.join(name)).filter(|path| path.exists());
    let spec = optional("spec.yaml").or_else(|| optional("spec.json")).expect("a fixture has a description");
    generate(&Request {
        spec,
        overlays: optional("overlay.yaml").into_iter().collect(),
        config: optional("codegen.toml"),
        crate_name: Some(format!("{}-webhooks", fixture.name).parse().expect("a folder's name makes a package's name")),
        receiver: ReceiverDependency::Path(support::RECEIVER.to_owned()),
        layout: Layout::Standalone,
        limits: Limits::default(),
    })
}

/// Compares with the files of the fixture, or writes them.
fn compare(fixture: &Fixture, actual: &BTreeMap<String, String>, differences: &mut Vec<String>) {
    let expected = fixture.expected();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
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

fn report(differences: &[String]) {
    assert!(differences.is_empty(), "{}\nif this is right: {UPDATE}", differences.join("\n"));
}
