//! The lines of `codegen.toml` that messages about webhooks and event types offer resolve what the messages are about.

use std::fs;

use toml::{Table, Value};
use webhook_generator::diagnostics::{Code, Diagnostic, Setting};
use webhook_generator::{Outcome, generate, render};

use crate::support::{Fixture, fixtures};

/// The keys of `[event-type]` that an offer may say to replace.
const LOCATIONS: [&str; 4] = ["pointer", "header", "address", "completed-by"];

#[test]
fn offered_lines_work_when_pasted() {
    let mut pasted = Vec::new();
    for fixture in ["crates", "errors", "warnings"].into_iter().flat_map(fixtures) {
        let before = generate(&fixture.request());
        let offers = before.diagnostics.iter().filter(|found| is_about_event_types(found.code));
        for found in offers.filter(|found| !found.settings.is_empty()) {
            for lines in choices(&found.settings) {
                let after = pasted_into(&fixture, lines);
                let again: Vec<&Diagnostic> = after.diagnostics.iter().filter(|other| is_same(found, other)).collect();
                let messages = render::text(&after.diagnostics, &after.sources, false);
                assert!(again.is_empty(), "{}: pasted, and still:\n{messages}", fixture.name);
                assert!(after.output.is_some() || before.output.is_none(), "{}:\n{messages}", fixture.name);
                pasted.push(found.code);
            }
        }
        // All lines together make an error succeed.
        if before.output.is_none() && offers_of_errors(&before).is_some_and(|lines| !lines.is_empty()) {
            let settings = offers_of_errors(&before).unwrap_or_default();
            let after = pasted_into(&fixture, settings);
            let messages = render::text(&after.diagnostics, &after.sources, false);
            assert!(after.output.is_some(), "{}:\n{messages}", fixture.name);
        }
    }
    for code in [
        Code::NoEventType,
        Code::EventTypeTwice,
        Code::EventTypeUnknown,
        Code::EventTypeInferred,
        Code::EventTypeDoubtful,
        Code::WebhooksInferred,
        Code::CallbacksUnread,
    ] {
        assert!(pasted.contains(&code), "no fixture offers lines for {}", code.as_str());
    }
}

#[test]
fn the_offered_paths_make_webhooks() {
    let fixture =
        fixtures("errors").into_iter().find(|fixture| fixture.name == "paths-only").expect("the fixture exists");
    let outcome = generate(&fixture.request());
    let mut help = outcome.diagnostics.iter().flat_map(|found| &found.help);
    let offered = help.find_map(|help| help.find("[webhooks]").map(|start| &help[start..])).expect("lines are offered");
    let table: Table = offered.parse().expect("they are TOML");
    let after = generated(&fixture, &table);
    assert_eq!(after.output.expect("a crate").api.webhooks.len(), 1);
}

fn is_about_event_types(code: Code) -> bool {
    ["E07", "W07", "W0611", "W0612"].iter().any(|start| code.as_str().starts_with(start))
        && !matches!(code, Code::NoSignature | Code::SignatureContradicted)
}

/// Whether two findings have one code and the same webhook.
fn is_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    let place = |found: &Diagnostic| found.labels.first().map(|label| format!("{:?}", label.place));
    one.code == other.code && place(one) == place(other)
}

/// The lines that are offered for every case, and those for each case on its own. A case with `…` is not complete.
fn choices(settings: &[Setting]) -> Vec<Vec<Setting>> {
    let (always, cases): (Vec<_>, Vec<_>) = settings.iter().cloned().partition(|setting| setting.when.is_none());
    let cases = cases.into_iter().filter(|setting| !setting.lines.iter().any(|line| line.contains('…')));
    [always].into_iter().filter(|always| !always.is_empty()).chain(cases.map(|setting| vec![setting])).collect()
}

/// The lines of all errors; `None` if one has none.
fn offers_of_errors(outcome: &Outcome) -> Option<Vec<Setting>> {
    let errors = outcome.diagnostics.iter().filter(|found| found.code.as_str().starts_with('E'));
    let mut settings = Vec::new();
    for error in errors {
        if !is_about_event_types(error.code) && error.settings.is_empty() {
            return None;
        }
        settings.extend(choices(&error.settings).into_iter().next().into_iter().flatten());
    }
    Some(settings)
}

/// The result with these lines in the fixture's configuration.
fn pasted_into(fixture: &Fixture, settings: Vec<Setting>) -> Outcome {
    let file = fixture.folder.join("codegen.toml");
    let mut config: Table = fs::read_to_string(file).unwrap_or_default().parse().expect("the configuration is TOML");
    for Setting { table, lines, when, .. } in settings {
        let lines: Table = lines.join("\n").parse().expect("offered lines are TOML");
        let mut target = &mut config;
        for name in table.split('.') {
            let entry = target.entry(name).or_insert_with(|| Value::Table(Table::new()));
            target = entry.as_table_mut().expect("it is a table");
        }
        let when = when.unwrap_or_default();
        for key in LOCATIONS.iter().filter(|key| when.contains(&format!("`{key}`"))) {
            target.remove(*key);
        }
        target.extend(lines);
    }
    generated(fixture, &config)
}

fn generated(fixture: &Fixture, config: &Table) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("codegen.toml");
    fs::write(&file, config.to_string()).expect("the file can be written");
    generate(&fixture.request().config(file))
}
