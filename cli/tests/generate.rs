//! `cargo webhooks generate`, as it is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const SPEC: &str = r##"
openapi: 3.1.0
info: { title: Parcels, version: "1" }
webhooks:
  parcel.sent:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: "#/components/schemas/parcel" }
      responses: { "200": { description: Taken. } }
components:
  schemas:
    parcel:
      type: object
      required: [eventType, weight]
      properties:
        eventType: { type: string, const: parcel.sent }
        weight: { type: integer }
"##;

const OVERLAY: &str = r#"
overlay: 1.0.0
info: { title: Corrections, version: "1" }
actions: [{ target: $.info, update: { title: All parcels } }]
"#;

const CONFIG: &str = "crate-name = \"parcel-webhooks\"\nvendor = \"Parcels\"\n[event-type]\npointer = \"/eventType\"\n";

/// A folder that looks like this repository, as far as the command looks.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(TempDir::new().unwrap());
        for member in ["cli", "generator", "receiver"] {
            repository.write(&format!("{member}/Cargo.toml"), "");
        }
        repository.write("spec/tenovos-webhooks.yaml", SPEC);
        repository.write("spec/overlay.yaml", OVERLAY);
        repository.write("spec/codegen.toml", CONFIG);
        repository.write("elsewhere/spec.yaml", SPEC);
        repository.write("elsewhere/codegen.toml", CONFIG);
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Every file in a folder, by its path.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, String> {
        fn visit(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, root, files);
                } else {
                    files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        let (root, mut files) = (self.path(folder), BTreeMap::new());
        visit(&root, &root, &mut files);
        files
    }

    fn run(&self, arguments: &str) -> Run {
        self.run_in(".", arguments)
    }

    fn run_in(&self, folder: &str, arguments: &str) -> Run {
        self.task(folder, &format!("generate {arguments}"))
    }

    fn task(&self, folder: &str, arguments: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-webhooks"));
        command.current_dir(self.path(folder)).env("CARGO_MANIFEST_DIR", self.path("cli"));
        let output = command.args(arguments.split_whitespace()).output().unwrap();
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
    fn tells(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "{what:?} is not told: {self:#?}");
        self
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let repository = Repository::new();
    let before = repository.files(".");
    for (arguments, message) in [
        ("--spec elsewhere/spec.yaml", "`--out <DIR>`"),
        ("--spec elsewhere/spec.yaml --out generated", "choose another folder"),
        ("--spec elsewhere/spec.yaml --out elsewhere/../generated/", "choose another folder"),
        ("--overlay a.yaml", "--spec <FILE>"),
        ("--config a.toml", "--spec <FILE>"),
        ("--out out", "--spec <FILE>"),
        ("--crate-name a", "--spec <FILE>"),
        ("--receiver 1.0", "--spec <FILE>"),
        ("--spec a --out b --crate-name Fn", "is no package name"),
        ("--spec a --out b --receiver git@example.com:a", "ssh://"),
        ("--spec a --out b --receiver nowhere", "`nowhere` is to hold `webhook-receiver`"),
        ("--check --dry-run", "cannot be used with"),
        ("--check --emit ir", "cannot be used with"),
        ("--dry-run --emit ir", "cannot be used with"),
        ("--emit tokens", "possible values"),
        ("--message-format xml", "possible values"),
        ("--deny errors", "possible values"),
        ("--unknown", "unexpected argument"),
        ("positional", "unexpected argument"),
    ] {
        repository.run(arguments).exits(2).tells(message).tells("try '--help'");
    }
    assert_eq!(repository.files("."), before);
    repository.run("--help").exits(0).shows("--receiver <PATH|GIT|VERSION>");
}

#[test]
fn our_crate_is_kept_up_to_date() {
    let repository = Repository::new();
    repository.run("--check").exits(1).shows("missing: generated/Cargo.toml").tells("`generated` is stale");
    repository.run("--dry-run").exits(0).shows("create generated/src/lib.rs").tells("would change:");
    assert!(!repository.path("generated").exists());

    repository.run("").exits(0).tells("1 webhook, ").tells(", 0 removed, 0 unchanged (");
    repository.run("--check").exits(0).tells("is up to date");
    repository
        .run("--verbose")
        .exits(0)
        .tells("`generated`: no files written")
        .tells("keep   generated/src/lib.rs")
        .tells("ms");

    let written = repository.files("generated");
    let inputs = &written[Path::new(".codegen-inputs")];
    for input in ["../spec/codegen.toml", "../spec/overlay.yaml", "../spec/tenovos-webhooks.yaml"] {
        assert!(inputs.lines().any(|line| line.ends_with(&format!("  {input}"))), "{input} is not in {inputs}");
    }

    repository.write("generated/src/lib.rs", "edited\n");
    repository.run("--check").exits(1).shows("-edited\n").tells("stale in 1 file;");
    assert_eq!(repository.files("generated")[Path::new("src/lib.rs")], "edited\n");
    repository.run("").exits(0).tells("1 file written");
    assert_eq!(repository.files("generated"), written);
}

#[test]
fn the_output_knows_nothing_of_where_it_was_made() {
    let repository = Repository::new();
    repository.run("").exits(0);
    let written = repository.files("generated");
    for folder in ["spec", "generated/src", "receiver"] {
        fs::remove_file(repository.path("generated/src/lib.rs")).unwrap();
        repository.run_in(folder, "").exits(0);
        assert_eq!(repository.files("generated"), written, "made in {folder}");
    }
    let other = Repository::new();
    other.run("").exits(0);
    assert_eq!(other.files("generated"), written);
    let place = repository.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    assert!(written.values().all(|text| !text.contains(&place)));
}

#[test]
fn any_description_becomes_a_crate_of_its_own() {
    let repository = Repository::new();
    let basic = "--spec elsewhere/spec.yaml --config elsewhere/codegen.toml --out out/deep";
    repository.run(basic).exits(0);
    let manifest = |repository: &Repository| repository.files("out/deep")[Path::new("Cargo.toml")].clone();
    let made = manifest(&repository);
    for part in ["name = \"parcel-webhooks\"", "path = \"../../receiver\"", "[workspace]"] {
        assert!(made.contains(part), "{part} is not in {made}");
    }
    assert!(!repository.path("out/deep/.codegen-inputs").exists());
    for (arguments, part) in [
        ("--crate-name other-name", "name = \"other-name\""),
        ("--receiver receiver", "path = \"../../receiver\""),
        ("--receiver ^1.2", "\"^1.2\""),
        ("--receiver https://example.com/receiver.git", "git = \"https://example.com/receiver.git\""),
    ] {
        repository.run(&format!("{basic} {arguments}")).exits(0);
        let made = manifest(&repository);
        assert!(made.contains(part), "{part} is not in {made}");
    }
}

#[test]
fn a_failure_leaves_the_output_as_it_was() {
    let repository = Repository::new();
    repository.run("").exits(0);
    repository.write("generated/Cargo.lock", "theirs");
    let before = repository.files("generated");

    repository.write("spec/codegen.toml", "crate-nam = \"a\"\n");
    repository
        .run("")
        .exits(1)
        .tells("spec/codegen.toml:1:1")
        .tells("unknown key `crate-nam`")
        .tells("failed: 1 error");
    repository.write("spec/codegen.toml", CONFIG);
    repository.write("spec/tenovos-webhooks.yaml", "openapi: [");
    repository.run("").exits(1).tells("spec/tenovos-webhooks.yaml");
    repository.run("--check").exits(1);
    fs::remove_file(repository.path("spec/tenovos-webhooks.yaml")).unwrap();
    repository.run("").exits(1).tells("spec/tenovos-webhooks.yaml");
    assert_eq!(repository.files("generated"), before);

    repository.write("out/Cargo.toml", "theirs");
    let foreign = repository.run("--spec elsewhere/spec.yaml --out out").exits(1);
    foreign.tells("E0502").tells("`out/Cargo.toml`");
    assert_eq!(repository.files("out").len(), 1);
}

#[test]
fn stages_are_shown() {
    let repository = Repository::new();
    let before = repository.files(".");
    for stage in ["tree", "normalized", "ir", "names"] {
        for whose in ["", "--spec elsewhere/spec.yaml", "--spec elsewhere/spec.yaml --out out"] {
            repository.run(&format!("{whose} --emit {stage}")).exits(0).shows("parcel");
        }
    }
    assert_eq!(repository.files("."), before);
    repository.run("--spec nowhere.yaml --emit ir").exits(1).tells("nowhere.yaml");
}

#[test]
fn programs_read_json() {
    let repository = Repository::new();
    let lines = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();

    for (arguments, end, code) in
        [("--check", "stale", 1), ("--dry-run", "listed", 0), ("", "written", 0), ("--check", "fresh", 0)]
    {
        let run = repository.run(&format!("{arguments} --message-format json")).exits(code);
        let summary = &lines(&run.stdout).pop().unwrap()["summary"];
        assert_eq!((run.stderr.as_str(), &summary["end"]), ("", &end.into()));
        assert_eq!((&summary["out"], &summary["webhooks"]), (&"generated".into(), &1.into()));
        assert!(!summary["files"].as_array().unwrap().is_empty());
    }

    repository.write("spec/codegen.toml", "crate-nam = \"a\"\n");
    let run = repository.run("--message-format json").exits(1);
    let found = lines(&run.stdout);
    assert_eq!((&found[0]["code"], &found[0]["file"]), (&"E0401".into(), &"spec/codegen.toml".into()));
    assert_eq!((&found[1]["summary"]["end"], &found[1]["summary"]["errors"]), (&"failed".into(), &1.into()));

    let run = repository.run("--spec elsewhere/spec.yaml --emit tree --message-format json").exits(0);
    assert!(serde_json::from_str::<Value>(&run.stdout).is_ok());
    assert_eq!(lines(&run.stderr).pop().unwrap()["summary"]["end"], "shown");
}

#[test]
fn github_reads_annotations() {
    let repository = Repository::new();
    let annotation = "::warning file=spec/tenovos-webhooks.yaml,line=5,col=3,endLine=5,endColumn=14,title=W0703::";
    repository.run("--message-format github").exits(0).shows(annotation).tells("1 webhook, ");
    let run = repository.run("--emit tree --message-format github").exits(0);
    assert!(serde_json::from_str::<Value>(&run.stdout).is_ok());
}

#[test]
fn warnings_are_denied() {
    let repository = Repository::new();
    repository
        .run("--deny warnings")
        .exits(1)
        .tells("error[W0703]: ")
        .tells("= note: `--deny warnings` makes this warning an error")
        .tells("failed: 2 errors, no warnings");
    assert!(!repository.path("generated").exists());

    let levels = |levels: &str| repository.write("spec/codegen.toml", &format!("{CONFIG}[diagnostics]\n{levels}\n"));
    levels("W0703 = \"allow\"\nW0707 = \"warn\"");
    repository.run("--deny warnings").exits(0).tells("1 warning");
    levels("W0703 = \"deny\"");
    repository.run("--check").exits(1).tells("error[W0703]: ").tells("spec/codegen.toml:6:1").tells("denied here");
    levels("W0601 = \"allow\"");
    repository.run("").exits(0).tells("warning[W0704]: `W0601` is allowed and does not occur");
}

#[test]
fn overlays_are_applied() {
    let repository = Repository::new();
    let before = repository.files(".");
    repository.task(".", "overlay").exits(0).shows("info:\n  title: All parcels\n").tells("no warnings");
    let theirs = "overlay --spec elsewhere/spec.yaml --overlay spec/overlay.yaml";
    let run = repository.task(".", &format!("{theirs} --format json")).exits(0);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["info"]["title"], "All parcels");
    assert_eq!(repository.files("."), before);

    repository.write("spec/overlay.yaml", &OVERLAY.replace("$.info", "$.inof"));
    repository.task(".", "overlay").exits(0).tells("did you mean `info`?").tells("1 warning");
    let denied = repository.task(".", "overlay --deny warnings --message-format json").exits(1);
    assert!(denied.stdout.is_empty() && denied.stderr.contains("\"severity\":\"error\""), "{denied:#?}");
    repository.task(".", "overlay --overlay spec/overlay.yaml").exits(2).tells("--spec <FILE>");
}

#[test]
fn codes_are_explained() {
    let repository = Repository::new();
    repository.task(".", "explain E0301").exits(0).shows("E0301: A `$ref` leads nowhere.");
    repository.task(".", "explain w0703").exits(0).shows("W0703: ");
    repository.task(".", "explain").exits(0).shows("E0101  A file cannot be read.");
    repository.task(".", "explain E0310").exits(1).tells("there is no code `E0310`; did you mean `E0303`?");
    repository.task(".", "explain help").exits(1).tells("lists all codes");
}
