//! `codegen.toml` as a project file, and the workspace that lists several.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;

use serde_json::Value;
use support::{CONFIG, Folder, OVERLAY, SPEC};

/// Everything that the command needs.
const FILES: &str = "spec = \"api/openapi.yaml\"\noverlays = [\"../overlay.yaml\"]\nout = \"../crates/acme\"\n\
                     receiver = \"../../receiver\"\n";

const WORKSPACE: &str = "[workspace]\nmembers = [\"crates/*\"]\n[workspace.metadata.webhooks]\n\
                         configs = [\"vendors/acme/codegen.toml\", \"vendors/globex/codegen.toml\"]\n";

/// A folder with the project `vendors/acme/codegen.toml`.
fn acme() -> Folder {
    let folder = Folder::new();
    folder.write("vendors/acme/codegen.toml", &format!("{}{CONFIG}", FILES.replace("../crates", "../../crates")));
    folder.write("vendors/acme/api/openapi.yaml", SPEC);
    folder.write("vendors/overlay.yaml", OVERLAY);
    folder.write("receiver/Cargo.toml", "");
    folder
}

/// The same with a second vendor, in a workspace that lists both.
fn vendors() -> Folder {
    let folder = acme();
    folder.write("Cargo.toml", WORKSPACE);
    folder.write("vendors/globex/openapi.yaml", SPEC);
    folder.write(
        "vendors/globex/codegen.toml",
        "spec = \"openapi.yaml\"\nout = \"../../globex-webhooks\"\nreceiver = \"0.1\"\n[event-type]\npointer = \"/eventType\"\n",
    );
    folder
}

#[test]
fn a_project_file_is_the_whole_command() {
    let folder = acme();
    folder.webhooks(".", "generate --config vendors/acme/codegen.toml").exits(0).reports("`crates/acme`: ");
    let written = folder.files("crates/acme");
    let manifest = folder.read("crates/acme/Cargo.toml");
    for part in ["name = \"parcel-webhooks\"", "path = \"../../receiver\"", "[workspace]"] {
        assert!(manifest.contains(part), "{part} is not in {manifest}");
    }
    assert!(folder.read("crates/acme/src/lib.rs").contains("All parcels"), "the overlay was applied");

    // Paths are relative to the file, wherever the command runs.
    for (from, config) in [("vendors/acme", "codegen.toml"), ("receiver", "../vendors/acme/codegen.toml")] {
        folder.webhooks(from, &format!("generate --check --config {config}")).exits(0);
    }
    let config = folder.path("vendors/acme/codegen.toml");
    folder.webhooks("receiver", &format!("generate --check --config {}", config.display())).exits(0);
    assert_eq!(folder.files("crates/acme"), written);

    // It is the default in its own folder.
    folder.webhooks("vendors/acme", "generate --check").exits(0);

    let overlay = folder.webhooks("vendors", "overlay --config acme/codegen.toml").exits(0);
    overlay.shows("title: All parcels");
    // Only a build script needs the record of the input files.
    assert!(!folder.path("crates/acme/.codegen-inputs").exists());
}

#[test]
fn options_win() {
    let folder = acme();
    folder.write("other.yaml", &SPEC.replace("parcel.sent", "parcel.lost"));
    folder.write("other-overlay.yaml", &OVERLAY.replace("All parcels", "Lost parcels"));
    folder
        .webhooks(
            "vendors",
            "generate --config acme/codegen.toml --spec ../other.yaml --overlay ../other-overlay.yaml --out out \
             --crate-name lost-parcels --receiver 0.1",
        )
        .exits(0);
    assert!(!folder.path("crates").exists());
    let manifest = folder.read("vendors/out/Cargo.toml");
    assert!(manifest.contains("name = \"lost-parcels\"") && manifest.contains("version = \"0.1\""), "{manifest}");
    let library = folder.read("vendors/out/src/lib.rs");
    assert!(library.contains("Lost parcels") && !library.contains("All parcels"), "{library}");
    assert!(folder.read("vendors/out/src/event_type.rs").contains("parcel.lost"));
}

#[test]
fn missing_keys_are_located() {
    let folder = acme();
    for (key, message) in [("spec", "`spec` is not set"), ("out", "`out` is not set")] {
        let lines: Vec<_> = FILES.lines().filter(|line| !line.starts_with(key)).collect();
        folder.write("vendors/acme/codegen.toml", &lines.join("\n"));
        folder
            .webhooks(".", "generate --config vendors/acme/codegen.toml")
            .exits(1)
            .reports(&format!("error[E0401]: {message}\n--> vendors/acme/codegen.toml\n"))
            .reports(&format!("use `--{key}`, or add a line such as:"))
            .reports("`vendors/acme/codegen.toml` failed: 1 error");
    }
    folder.write("vendors/acme/codegen.toml", &FILES.replace("../../receiver", "../receiver"));
    folder
        .webhooks(".", "generate --config vendors/acme/codegen.toml")
        .exits(1)
        .reports("`vendors/receiver` has no `Cargo.toml`")
        .reports("vendors/acme/codegen.toml:4:12");
    folder.webhooks(".", "generate --config nowhere.toml").exits(1).reports("error[E0101]");
}

#[test]
fn a_receiver_is_required_outside_a_clone() {
    let folder = acme();
    let without: Vec<_> = FILES.lines().filter(|line| !line.starts_with("receiver")).collect();
    folder.write("vendors/acme/codegen.toml", &format!("{}\n{CONFIG}", without.join("\n")));
    let generate = "generate --config vendors/acme/codegen.toml";
    folder
        .webhooks(".", generate)
        .exits(1)
        .reports("error[E0402]: `receiver` is not set\n--> vendors/acme/codegen.toml")
        .reports("receiver = \"../receiver\"");
    folder.webhooks(".", "generate --spec vendors/acme/api/openapi.yaml --out out").exits(1).reports("error[E0402]");
    assert!(!folder.path("out").exists());
    // Stages do not need it.
    folder.webhooks(".", &format!("{generate} --emit names")).exits(0);
    // A folder with the right name is not enough.
    folder.write("receiver/Cargo.toml", "[package]\nname = \"webhook-receiver\"\n");
    folder.webhooks(".", generate).exits(1).reports("error[E0402]");
    folder.write("generator/Cargo.toml", "[package]\nname = \"webhook-generator\"\n");
    folder.write("Cargo.toml", "[workspace]\nmembers = [\"generator\"]\n");
    folder.webhooks(".", generate).exits(1).reports("error[E0402]");
    // In a clone, its own receiver is the default.
    folder.write("Cargo.toml", "[workspace]\nmembers = [\"generator\", \"receiver\"]\n");
    folder.write("vendors/Cargo.toml", "[workspace]\n");
    folder.webhooks("vendors", "generate --config acme/codegen.toml").exits(1).reports("error[E0402]");
    fs::remove_file(folder.path("vendors/Cargo.toml")).unwrap();
    folder
        .webhooks("vendors", "generate --config acme/codegen.toml")
        .exits(0)
        .reports("`receiver` is not set: using `../receiver`,");
    assert!(folder.read("vendors/crates/acme/Cargo.toml").contains("path = \"../../../receiver\""));
}

#[test]
fn a_workspace_lists_all_vendors() {
    let folder = vendors();
    folder
        .webhooks(".", "generate --check")
        .exits(1)
        .reports("2 of 2 failed: `vendors/acme/codegen.toml`, `vendors/globex");
    folder
        .webhooks("vendors/acme", "generate")
        .exits(0)
        .reports("`../../crates/acme`: ")
        .reports("`../../globex-webhooks`: ");
    folder.webhooks(".", "generate --check").exits(0);
    // A member has no workspace of its own; the name is that of the folder.
    assert!(!folder.read("crates/acme/Cargo.toml").contains("[workspace]"));
    let globex = folder.read("globex-webhooks/Cargo.toml");
    assert!(globex.contains("[workspace]") && globex.contains("name = \"globex-webhooks\""), "{globex}");

    // The failure of one does not stop the other.
    folder.write("vendors/acme/codegen.toml", "spec = 1\n");
    fs::remove_dir_all(folder.path("globex-webhooks")).unwrap();
    folder
        .webhooks(".", "generate")
        .exits(1)
        .reports("error[E0401]")
        .reports("`globex-webhooks`: ")
        .reports("1 of 2 failed: `vendors/acme/codegen.toml`\n");
    assert!(folder.path("globex-webhooks/src/lib.rs").exists());
    folder.webhooks(".", "generate --check").exits(1).reports("`globex-webhooks` is up to date");
    folder.webhooks(".", "generate --check --config vendors/globex/codegen.toml").exits(0);

    let json = folder.webhooks(".", "generate --check --message-format json").exits(1);
    assert_eq!(json.stderr, "");
    let summaries: Vec<Value> = json
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["summary"].take())
        .filter(Value::is_object)
        .collect();
    let ends: Vec<_> = summaries.iter().map(|summary| (summary["name"].as_str(), summary["end"].as_str())).collect();
    assert_eq!(
        ends,
        [(Some("vendors/acme/codegen.toml"), Some("failed")), (Some("vendors/globex/codegen.toml"), Some("fresh"))]
    );

    for (arguments, message) in [
        ("generate --emit ir", "only one crate can be shown"),
        ("overlay", "use `--config` with one of `vendors/acme/codegen.toml`, `vendors/globex"),
        ("generate --out out", "--config <FILE>"),
    ] {
        folder.webhooks(".", arguments).exits(2).reports(message);
    }
}

#[test]
fn crates_do_not_overwrite_each_other() {
    let folder = vendors();
    let globex = folder.read("vendors/globex/codegen.toml");
    folder
        .write("vendors/globex/codegen.toml", &globex.replace("../../globex-webhooks", "../../crates/../crates/acme"));
    folder
        .webhooks(".", "generate")
        .exits(2)
        .reports("`vendors/acme/codegen.toml` and `vendors/globex/codegen.toml` have the same `out`: `crates/acme`");
    assert!(!folder.path("crates").exists());

    folder.webhooks(".", "generate --config vendors/acme/codegen.toml").exits(0);
    let written = folder.files("crates/acme");
    folder
        .webhooks(".", "generate --config vendors/globex/codegen.toml")
        .exits(1)
        .reports("error[E0502]: `crates/acme` has the generated crate `parcel-webhooks`; not overwritten with `acme`");
    assert_eq!(folder.files("crates/acme"), written);
}

#[test]
fn without_a_list_there_is_nothing_to_do() {
    let folder = acme();
    folder.webhooks(".", "generate").exits(2).reports("[workspace.metadata.webhooks]\nconfigs = ");
    folder.write("Cargo.toml", "[workspace]\n");
    folder.webhooks(".", "generate").exits(2).reports("[workspace.metadata.webhooks]\nconfigs = ");
    folder.write("Cargo.toml", "[workspace\n");
    folder.webhooks(".", "generate").exits(2).reports("`Cargo.toml` is not valid");
}

#[test]
fn only_the_workspace_and_the_command_line_set_limits() {
    let folder = vendors();
    let limits = |nodes: u32| {
        folder.write(
            "Cargo.toml",
            &format!(
                "{WORKSPACE}[workspace.metadata.webhooks.limits.\"vendors/acme/codegen.toml\"]\nnodes = {nodes}\n"
            ),
        );
    };
    limits(5);
    // Also where the configuration is named, and from another folder.
    let acme = "generate --config acme/codegen.toml";
    folder.webhooks("vendors", acme).exits(1).reports("error[E0104]");
    folder.webhooks(".", "generate").exits(1).reports("`globex-webhooks`: ").reports("1 of 2 failed");
    folder.webhooks("vendors", &format!("{acme} --limit nodes=1000")).exits(0);
    limits(1000);
    folder.webhooks("vendors", acme).exits(0);
    folder.webhooks("vendors", &format!("{acme} --limit nodes=5")).exits(1).reports("error[E0104]");

    folder.write("vendors/globex/codegen.toml", "[limits]\nnodes = 1000\n");
    folder.webhooks(".", "generate --config vendors/globex/codegen.toml").exits(1).reports("unknown key `limits`");
}

#[test]
fn names_are_recorded_beside_the_configuration() {
    let folder = acme();
    let lock = "vendors/acme/names.lock";
    let generate = "generate --config vendors/acme/codegen.toml";
    folder.webhooks(".", &format!("{generate} --dry-run")).exits(0).shows("create vendors/acme/names.lock");
    assert!(!folder.path(lock).exists());
    folder.webhooks(".", generate).exits(0);
    let recorded = folder.read(lock);
    assert!(recorded.contains("event ParcelSent = \"parcel.sent\"\n"), "{recorded}");
    folder.webhooks(".", &format!("{generate} --check")).exits(0);

    // A recorded name is given again.
    folder.write(lock, &recorded.replace("ParcelSent", "SentParcel"));
    folder.webhooks(".", &format!("{generate} --check")).exits(1);
    folder.webhooks(".", generate).exits(0);
    assert!(folder.read("crates/acme/src/event_type.rs").contains("SentParcel"));

    // What is gone keeps its name until it is forgotten.
    let gone = "event ParcelLost = \"parcel.lost\"\n";
    folder.write(lock, &format!("{gone}{}", folder.read(lock)));
    folder.webhooks(".", generate).exits(0);
    assert!(folder.read(lock).contains(gone));
    folder.webhooks(".", &format!("{generate} --prune-names")).exits(0);
    assert!(!folder.read(lock).contains(gone));

    // Without the record, the crate is that of a first run, and the check reports that it is missing.
    fs::remove_file(folder.path(lock)).unwrap();
    folder.webhooks(".", &format!("{generate} --check")).exits(1).shows("ParcelSent");
    folder.webhooks(".", generate).exits(0);
    assert_eq!(folder.read(lock), recorded);

    // Another description has names of its own.
    folder.write("other.yaml", SPEC);
    folder.webhooks(".", &format!("{generate} --spec other.yaml --out other")).exits(0);
    assert_eq!(folder.read(lock), recorded);

    folder.write(lock, &format!("<<<<<<< ours\n{recorded}"));
    folder.webhooks(".", generate).exits(1).reports("error[E0802]").reports("vendors/acme/names.lock:1:1");
}
