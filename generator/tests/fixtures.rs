//! Runs the generator on every folder of `fixtures/`; see the README there.

mod golden;
mod support;

use std::collections::BTreeMap;
use std::fs;

use support::{Fixture, fixtures};
use webhook_generator::{Outcome, ReceiverDependency, Request, diagnostics, generate};

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

#[test]
fn an_overlay_that_a_message_offers_makes_webhooks() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let overlay = folder.path().join("overlay.yaml");
    for fixture in fixtures("errors").iter().filter(|fixture| fixture.name.ends_with("-only")) {
        let outcome = run(fixture);
        let mut help = outcome.diagnostics.iter().flat_map(|found| &found.help);
        let offered = help.find_map(|help| help.find("overlay: 1.1.0").map(|start| &help[start..]));
        fs::write(&overlay, offered.expect("an overlay is offered")).expect("the file can be written");
        let outcome = generate(&request(fixture).overlay(&overlay));
        let messages = diagnostics::text(&outcome.diagnostics, &outcome.sources, false);
        assert_eq!(outcome.output.expect(&messages).api.webhooks.len(), 1, "{}", fixture.name);
    }
}

fn run(fixture: &Fixture) -> Outcome {
    generate(&request(fixture))
}

fn request(fixture: &Fixture) -> Request {
    let optional = |name: &str| Some(fixture.folder.join(name)).filter(|path| path.exists());
    let spec = optional("spec.yaml").or_else(|| optional("spec.json")).expect("a fixture has a description");
    let name = format!("{}-webhooks", fixture.name);
    let mut request = Request::new(spec)
        .overlays(optional("overlay.yaml"))
        .crate_name(name.parse().expect("a folder's name makes a package's name"))
        .receiver(ReceiverDependency::Path(support::RECEIVER.to_owned()));
    if let Some(config) = optional("codegen.toml") {
        request = request.config(config);
    }
    request
}
