//! Hostile and broken descriptions: each row of `docs/hostile.md` is tested by the tests whose names begin with its
//! number.
//!
//! Every run is checked against `support/properties.rs` first: errors or a crate, never both; the crate is Rust with
//! nothing of the description but literals, names and docs; a second run gives the same.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

#[path = "../support/inputs.rs"]
mod inputs;
#[path = "../support/properties.rs"]
mod properties;

mod documents;
mod environment;
mod names;
mod references;
mod rows;
mod schemas;
mod texts;

use expect_test::Expect;
use properties::Run;

/// What is said of any small description, and no matter here.
const USUAL: [&str; 3] = ["W0703", "W0707", "W0708"];

/// Runs the generator on a folder with these files, and compares what it finds: `ok` where there is a crate, then code
/// and place of each finding, a line each.
fn files(files: &[(&str, &[u8])], expect: &Expect) -> Run {
    let run = outcome(files);
    expect.assert_eq(&found(&run));
    run
}

fn found(run: &Run) -> String {
    let ok = run.files.as_ref().map(|_| "ok".to_owned());
    let codes = run.codes.iter().filter(|code| !USUAL.iter().any(|usual| code.starts_with(usual))).cloned();
    ok.into_iter().chain(codes).collect::<Vec<_>>().join("\n")
}

/// The same for a description in YAML.
fn document(text: impl AsRef<[u8]>, expect: &Expect) -> Run {
    files(&[("spec.yaml", text.as_ref())], expect)
}

/// The same for a description in which `x` is a property of the one webhook's body: a schema in YAML, on one line.
/// Further lines are reusable schemas.
fn schema(schema: &str, expect: &Expect) -> Run {
    document(described(schema), expect)
}

fn described(schema: &str) -> String {
    let (property, schemas) = schema.split_once('\n').unwrap_or((schema, ""));
    let schemas = schemas.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "openapi: 3.1.0
info: {{ title: Parcels, version: '1' }}
webhooks:
  parcel.sent:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [type]
              properties:
                type: {{ const: parcel.sent }}
                x: {property}
components:
  schemas:
    other: {{ type: string }}
{schemas}"
    )
}

/// The outcomes of several inputs, a line each.
fn each<'a>(inputs: &[&'a str], run: impl Fn(&'a str) -> Run, expect: &Expect) {
    let line = |input: &&'a str| format!("{input:?} → {}\n", found(&run(input)).replace('\n', ", "));
    expect.assert_eq(&inputs.iter().map(line).collect::<String>());
}

fn outcome(files: &[(&str, &[u8])]) -> Run {
    properties::checked(inputs::folder(files).path())
}

/// The outcome of a description in YAML.
fn of_document(text: impl AsRef<[u8]>) -> Run {
    outcome(&[("spec.yaml", text.as_ref())])
}

/// The outcome of a description with this schema.
fn of_schema(schema: &str) -> Run {
    of_document(described(schema))
}

/// Asserts that every message contains this.
#[track_caller]
fn says(run: &Run, what: &str) {
    assert!(run.told.contains(what), "{what:?} is not said:\n{}", run.told);
}

/// Asserts that the emitted sources have this in them.
#[track_caller]
fn emits(run: &Run, what: &str) {
    let sources = emitted(run);
    assert!(sources.contains(what), "{what:?} is not emitted:\n{sources}");
}

fn emitted(run: &Run) -> String {
    let files = run.files.as_ref().expect("there is a crate");
    files.iter().map(|(path, text)| format!("// {path}\n{text}\n")).collect()
}
