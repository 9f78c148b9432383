//! Runs the generator on every folder of `fixtures/`; see the README there.

mod golden;
mod offers;
mod support;

use std::collections::BTreeMap;

use support::fixtures;
use webhook_generator::{Stage, dump, generate, render};

#[test]
fn outlines_and_crates_are_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("crates") {
        let request = fixture.request();
        let outcome = generate(&request);
        let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
        let Some(output) = outcome.output else { panic!("{} fails:\n{messages}", fixture.name) };
        let again = generate(&request).output.expect("a second run succeeds as the first one did");
        assert_eq!(output.files, again.files, "{}: a second run writes other bytes", fixture.name);
        let (_, outline) = dump(&request, Stage::Names);
        let mut actual = BTreeMap::from([("outline.txt".to_owned(), outline.expect("a crate has an outline"))]);
        if !messages.is_empty() {
            actual.insert("expected.txt".to_owned(), messages);
        }
        if fixture.folder.join("expected").is_dir() {
            actual.extend(output.files.into_iter().map(|(path, text)| (format!("expected/{path}"), text)));
        }
        golden::compare(&fixture, &actual, &mut differences);
    }
    golden::report(&differences);
}

#[test]
fn errors_are_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("errors") {
        let outcome = generate(&fixture.request());
        assert!(outcome.output.is_none(), "{} succeeds", fixture.name);
        let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
        golden::compare(&fixture, &BTreeMap::from([("expected.txt".to_owned(), messages)]), &mut differences);
    }
    golden::report(&differences);
}

#[test]
fn warnings_are_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("warnings") {
        let outcome = generate(&fixture.request());
        assert!(outcome.output.is_some(), "{} fails", fixture.name);
        let messages = render::text(&outcome.diagnostics, &outcome.sources, false);
        golden::compare(&fixture, &BTreeMap::from([("expected.txt".to_owned(), messages)]), &mut differences);
    }
    golden::report(&differences);
}
