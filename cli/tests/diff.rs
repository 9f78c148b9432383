//! `cargo webhooks diff`

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::process::Command;

use support::{CONFIG, Folder, Run, SPEC};

/// The settings with the files.
fn config() -> String {
    format!("spec = \"spec.yaml\"\nout = \"parcel-webhooks\"\n{CONFIG}")
}

fn git(folder: &Folder, arguments: &[&str]) {
    let settings = ["user.name=Test", "user.email=test@example.com", "commit.gpgsign=false", "init.defaultBranch=main"];
    let settings = settings.iter().flat_map(|setting| ["-c", setting]);
    let output = Command::new("git").current_dir(folder.path("")).args(settings).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A repository with the description in a folder, committed.
fn repository() -> Folder {
    let folder = Folder::new();
    folder.write("acme/spec.yaml", SPEC);
    folder.write("acme/codegen.toml", &config());
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "first"]);
    git(&folder, &["tag", "v1"]);
    folder
}

fn edited() -> String {
    SPEC.replace(
        "        weight: { type: integer }",
        "        weight: { type: string }\n        note: { type: string }",
    )
}

#[test]
fn the_working_tree_is_compared_with_head() {
    let folder = repository();
    let run = folder.webhooks("acme", "diff").exits(0);
    run.shows("no differences between HEAD and the working tree");

    folder.write("acme/spec.yaml", &edited());
    let run = folder.webhooks("acme", "diff").exits(0);
    let run = run.shows("error[integer-to-string]: the type of `weight` is `String` instead of `Integer`");
    let run = run
        .shows("--> spec.yaml:19:9")
        .shows("::: HEAD:acme/spec.yaml:19:9")
        .shows("source, now, replay; version: major");
    let run = run.shows("warning[member-added-optional]").shows("version: major (source, now, replay, silent)");
    run.shows("deploy: neither crate reads all deliveries of the other");
    // Nothing is left in the repository.
    let status = Command::new("git").current_dir(folder.path("")).args(["status", "--porcelain"]).output().unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), " M acme/spec.yaml\n");
}

#[test]
fn warnings_of_the_new_version_are_counted() {
    let folder = repository();
    folder.write("acme/codegen.toml", &format!("{}[signature]\nscheme = \"verifier\"\n", config()));
    assert_eq!(folder.webhooks("acme", "diff").exits(0).stderr, "");
    folder.write(
        "acme/spec.yaml",
        &SPEC.replace("weight: { type: integer }", "weight: { type: string, format: datetime }"),
    );
    let line = "1 warning in the new version: run `cargo webhooks generate`\n";
    assert_eq!(folder.webhooks("acme", "diff").exits(0).stderr, line);
    assert_eq!(folder.webhooks("acme", "diff --format json").exits(0).stderr, "");
}

#[test]
fn revisions_and_their_files_are_compared() {
    let folder = repository();
    folder.write("acme/spec.yaml", &edited());
    git(&folder, &["commit", "--quiet", "--all", "--message", "second"]);
    folder.webhooks("acme", "diff v1 HEAD").exits(0).shows("2 changes from v1 to HEAD");
    folder.webhooks("acme", "diff HEAD v1").exits(0).shows("member-removed-optional").shows("string-to-integer");
    folder.webhooks("acme", "diff v1").exits(0).shows("2 changes from v1 to the working tree");
    let run = folder.webhooks("", "diff v1:acme/spec.yaml acme/spec.yaml --config acme/codegen.toml").exits(0);
    run.shows("2 changes from v1 to acme/spec.yaml");
    folder.webhooks("acme", "diff v3").exits(2).reports("`v3` is not a file, and not a revision");
}

#[test]
fn files_folders_and_catalogues_are_compared() {
    let folder = Folder::new();
    folder.write("old/spec.yaml", SPEC);
    folder.write("old/codegen.toml", &config());
    folder.write("new/spec.yaml", &edited());
    folder.write("new/codegen.toml", &config());
    folder.webhooks("", "diff old new").exits(0).shows("2 changes from old/codegen.toml to new/codegen.toml");
    let run = folder.webhooks("", "diff old/spec.yaml new/spec.yaml").exits(0);
    run.shows("--> new/spec.yaml:19:9").shows("::: old/spec.yaml:19:9");

    let receiver = env!("CARGO_MANIFEST_DIR").replace("/cli", "/receiver");
    let generate = format!("generate --config old/codegen.toml --receiver {receiver}");
    folder.webhooks("", &generate).exits(0);
    let run = folder.webhooks("", "diff old/parcel-webhooks new").exits(0);
    let run = run.shows("2 changes from old/parcel-webhooks/catalogue.json (0.1.0) to new/codegen.toml");
    run.shows("before, in old/parcel-webhooks/catalogue.json (0.1.0): `#/components/schemas/parcel/properties/weight`");
    folder.webhooks("", "diff old/parcel-webhooks old").exits(0).shows("no differences");
    folder.write("old/parcel-webhooks/catalogue.json", "{}");
    folder.webhooks("", "diff old/parcel-webhooks new").exits(2).reports("missing field `format`");
}

#[test]
fn accepted_changes_pass() {
    let folder = repository();
    folder.write("acme/spec.yaml", &edited());
    folder.webhooks("acme", "diff --fail-on breaking").exits(3).shows("integer-to-string");
    folder.webhooks("acme", "diff --accept").exits(0);
    assert_eq!(
        folder.read("acme/accepted-changes.toml"),
        "# Changes that were accepted, by rule. Written by `cargo webhooks diff --accept`.\n\n\
         integer-to-string = [\"parcel.sent/weight\"]\nmember-added-optional = [\"parcel.sent/note\"]\n"
    );
    let run = folder
        .webhooks("acme", "diff --fail-on any")
        .exits(0)
        .shows("2 changes from HEAD to the working tree, 2 of them accepted");
    assert!(!run.stdout.contains("integer-to-string"), "{run:?}");
    folder.webhooks("acme", "diff --fail-on any -v").exits(0).shows("(accepted)");

    // Another change is not accepted, and one that is gone is reported.
    folder.write("acme/spec.yaml", &SPEC.replace("{ type: integer }", "{ type: boolean }"));
    let run = folder.webhooks("acme", "diff --fail-on breaking").exits(3).shows("integer-to-boolean");
    run.reports("accepted, but no longer a change").reports("integer-to-string parcel.sent/weight");
    folder.write("acme/spec.yaml", SPEC);
    folder.webhooks("acme", "diff --accept").exits(0);
    assert!(!folder.path("acme/accepted-changes.toml").exists());
}

#[test]
fn only_additions_fail_on_any() {
    let folder = repository();
    folder.write(
        "acme/spec.yaml",
        &SPEC.replace("{ type: integer }", "{ type: integer }\n        note: { type: string }"),
    );
    folder.webhooks("acme", "diff --fail-on breaking").exits(0).shows("member-added-optional");
    folder.webhooks("acme", "diff --fail-on any").exits(3);
    folder.write("acme/spec.yaml", &SPEC.replace("{ type: integer }", "{ type: integer, description: In grams. }"));
    folder.webhooks("acme", "diff --fail-on any").exits(0).shows("member-docs").shows("version: patch (docs)");
}

#[test]
fn a_version_with_errors_has_none() {
    let folder = repository();
    folder.write("acme/spec.yaml", "openapi: 3.1.0\n  info: [");
    folder.webhooks("acme", "diff").exits(1).reports("error[E0");
    folder.webhooks("acme", "diff old.yaml").exits(2).reports("`old.yaml` is not a file");
}

#[test]
fn an_argument_says_which_crate_is_compared() {
    let folder = repository();
    folder.write("other.yaml", SPEC);
    folder.write("other.toml", &config().replace("spec.yaml", "other.yaml").replace("out = \"", "out = \"other-"));
    let receiver = env!("CARGO_MANIFEST_DIR").replace("/cli", "/receiver");
    folder.write("other.toml", &format!("receiver = \"{receiver}\"\n{}", folder.read("other.toml")));
    folder.webhooks("", "release --config other.toml").exits(0);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "released"]);
    folder.write("other.yaml", &edited());
    // There is no `codegen.toml` in the working directory.
    folder.webhooks("", "diff other.toml").exits(0).shows("2 changes from HEAD to the working tree");
    let run = folder.webhooks("", "diff other.released.json").exits(0);
    run.shows("2 changes from other.released.json (0.1.0) to the working tree");
    folder.webhooks("", "diff acme").exits(0).shows("no differences between HEAD and the working tree");
    folder.webhooks("", "diff other.toml acme").exits(0).shows("from other.toml to acme/codegen.toml");
    folder.webhooks("", "diff v1").exits(2).reports("there is no `codegen.toml` here");
}

#[test]
fn without_a_repository_or_a_commit_the_message_says_what_to_do() {
    let folder = Folder::new();
    folder.write("acme/spec.yaml", SPEC);
    folder.write("acme/codegen.toml", &config());
    let run = folder.webhooks("acme", "diff").exits(2).reports("git: `.` is not in a repository: compare two files");
    assert!(!run.stderr.contains("fatal"), "{run:?}");
    git(&folder, &["init", "--quiet"]);
    let run = folder.webhooks("acme", "diff").exits(2).reports("git: there is no commit yet: commit the description");
    assert!(!run.stderr.contains("fatal"), "{run:?}");
    git(&folder, &["commit", "--quiet", "--allow-empty", "--message", "empty"]);
    let run = folder.webhooks("acme", "diff").exits(2);
    run.reports("`HEAD` has no `codegen.toml`: commit it, with all that it names, or state another old version");
}

#[test]
fn a_hook_compares_like_a_shell() {
    let folder = repository();
    folder.write("acme/spec.yaml", &edited());
    let mut command = folder.command("acme", "diff");
    command.env("GIT_DIR", folder.path(".git")).env("GIT_INDEX_FILE", folder.path(".git/index"));
    Run::of(&mut command).exits(0).shows("2 changes from HEAD to the working tree");
}

#[test]
fn errors_of_a_revision_name_its_files_as_git_does() {
    let folder = repository();
    let commit = |path: &str, text: &str, tag: &str| {
        folder.write(path, text);
        git(&folder, &["commit", "--quiet", "--all", "--message", tag]);
        git(&folder, &["tag", tag]);
    };
    commit("acme/spec.yaml", "openapi: 3.1.0\n  info: [", "broken");
    commit("acme/codegen.toml", &config().replace("spec.yaml", "gone.yaml"), "gone");
    commit("acme/codegen.toml", "spec = 1", "unconfigured");
    commit("acme/codegen.toml", &config(), "last");
    for (old, message) in [
        ("broken", "--> broken:acme/spec.yaml:2:"),
        ("broken:acme/spec.yaml", "--> broken:acme/spec.yaml:2:"),
        ("gone", "`gone:acme/gone.yaml` does not exist"),
        ("gone", "--> gone:acme/codegen.toml:1:"),
        ("unconfigured", "--> unconfigured:acme/codegen.toml:1:"),
    ] {
        let run = folder.webhooks("acme", &format!("diff {old} v1")).exits(1).reports(message);
        assert!(!run.stderr.contains(&*std::env::temp_dir().to_string_lossy()), "{run:#?}");
    }
}

#[test]
fn each_format_has_the_changes() {
    let folder = repository();
    folder.write("acme/spec.yaml", &edited());
    let run = folder.webhooks("acme", "diff --format markdown").exits(0);
    run.shows("### Webhooks: HEAD to the working tree")
        .shows("| source, now, replay | A value has another JSON type. | 1 |");
    let run = folder.webhooks("acme", "diff --format github").exits(0);
    run.shows("::error file=spec.yaml,line=19,col=9,title=integer-to-string::");
    let run = folder.webhooks("acme", "diff --format json").exits(0);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["step"], "major");
    assert_eq!(document["entries"][0]["rule"], "integer-to-string");
    assert_eq!(document["entries"][0]["old"]["file"], "HEAD:acme/spec.yaml");
}
