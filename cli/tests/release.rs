//! `cargo webhooks release`

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;

use support::{CONFIG, Folder, SPEC};

/// A folder with the configuration of a crate that was not released yet.
fn acme() -> Folder {
    let folder = Folder::new();
    folder.write("acme/spec.yaml", SPEC);
    folder.write("acme/codegen.toml", &config("spec.yaml", "crate"));
    folder
}

fn config(spec: &str, out: &str) -> String {
    format!("# Ours.\nspec = \"{spec}\"\nout = \"{out}\"   # beside it\nreceiver = \"0.1\"\n{CONFIG}")
}

/// The description with an optional member more, or another type.
fn added() -> String {
    format!("{SPEC}        note: {{ type: string }}\n")
}

fn retyped() -> String {
    SPEC.replace("weight: { type: integer }", "weight: { type: string }")
}

#[test]
fn a_crate_is_released_step_by_step() {
    let folder = acme();
    folder.webhooks("acme", "generate").exits(0);
    assert!(folder.read("acme/crate/CHANGELOG.md").contains("\n## Unreleased\n\nThe first version: 1 event type.\n"));
    assert!(!folder.path("acme/released.json").exists());

    let run = folder.webhooks("acme", "release --date 2026-01-31").exits(0);
    let run = run.reports("release 0.1.0: the first\n").reports("`crate`: 5 files written");
    run.reports(
        "\nnext: commit `names.lock`, `released.md`, `codegen.toml`, `released.json` and the folder `crate`, with the description\n",
    );
    let stated = config("spec.yaml", "crate").replace("\nvendor", "\ncrate-version = \"0.1.0\"\nvendor");
    assert_eq!(folder.read("acme/codegen.toml"), stated, "every other byte stays");
    assert_eq!(folder.read("acme/released.json"), folder.read("acme/crate/catalogue.json"));
    folder.webhooks("acme", "generate --check").exits(0);

    // Again: nothing.
    let before = folder.files(".");
    let nothing = "nothing to release: nothing that users of the crate see has changed since 0.1.0, the last release";
    folder.webhooks("acme", "release").exits(0).reports(nothing).reports("`crate`: no files written");
    folder.webhooks("acme", "release --version 0.1.0").exits(0).reports(nothing);
    assert_eq!(folder.files("."), before);

    // Comments only differ in the description: nothing for users.
    folder.write("acme/spec.yaml", &format!("# The same.\n{SPEC}"));
    folder.webhooks("acme", "release").exits(0).reports(nothing);

    folder.write("acme/spec.yaml", &added());
    folder.webhooks("acme", "generate").exits(0);
    assert!(
        folder
            .read("acme/crate/CHANGELOG.md")
            .contains("\n## Unreleased\n\n### Added and changed\n\n- `parcel.sent/note`: ")
    );
    folder
        .webhooks("acme", "diff released.json codegen.toml")
        .exits(0)
        .shows("1 change from released.json (0.1.0) to codegen.toml");
    let run = folder.webhooks("acme", "release --date 2026-02-28").exits(0);
    run.reports("release 0.1.1: 1 change since 0.1.0, the last release; minor (silent)\ndeploy: in any order");
    assert_eq!(folder.read("acme/codegen.toml"), stated.replace("0.1.0", "0.1.1"));
    assert!(folder.read("acme/crate/Cargo.toml").contains("\nversion = \"0.1.1\"\n"));

    // A section that a person has edited stays.
    let edited = folder.read("acme/released.md").replace("The first version", "The very first version");
    folder.write("acme/released.md", &edited);
    folder.webhooks("acme", "generate --check").exits(1).shows("+The very first version: 1 event type.");
    folder.write("acme/spec.yaml", &retyped());
    let run = folder.webhooks("acme", "release --date 2026-03-31 --message-format json").exits(0);
    let summary: serde_json::Value = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["release"]["version"], "0.2.0");
    assert_eq!(summary["summary"]["release"]["step"], "major");
    assert_eq!(summary["summary"]["renewed"][3]["path"], "released.json");
    let changelog = folder.read("acme/crate/CHANGELOG.md");
    assert!(
        changelog.ends_with(&format!("\n{edited}")) && changelog.contains("\n## 0.2.0 - 2026-03-31\n"),
        "{changelog}"
    );
}

#[test]
fn a_dry_run_and_refused_releases_write_nothing() {
    let folder = acme();
    folder.webhooks("acme", "release --date 2026-01-31").exits(0);
    folder.write("acme/spec.yaml", &retyped());
    let before = folder.files(".");
    let run = folder.webhooks("acme", "release --date 2026-02-28 --dry-run").exits(0);
    let run = run
        .shows("## 0.2.0 - 2026-02-28\n\nDeployment: ")
        .shows("change released.json\n")
        .shows("change codegen.toml\n");
    run.reports("release 0.2.0: 1 change since 0.1.0, the last release; major (source, now, replay)")
        .reports("`crate` would change: ");

    let run = folder.webhooks("acme", "release --version 0.1.9").exits(1);
    run.reports("error[E0804]: the version `0.1.9` is too small").reports("release `0.2.0` or a later version");
    folder.webhooks("acme", "release --version 1").exits(2).reports("is not a version: write three numbers");
    let run = folder.webhooks("acme", "release --date yesterday").exits(2);
    run.reports(
        "invalid value 'yesterday' for '--date <DATE>': not a date: write year, month and day, such as 2026-11-29",
    );
    folder.webhooks("acme", "release --config other.toml").exits(1).reports("error[E0101]");
    assert_eq!(folder.files("."), before);

    // Errors of the description, of the record, and of the folder of the crate.
    for (path, text, message) in [
        ("acme/spec.yaml", "openapi: [", "error[E0102]"),
        ("acme/released.json", "{\"format\": 1}", "error[E0803]"),
        ("acme/crate/.codegen-files", "# package: other\n", "error[E0502]"),
    ] {
        let old = folder.read(path);
        folder.write(path, text);
        let damaged = folder.files(".");
        folder.webhooks("acme", "release").exits(1).reports(message);
        assert_eq!(folder.files("."), damaged);
        folder.write(path, &old);
    }
    // A person decides what is more than enough.
    folder.webhooks("acme", "release --version 1.0.0").exits(0).reports("release 1.0.0: ");
}

#[test]
fn crates_of_one_folder_have_their_own_releases() {
    let folder = Folder::new();
    let list = "[workspace]\n[workspace.metadata.webhooks]\nconfigs = [\"acme.toml\", \"globex.toml\"]\n";
    folder.write("Cargo.toml", list);
    for vendor in ["acme", "globex"] {
        folder.write(&format!("{vendor}.yaml"), SPEC);
        let config = config(&format!("{vendor}.yaml"), &format!("{vendor}-webhooks"));
        folder.write(&format!("{vendor}.toml"), &config.replace("receiver", "guard = true\nreceiver"));
    }
    folder
        .webhooks(".", "release --version 1.0.0")
        .exits(2)
        .reports("`--version` is that of one crate: use `--config`");
    folder.webhooks(".", "release --date 2026-01-31").exits(0);
    folder.write("acme.yaml", &retyped());
    let run = folder.webhooks(".", "release --date 2026-02-28").exits(0);
    run.reports("release 0.2.0: ").reports("nothing to release: ");
    assert_eq!(folder.read("acme.released.md").matches("## ").count(), 3);
    assert_eq!(folder.read("globex.released.md"), "## 0.1.0 - 2026-01-31\n\nThe first version: 1 event type.\n");
    assert!(folder.read("acme.released.json").contains("\"version\": \"0.2.0\""));
    folder.webhooks(".", "diff globex.released.json acme.released.json").exits(0).shows("error[integer-to-string]");
    folder.webhooks(".", "generate --check").exits(0);
    // The guard knows them: in a build, an edit of one makes the crate stale.
    let inputs = folder.read("acme-webhooks/.codegen-inputs");
    for file in ["acme.released.json", "acme.released.md", "acme.names.lock", "acme.toml"] {
        assert!(inputs.lines().any(|line| line.ends_with(&format!("  ../{file}"))), "{file} is not in {inputs}");
    }
}

#[test]
fn what_is_lost_is_restored() {
    let folder = acme();
    folder.webhooks("acme", "release").exits(0);
    folder.write("acme/spec.yaml", &added());
    folder.webhooks("acme", "generate").exits(0);
    let files = folder.files(".");
    fs::remove_dir_all(folder.path("acme/crate")).unwrap();
    folder.webhooks("acme", "generate").exits(0);
    assert_eq!(folder.files("."), files);
    // The sections without the record are a mistake, and not a first release.
    fs::remove_file(folder.path("acme/released.json")).unwrap();
    folder.webhooks("acme", "release").exits(1).reports("error[E0803]: `released.json` is missing");
    // Another description with the same settings was not released.
    folder.write("other.yaml", SPEC);
    folder.webhooks("acme", "generate --spec ../other.yaml --config codegen.toml --out ../other").exits(0);
    assert!(folder.read("other/CHANGELOG.md").contains("## Unreleased\n\nThe first version"));
}
