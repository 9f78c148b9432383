//! `cargo xtask corpus`, as it is run on small descriptions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

/// Two webhooks with examples: one that fits, one that does not, one that states another event type.
const PARCELS: &str = r##"
openapi: 3.1.0
info: { title: Parcels, version: "1" }
webhooks:
  parcel.sent:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [type, weight]
              properties:
                type: { type: string, const: parcel.sent }
                weight: { type: integer }
                remarks: {}
                route: { $dynamicRef: "#route" }
            examples:
              light: { value: { type: parcel.sent, weight: 1 } }
              wrong: { value: { type: parcel.sent, weight: heavy } }
  parcel.lost:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                type: { type: string, examples: [parcel.lost] }
            example: { type: parcel.stolen }
"##;

/// Its event type is nowhere in the description.
const UNTOLD: &str = r##"
openapi: 3.1.0
info: { title: Notes, version: "1" }
webhooks:
  noteWritten: { post: { requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/note" } } } } } }
  noteRead: { post: { requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/note" } } } } } }
components:
  schemas:
    note: { type: object, properties: { text: { type: string } } }
"##;

const BROKEN: &str = r#"
openapi: 3.1.0
info: { title: Broken, version: "1" }
webhooks:
  a.b: { post: { requestBody: { content: { application/json: { schema: { $ref: /text } } } } } }
"#;

const NO_JSON: &str = r#"
openapi: 3.1.0
info: { title: Forms, version: "1" }
webhooks:
  a.b: { post: { requestBody: { content: { text/plain: { schema: { type: string } } } } } }
"#;

/// Locked while a test uses the shared folder.
static OUT: Mutex<()> = Mutex::new(());

/// A corpus.
struct Corpus(TempDir);

impl Corpus {
    fn new(documents: &[(&str, &str)]) -> Self {
        let corpus = Self(TempDir::new().unwrap());
        for (path, text) in documents {
            corpus.write(path, text);
        }
        corpus
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the command on `documents/`; `RECORD` is replaced by the path of the record.
    fn run(&self, arguments: &str) -> Run {
        let arguments = arguments.replace("RECORD", &self.path("record.json").to_string_lossy());
        // Build results are kept from one run to the next, as for any other program of this workspace.
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
        let _one_at_a_time = OUT.lock().unwrap_or_else(PoisonError::into_inner);
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("corpus")
            .arg(self.path("documents"))
            .arg("--out")
            .arg(out)
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    fn shows(self, what: &str) -> Self {
        assert!(self.stdout.contains(what), "{what:?} is not shown: {self:#?}");
        self
    }

    #[track_caller]
    fn says(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "{what:?} is not said: {self:#?}");
        self
    }

    /// The rows and the totals.
    fn rows(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// These members of a row.
fn members<const N: usize>(row: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| row[name].as_u64().unwrap_or_else(|| panic!("no {name} in {row}")))
}

#[test]
fn examples_pass_through_the_receiver() {
    let corpus = Corpus::new(&[("documents/parcels.yaml", PARCELS)]);
    let run = corpus.run("--json --until tests").exits(0);
    let [row, totals] = &run.rows()[..] else { panic!("{run:#?}") };
    assert_eq!(row["document"], "parcels.yaml");
    assert_eq!(members(row, ["webhooks", "routed", "settings", "failures"]), [2, 2, 0, 0]);
    assert_eq!(members(row, ["examples", "decoded", "equal", "misstated", "raw"]), [3, 2, 2, 1, 2]);
    assert_eq!(members(row, ["open", "inexpressible"]), [1, 1]);
    let place = |property: &str| {
        format!(
            "parcels.yaml#/webhooks/parcel.sent/post/requestBody/content/application~1json/schema/properties/{property}"
        )
    };
    assert_eq!(row["untyped"]["open"][0], format!("{}: no keyword restricts the value", place("remarks")));
    let untyped = format!("{}: `$dynamicRef` has no Rust type", place("route"));
    assert_eq!(row["untyped"]["inexpressible"][0], untyped);
    assert_eq!(members(&totals["totals"], ["documents", "generated", "examples", "equal"]), [1, 1, 3, 2]);
}

#[test]
fn valid_examples_have_to_come_back_as_they_were() {
    let corpus = Corpus::new(&[("documents/parcels.yaml", PARCELS)]);
    let validity = |valid: usize, invalid: &str| {
        let list: Vec<Value> = invalid.split_whitespace().map(|name| serde_json::json!({ "example": name })).collect();
        let document = serde_json::json!({ "valid": valid, "invalid": list.len(), "invalid_list": list });
        let text = serde_json::json!({ "docs": { "parcels.yaml": document } }).to_string();
        corpus.write("documents/examples-validity.json", &text);
        corpus.run("")
    };
    validity(2, "parcel.sent#wrong").exits(0).shows("1 documents, 1 generated");
    validity(3, "").exits(1).shows("examples/wrong/value) is valid and does not decode: unexpected JSON at /weight: ");
    validity(2, "").exits(0);
    validity(4, "").exits(1).shows("4 examples were judged, 0 invalid; 3 were found, 0 of those");
    validity(2, "parcel.sent#heavy").exits(1).shows("3 examples were judged, 1 invalid; 3 were found, 0 of those");
}

#[test]
fn examples_in_separate_files_count() {
    let corpus = Corpus::new(&[
        ("documents/parcels.yaml", PARCELS),
        (
            "documents/examples/all.json",
            r#"[{ "name": "parcel", "examples": [{ "type": "parcel.sent", "weight": 2.0 }, { "type": "parcel.eaten" }] }, {"name": "none"}]"#,
        ),
    ]);
    let run = corpus.run("--json").exits(0);
    assert_eq!(members(&run.rows()[0], ["examples", "decoded", "equal", "misstated", "raw"]), [5, 3, 3, 1, 3]);
    corpus.write("documents/examples/all.json", "{}");
    corpus.run("").exits(1).shows("all.json`: invalid type: map, expected a sequence");
}

#[test]
fn what_the_generator_asks_for_is_given_once() {
    let corpus = Corpus::new(&[("documents/notes.yaml", UNTOLD)]);
    let run = corpus.run("--json --until generate").exits(0);
    assert_eq!(members(&run.rows()[0], ["routed", "settings"]), [2, 2]);
}

#[test]
fn descriptions_that_give_no_crate_show_why() {
    let corpus = Corpus::new(&[("documents/broken.yaml", BROKEN), ("documents/forms.yaml", NO_JSON)]);
    let run = corpus.run("--until generate").exits(1);
    let run = run.shows("broken.yaml               5:").shows(": E0303: absolute paths are not followed\n");
    run.shows("forms.yaml ")
        .shows("E0602: the description has no webhook")
        .shows("failures:\n  broken.yaml: nothing is generated\n");
    // Without a JSON body nothing can be generated, which is not a failure.
    corpus.run("--until generate --filter forms").exits(0);
}

#[test]
fn twins_give_the_same_code() {
    // All JSON is YAML. Names that clash do not depend on the name of the file.
    let [first, second] = ["notes: { enum: [a, b] }", "Notes: { enum: [c, d] }"];
    let clashing =
        PARCELS.replace("remarks: {}", &format!("{first}\n                {second}\n                remarks: {{}}"));
    let json = serde_yaml::from_str::<Value>(&clashing).unwrap().to_string();
    let corpus = Corpus::new(&[("documents/parcels.yaml", &json), ("documents/parcels.json", &json)]);
    corpus.run("--until generate").exits(0);
    corpus.write("documents/parcels.json", &json.replace("remarks", "words"));
    let run = corpus.run("--until generate").exits(1);
    run.shows("parcels.json: its twin parcels.yaml gives other code: `src/parcel.rs` has ");
}

#[test]
fn rows_must_not_get_worse() {
    let corpus = Corpus::new(&[("documents/parcels.yaml", PARCELS), ("documents/broken.yaml", BROKEN)]);
    corpus.run("--record RECORD").exits(0).says("2 of 2 documents are not on record");
    corpus.run("--record RECORD --bless").exits(0);
    let record = fs::read_to_string(corpus.path("record.json")).unwrap();
    assert!(!record.contains("parcel"), "{record}");
    corpus.run("--record RECORD").exits(0);

    let better = record.replace("\"equal\":2", "\"equal\":1").replace("\"warnings\":", "\"warnings\":1");
    corpus.write("record.json", &better);
    corpus.run("--record RECORD").exits(0);
    let worse = record.replace("\"equal\":2", "\"equal\":3").replace("\"raw\":2", "\"raw\":0");
    corpus.write("record.json", &worse);
    let run = corpus.run("--record RECORD").exits(1).says("  parcels.yaml: equal was 3, is 2\n");
    run.says("  parcels.yaml: raw was 0, is 2\n").says("--bless");
    // A document that is generated now and was not has not got worse.
    let lines = record.lines().map(|line| match line.split_once(": {") {
        Some((key, _)) => format!("{key}: null"),
        None => line.to_owned(),
    });
    let none = lines.collect::<Vec<_>>().join("\n").replace("null\n\"", "null,\n\"");
    corpus.write("record.json", &none);
    corpus.run("--record RECORD").exits(0);
}

#[test]
fn invalid_command_lines_are_reported() {
    let corpus = Corpus::new(&[("documents/notes.md", "")]);
    corpus.run("").exits(2).says("has no description of webhooks");
    corpus.run("--bless").exits(2).says("--record <FILE>");
    let corpus = Corpus::new(&[("documents/parcels.yaml", PARCELS)]);
    corpus.run("--record RECORD --until generate").exits(2).says("leave `--until generate` out");
    corpus.run("--filter nothing").exits(2).says("has no description of webhooks");
}
