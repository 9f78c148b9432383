//! Runs the generator on every folder of `fixtures/`; see the README there.

mod golden;
mod support;

use std::collections::BTreeMap;

use support::{Fixture, fixtures};
use webhook_generator::source::Limits;
use webhook_generator::{Layout, Outcome, ReceiverDependency, Request, diagnostics, generate};

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
        golden::compare(&fixture, &actual, &mut differences);
    }
    golden::report(&differences);
}

#[test]
fn errors_are_told_as_expected() {
    let mut differences = Vec::new();
    for fixture in fixtures("errors") {
        let outcome = run(&fixture);
        assert!(outcome.output.is_none(), "{} succeeds", fixture.name);
        let messages = diagnostics::text(&outcome.diagnostics, &outcome.sources, false);
        golden::compare(&fixture, &BTreeMap::from([("expected.txt".to_owned(), messages)]), &mut differences);
    }
    golden::report(&differences);
}

fn run(fixture: &Fixture) -> Outcome {
    let optional = |name: &str| Some(fixture.folder.join(name)).filter(|path| path.exists());
    let spec = optional("spec.yaml").or_else(|| optional("spec.json")).expect("a fixture has a description");
    generate(&Request {
        spec,
        overlays: optional("overlay.yaml").into_iter().collect(),
        config: optional("codegen.toml"),
        crate_name: Some(format!("{}-webhooks", fixture.name).parse().expect("a folder's name makes a package's name")),
        default_name: None,
        receiver: ReceiverDependency::Path(support::RECEIVER.to_owned()),
        layout: Layout::Standalone,
        limits: Limits::default(),
        deny_warnings: false,
    })
}
