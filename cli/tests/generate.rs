//! `cargo webhooks generate`, as it is run.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;
use std::ops::Deref;
use std::path::Path;

use serde_json::Value;
use support::{CONFIG, Folder, OVERLAY, Run, SPEC};

/// The workspace, which lists its configuration.
const WORKSPACE: &str = "[workspace]\nmembers = [\"generated\", \"generator\", \"receiver\"]\n\
                         [workspace.metadata.webhooks]\nconfigs = [\"spec/codegen.toml\"]\n";

/// The files of the crate in `generated/`.
const FILES: &str = "spec = \"tenovos-webhooks.yaml\"\noverlays = [\"overlay.yaml\"]\nout = \"../generated\"\n\
                     receiver = \"../receiver\"\nbuild-script = \"../build.rs\"\n";

/// A folder that looks like this repository, as far as the command looks.
struct Repository(Folder);

impl Repository {
    fn new() -> Self {
        let repository = Self(Folder::new());
        repository.write("Cargo.toml", WORKSPACE);
        repository.write("receiver/Cargo.toml", "[package]\nname = \"webhook-receiver\"\n");
        repository.write("generator/Cargo.toml", "[package]\nname = \"webhook-generator\"\n");
        repository.write("spec/tenovos-webhooks.yaml", SPEC);
        repository.write("spec/overlay.yaml", OVERLAY);
        repository.configure(CONFIG);
        repository.write("elsewhere/spec.yaml", SPEC);
        repository.write("elsewhere/codegen.toml", CONFIG);
        repository
    }

    /// Writes the configuration of `generated/`: its files and these lines.
    fn configure(&self, lines: &str) {
        self.write("spec/codegen.toml", &format!("{FILES}{lines}"));
    }

    fn run(&self, arguments: &str) -> Run {
        self.run_in(".", arguments)
    }

    fn run_in(&self, folder: &str, arguments: &str) -> Run {
        self.webhooks(folder, &format!("generate {arguments}"))
    }
}

impl Deref for Repository {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.0
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let repository = Repository::new();
    let before = repository.files(".");
    for (arguments, message) in [
        ("--spec elsewhere/spec.yaml", "`--out` is required without `--config`"),
        ("--overlay a.yaml", "--spec <FILE>"),
        ("--out out", "--spec <FILE>"),
        ("--crate-name a", "--spec <FILE>"),
        ("--receiver 1.0", "--spec <FILE>"),
        ("--spec a --out b --crate-name Fn", "is not a package name"),
        ("--spec a --out b --receiver git@example.com:a", "ssh://"),
        ("--spec a --out b --receiver nowhere", "`nowhere` has no `Cargo.toml`"),
        ("--check --dry-run", "cannot be used with"),
        ("--check --emit ir", "cannot be used with"),
        ("--dry-run --emit ir", "cannot be used with"),
        ("--emit tokens", "possible values"),
        ("--message-format xml", "possible values"),
        ("--deny errors", "possible values"),
        ("--unknown", "unexpected argument"),
        ("positional", "unexpected argument"),
    ] {
        repository.run(arguments).exits(2).reports(message).reports("try '--help'");
    }
    assert_eq!(repository.files("."), before);
    repository.run("--help").exits(0).shows("--receiver <PATH|GIT|VERSION>");
}

#[test]
fn our_crate_is_kept_up_to_date() {
    let repository = Repository::new();
    repository.run("--check").exits(1).shows("missing: generated/Cargo.toml").reports("`generated` is stale");
    repository.run("--dry-run").exits(0).shows("create generated/src/lib.rs").reports("would change:");
    assert!(!repository.path("generated").exists());

    repository.run("").exits(0).reports("1 webhook, ").reports(", 0 removed, 0 unchanged (");
    repository.run("--check").exits(0).reports("is up to date");
    repository
        .run("--verbose")
        .exits(0)
        .reports("`generated`: no files written")
        .reports("keep   generated/src/lib.rs")
        .reports("ms");

    let written = repository.files("generated");
    let inputs = &written[Path::new(".codegen-inputs")];
    for input in ["../spec/codegen.toml", "../spec/overlay.yaml", "../spec/tenovos-webhooks.yaml"] {
        assert!(inputs.lines().any(|line| line.ends_with(&format!("  {input}"))), "{input} is not in {inputs}");
    }

    repository.write("generated/src/lib.rs", "edited\n");
    repository.run("--check").exits(1).shows("-edited\n").reports("stale in 1 file;");
    assert_eq!(repository.files("generated")[Path::new("src/lib.rs")], "edited\n");
    repository.run("").exits(0).reports("1 file written");
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
fn any_description_becomes_a_crate() {
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
        ("--crate-name parcel-webhooks", "name = \"parcel-webhooks\""),
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

    repository.configure("crate-nam = \"a\"\n");
    repository
        .run("")
        .exits(1)
        .reports("spec/codegen.toml:6:1")
        .reports("unknown key `crate-nam`")
        .reports("`spec/codegen.toml` failed: 1 error");
    repository.configure(CONFIG);
    repository.write("spec/tenovos-webhooks.yaml", "openapi: [");
    repository.run("").exits(1).reports("spec/tenovos-webhooks.yaml");
    repository.run("--check").exits(1);
    fs::remove_file(repository.path("spec/tenovos-webhooks.yaml")).unwrap();
    repository.run("").exits(1).reports("spec/tenovos-webhooks.yaml");
    assert_eq!(repository.files("generated"), before);

    repository.write("out/Cargo.toml", "theirs");
    let foreign = repository.run("--spec elsewhere/spec.yaml --out out").exits(1);
    foreign.reports("E0502").reports("`out/Cargo.toml`");
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
    repository.run("--spec nowhere.yaml --out out -v").exits(1).reports("tree failed after ");
    repository.run("--spec nowhere.yaml --emit ir").exits(1).reports("nowhere.yaml");
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

    repository.configure("crate-nam = \"a\"\n");
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
    repository.run("--message-format github").exits(0).shows(annotation).reports("1 webhook, ");
    let run = repository.run("--emit tree --message-format github").exits(0);
    assert!(serde_json::from_str::<Value>(&run.stdout).is_ok());
}

#[test]
fn wrong_paths_are_located_where_they_are_written() {
    let repository = Repository::new();
    for (right, wrong, help) in [
        (
            "spec = \"tenovos-webhooks.yaml\"",
            "spec = \"tenovos-webhook.yaml\"",
            "did you mean `tenovos-webhooks.yaml`?",
        ),
        ("overlays = [\"overlay.yaml\"]", "overlays = [\"overlays.yaml\"]", "did you mean `overlay.yaml`?"),
        ("receiver = \"../receiver\"", "receiver = \"../receivers\"", "has no `Cargo.toml`"),
    ] {
        repository.write("spec/codegen.toml", &FILES.replace(right, wrong));
        repository
            .run("")
            .exits(1)
            .reports("error[E0401]: ")
            .reports("--> spec/codegen.toml:")
            .reports(wrong)
            .reports(help);
    }
}

#[test]
fn findings_of_one_cause_are_one_message() {
    let repository = Repository::new();
    let webhook = |number: usize| {
        let schema = format!("{{properties: {{type: {{const: parcel.sent{number}}}}}}}");
        format!(
            "  parcel.sent{number}: {{post: {{requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}}}}}\n"
        )
    };
    let webhooks: String = (0..5).map(webhook).collect();
    repository
        .write("many.yaml", &format!("openapi: 3.1.0\ninfo: {{title: Many, version: '1'}}\nwebhooks:\n{webhooks}"));
    let grouped =
        repository.run("--spec many.yaml --emit ir").exits(0).reports("there are 2 more like this; `-v` shows each");
    assert_eq!(grouped.stderr.matches("note[W0707]").count(), 1, "{}", grouped.stderr);
    grouped.reports("    5 W0707 A webhook has no example");
    let each = repository.run("--spec many.yaml --emit ir -v").exits(0);
    assert_eq!(each.stderr.matches("note[W0707]").count(), 5, "{}", each.stderr);
}

#[test]
fn warnings_are_denied() {
    let repository = Repository::new();
    repository
        .run("--deny warnings")
        .exits(1)
        .reports("error[W0703]: ")
        .reports("= note: `--deny warnings` makes this warning an error")
        .reports("`spec/codegen.toml` failed: 1 error, no warnings");
    assert!(!repository.path("generated").exists());

    let levels = |levels: &str| repository.configure(&format!("{CONFIG}[diagnostics]\n{levels}\n"));
    // A made-up example is a note.
    levels("W0703 = \"allow\"");
    repository.run("--deny warnings").exits(0).reports("note[W0707]: ").reports("no warnings");
    levels("W0703 = \"deny\"");
    repository
        .run("--check")
        .exits(1)
        .reports("error[W0703]: ")
        .reports("spec/codegen.toml:11:1")
        .reports("denied here");
    levels("W0601 = \"allow\"");
    repository.run("").exits(0).reports("warning[W0704]: `W0601` is allowed but does not occur");
}

#[test]
fn degraded_places_are_counted() {
    let repository = Repository::new();
    let spec = SPEC.replacen("type: string", "type: strin", 1);
    assert_ne!(spec, SPEC);
    repository.write("spec/tenovos-webhooks.yaml", &spec);
    repository.run("").exits(0).reports("warning[W0610]: ").reports(" warnings, 1 degraded place\n");
    repository.run("--deny warnings").exits(1).reports("error[W0610]: ");
}

#[test]
fn overlays_are_applied() {
    let repository = Repository::new();
    let before = repository.files(".");
    repository.webhooks(".", "overlay").exits(0).shows("info:\n  title: All parcels\n").reports("no warnings");
    let theirs = "overlay --spec elsewhere/spec.yaml --overlay spec/overlay.yaml";
    let run = repository.webhooks(".", &format!("{theirs} --format json")).exits(0);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["info"]["title"], "All parcels");
    assert_eq!(repository.files("."), before);

    repository.write("spec/overlay.yaml", &OVERLAY.replace("$.info", "$.inof"));
    repository.webhooks(".", "overlay").exits(0).reports("did you mean `info`?").reports("1 warning");
    let denied = repository.webhooks(".", "overlay --deny warnings --message-format json").exits(1);
    assert!(denied.stdout.is_empty() && denied.stderr.contains("\"severity\":\"error\""), "{denied:#?}");
    repository.webhooks(".", "overlay --limit nodes=5").exits(1).reports("error[E0104]");
    repository.webhooks(".", "overlay --overlay spec/overlay.yaml").exits(2).reports("--spec <FILE>");
}

#[test]
fn codes_are_explained() {
    let repository = Repository::new();
    repository.webhooks(".", "explain E0301").exits(0).shows("E0301: A `$ref` cannot be resolved.");
    repository.webhooks(".", "explain w0703").exits(0).shows("W0703: ");
    repository.webhooks(".", "explain").exits(0).shows("E0101  A file cannot be read.");
    repository.webhooks(".", "explain E0310").exits(1).reports("unknown code `E0310`; did you mean `E0303`?");
    repository.webhooks(".", "explain help").exits(1).reports("lists all codes");
}

#[test]
fn a_root_allows_references_to_a_folder_beside_that_of_the_description() {
    let repository = Repository::new();
    repository.write("common/user.yaml", "type: object\nproperties: {login: {type: string}}\n");
    let spec = "openapi: 3.1.0\ninfo: {title: Acme, version: '1'}\nwebhooks:\n  a.b:\n    post:\n      requestBody:\n        \
                content:\n          application/json:\n            schema:\n              type: object\n              \
                properties: {type: {const: a.b}, user: {$ref: ../common/user.yaml}}\n";
    repository.write("acme/spec.yaml", spec);
    let config = "spec = \"spec.yaml\"\nout = \"../out\"\nreceiver = \"../receiver\"\n";
    let generate = |lines: &str, options: &str| {
        repository.write("acme/codegen.toml", &format!("{config}{lines}"));
        repository.run(&format!("--config acme/codegen.toml {options}"))
    };
    generate("", "").exits(1).reports("the reference leaves the folder").reports("set `root`");
    generate("root = \"..\"\n", "").exits(0);
    assert!(repository.read("out/src/a.rs").contains("Source: `../common/user.yaml#`"));
    generate("", "--root . --check").exits(0);
    generate("root = \"nowhere\"\n", "").exits(1).reports("acme/codegen.toml:4:8").reports("does not exist");
    generate("root = \"../common\"\n", "").exits(1).reports("`common` does not contain `acme/spec.yaml`");
}
