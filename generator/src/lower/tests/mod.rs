//! What descriptions mean in Rust, shown by the outline that `--emit ir` prints.

mod bodies;
mod corrections;
mod cyclic_unions;
mod event_type_descriptions;
mod event_type_evidence;
mod event_type_lists;
mod event_type_places;
mod examples;
mod merging;
mod shapes;
mod signature_words;
mod signatures;
mod unions;

use expect_test::Expect;

use crate::Stage;
use crate::testing::{Input, VERIFIER, dedented, description, join, schemas, types, webhooks};

/// The warning that a webhook has no example.
const NO_EXAMPLE: &str = "W0707";

/// Checks the types of schemas, and the diagnostics.
#[track_caller]
fn check_types(entries: &str, expected: Expect) {
    let (outline, findings) = Input { spec: &schemas(entries), config: VERIFIER }.stage(Stage::Ir);
    expected.assert_eq(&join(&types(&outline), &findings));
}

/// Checks where deliveries state the event type, which one each webhook has, and the findings.
#[track_caller]
fn check_event_types(entries: &str, config: &str, expected: Expect) {
    check_description(&description(&webhooks(entries), ""), config, expected);
}

/// Checks the same of a description with these fields.
#[track_caller]
fn check_lowered(fields: &str, expected: Expect) {
    check_description(
        &format!("openapi: 3.1.0\ninfo: {{title: Acme, version: '1'}}\n{}", dedented(fields)),
        "",
        expected,
    );
}

/// Checks the same of a whole description.
#[track_caller]
fn check_description(spec: &str, config: &str, expected: Expect) {
    let config = format!("{VERIFIER}{}", dedented(config));
    let (outline, findings) = Input { spec, config: &config }.stage(Stage::Ir);
    let table = lines(&outline, &["event type in ", "webhook "]);
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expected.assert_eq(&join(&table, &findings.join("\n")));
}

/// A description of two webhooks that share the schema of their bodies.
fn sharing(schema: &str) -> String {
    let webhook = "{schema: {$ref: '#/components/schemas/Event'}}";
    let entries = format!("door.opened: {webhook}\ndoor.closed: {webhook}");
    description(&webhooks(&entries), &format!("Event: {schema}"))
}

/// Checks the findings about event types, each with the lines that it offers for `codegen.toml`.
#[track_caller]
fn check_offers(entries: &str, expected: Expect) {
    let (_, findings) = Input { spec: &description(&webhooks(entries), ""), config: VERIFIER }.offers(Stage::Ir);
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expected.assert_eq(&join("", &findings.join("\n")));
}

/// Checks the examples of webhooks, and the findings.
#[track_caller]
fn check_examples(entries: &str, expected: Expect) {
    let (outline, findings) = lowered(entries, VERIFIER);
    expected.assert_eq(&join(&lines(&outline, &["    example ", "    assembled "]), &findings));
}

/// Checks how deliveries are signed, and the findings.
#[track_caller]
fn check_signature(entries: &str, config: &str, expected: Expect) {
    let (outline, findings) = lowered(entries, config);
    let findings: Vec<&str> = findings.lines().filter(|finding| !finding.starts_with(NO_EXAMPLE)).collect();
    expected.assert_eq(&join(&lines(&outline, &["signed: "]), &findings.join("\n")));
}

/// Checks how deliveries are signed, by a description of one webhook with these fields of its operation and of the document.
#[track_caller]
fn check_signature_words(operation: &str, document: &str, expected: Expect) {
    let webhook =
        format!("ping:\n  example: {{type: ping}}\n  body: {{type: {{const: ping}}}}\n{}", indented(operation));
    let spec = format!(
        "{}{}",
        description(&webhooks(&webhook), "").replace("components:\n  schemas:\n    {}\n", ""),
        dedented(document)
    );
    let (outline, findings) = Input { spec: &spec, config: "" }.offers(Stage::Ir);
    expected.assert_eq(&join(&lines(&outline, &["signed: "]), &findings));
}

fn indented(text: &str) -> String {
    dedented(text).lines().map(|line| format!("  {line}\n")).collect()
}

fn lowered(entries: &str, config: &str) -> (String, String) {
    Input { spec: &description(&webhooks(entries), ""), config }.stage(Stage::Ir)
}

/// The lines that start with one of these, without the indentation that they share.
fn lines(outline: &str, starts: &[&str]) -> String {
    let found = outline.lines().filter(|line| starts.iter().any(|start| line.starts_with(start)));
    dedented(&found.collect::<Vec<_>>().join("\n"))
}
