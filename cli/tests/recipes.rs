//! The recipes in `docs/recipes`, run as they are, with a server on the loopback interface. They need git and bash.

#![cfg(all(feature = "fetch", unix))]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/server.rs"]
mod server;
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use server::{Reply, Server};
use support::{CONFIG, Folder, Run, SPEC};

/// A workflow, as far as it is run here.
#[derive(Deserialize)]
struct Workflow {
    env: BTreeMap<String, String>,
    jobs: BTreeMap<String, WorkflowJob>,
}

#[derive(Deserialize)]
struct WorkflowJob {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    name: String,
    run: Option<String>,
    #[serde(rename = "if")]
    condition: Option<String>,
}

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/recipes").join(name)
}

/// A git repository with a generated crate.
struct Repository {
    folder: Folder,
    server: Server,
}

impl Repository {
    /// `None` if a program is not installed.
    fn new() -> Option<Self> {
        for program in ["git", "bash"] {
            if Command::new(program).arg("--version").output().is_err() {
                eprintln!("skipped: `{program}` is not installed");
                return None;
            }
        }
        let repository = Self { folder: Folder::new(), server: Server::new() };
        let url = repository.server.url("/openapi.yaml");
        let config = format!(
            "spec = \"openapi.yaml\"\nout = \"../crate\"\nreceiver = \"0.1\"\n{CONFIG}[fetch]\nurl = \"{url}\"\n"
        );
        repository.folder.write("work/acme/codegen.toml", &config);
        repository.folder.write(
            "work/Cargo.toml",
            "[workspace]\n[workspace.metadata.webhooks]\nconfigs = [\"acme/codegen.toml\"]\n",
        );
        repository.publish(SPEC);
        repository
            .script("git init --quiet --bare --initial-branch main ../origin && git init --quiet --initial-branch main")
            .exits(0);
        repository.script("git remote add origin ../origin").exits(0);
        repository.script("cargo webhooks fetch && cargo webhooks generate").exits(0);
        repository.commit_all().exits(0);
        repository.script("git push --quiet origin main").exits(0);
        Some(repository)
    }

    fn publish(&self, description: &str) {
        self.server.has("/openapi.yaml", Reply::ok(description));
    }

    /// Runs a script in the repository, with the command that is tested and the programs in `bin`.
    fn script(&self, script: &str) -> Run {
        Run::of(&mut self.shell(script))
    }

    fn shell(&self, script: &str) -> Command {
        let tested = Path::new(env!("CARGO_BIN_EXE_cargo-webhooks")).parent().unwrap().to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [self.folder.path("bin"), tested].into_iter().chain(env::split_paths(&path));
        let mut shell = Command::new("bash");
        // As GitHub runs a step.
        shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(self.folder.path("work"));
        shell.env("PATH", env::join_paths(folders).unwrap()).env("HOME", self.folder.path(".")).env_remove("CI");
        // Of no user and no system, and with no surrounding repository.
        shell.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            shell.env_remove(name);
        }
        for role in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@example.com");
        }
        // Cargo keeps its home, which is below the user's otherwise.
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
        let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".rustup")));
        shell.envs(home.map(|home| ("CARGO_HOME", home))).envs(rustup.map(|home| ("RUSTUP_HOME", home)));
        shell
    }

    fn commit_all(&self) -> Run {
        self.script("git add --all && git commit --quiet --message update")
    }

    /// A program in place of another one.
    fn install(&self, name: &str, script: &str) {
        self.folder.write(&format!("bin/{name}"), script);
        fs::set_permissions(self.folder.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the steps of the workflow in a fresh checkout of `main`.
    fn run_workflow(&self, workflow: &Workflow) {
        self.script("git switch --quiet --force main && git clean --quiet -d --force").exits(0);
        let temp = self.folder.path("temp");
        let output = temp.join("output");
        let _ = fs::remove_dir_all(&temp);
        fs::create_dir_all(&temp).unwrap();
        for step in workflow.jobs.values().flat_map(|job| &job.steps) {
            let Some(run) = &step.run else { continue };
            let outputs = fs::read_to_string(&output).unwrap_or_default();
            let is_run = match step.condition.as_deref() {
                None => true,
                Some("steps.ask.outputs.new == 'true'") => outputs.contains("new=true\n"),
                Some(other) => panic!("unknown condition {other}"),
            };
            // It would compile the command.
            if is_run && step.name != "Install the command" {
                let mut shell = self.shell(run);
                shell.envs(&workflow.env).env("RUNNER_TEMP", &temp).env("GITHUB_OUTPUT", &output);
                Run::of(&mut shell).exits(0);
            }
        }
    }

    /// What the stand-in for `gh` was called with since the last call.
    fn calls(&self) -> String {
        let calls = fs::read_to_string(self.folder.path("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.folder.path("calls"));
        calls
    }
}

#[test]
fn a_new_description_becomes_a_pull_request() {
    let Some(repository) = Repository::new() else { return };
    let workflow: Workflow = serde_yaml::from_str(&fs::read_to_string(recipe("update-webhooks.yml")).unwrap()).unwrap();
    assert_eq!(workflow.env["CONFIG"], "acme/codegen.toml");
    let calls = repository.folder.path("calls");
    let gh = |listed: &str| {
        let (calls, log) =
            (calls.display(), "for argument; do case $argument in *.md) cat \"$argument\" ;; esac; done");
        let list = format!("case \"$2\" in list) echo '{listed}' ;; esac");
        repository.install("gh", &format!("#!/bin/sh\n{{ echo \"gh $*\"; {log}; }} >>'{calls}'\n{list}\n"));
    };
    gh("");
    repository.run_workflow(&workflow);
    assert_eq!(repository.calls(), "", "there is nothing new");

    repository.publish(
        &SPEC
            .replace("version: \"1\"", "version: \"2\"")
            .replace("weight: { type: integer }", "weight: { type: string }"),
    );
    repository.run_workflow(&workflow);
    let opened = repository.calls();
    assert!(opened.contains("gh pr create --head update-webhooks --title The vendor has published"), "{opened}");
    assert!(opened.contains("weight"), "the report names what changed: {opened}");
    let pushed = repository.script("git --git-dir ../origin diff --name-only main update-webhooks").exits(0);
    for file in ["acme/openapi.yaml", "acme/openapi.yaml.fetched.toml", "crate/src/parcel.rs"] {
        assert!(pushed.stdout.lines().any(|line| line == file), "{file} is not in {}", pushed.stdout);
    }

    // Until it is merged, the next run updates it. A question does not keep it back.
    gh("7");
    let question =
        SPEC.replace("parcel.sent:", "parcel.sent: &w").replace("components:", "  parcelLost: *w\ncomponents:");
    repository.publish(&question);
    repository.run_workflow(&workflow);
    let updated = repository.calls();
    assert!(updated.contains("gh pr edit 7 --body-file"), "{updated}");
    assert!(
        updated.contains("\nThe crate is not regenerated yet:\n") && updated.contains("\n    error[E0703]"),
        "{updated}"
    );
}

#[test]
fn a_commit_contains_the_crate_that_its_inputs_make() {
    let Some(repository) = Repository::new() else { return };
    let hook = fs::read_to_string(recipe("pre-commit")).unwrap();
    repository.folder.write("work/.git/hooks/pre-commit", &hook);
    fs::set_permissions(repository.folder.path("work/.git/hooks/pre-commit"), fs::Permissions::from_mode(0o755))
        .unwrap();
    let edit = |title: &str| {
        repository.folder.write("work/acme/openapi.yaml", &SPEC.replace("title: Parcels", &format!("title: {title}")));
    };
    repository.folder.write("work/notes.txt", "unrelated");
    repository.commit_all().exits(0);
    edit("Edited");
    repository
        .commit_all()
        .exits(1)
        .reports("`crate` is stale in")
        .reports("pre-commit: run `cargo webhooks generate`, and stage");
    // What is staged counts, not what is there.
    repository.script("cargo webhooks generate").exits(0);
    repository.script("git commit --quiet --message half").exits(1);
    repository.commit_all().exits(0);
    let left = repository.script("git status --porcelain").exits(0);
    assert_eq!(left.stdout, "");
}

/// What the README says of a new description: three commands, from what the vendor publishes to a new version.
#[test]
fn a_new_description_is_fetched_reviewed_and_released() {
    let Some(repository) = Repository::new() else { return };
    let folder = &repository.folder;
    repository.script("cargo webhooks release --date 2026-01-31").exits(0).reports("release 0.1.0: the first\n");
    repository.commit_all().exits(0);

    let edited = SPEC.replace("weight: { type: integer }", "weight: { type: string }");
    repository.publish(&edited.replace("version: \"1\"", "version: \"2\""));
    repository.script("cargo webhooks fetch").exits(0).reports("version `1` → `2`: 1 file written");
    let diff = repository.script("cargo webhooks diff").exits(0);
    diff.shows("error[integer-to-string]").shows("version: major (source, now, replay)");
    let release = repository.script("cargo webhooks release --date 2026-02-28").exits(0);
    release.reports("release 0.2.0: 2 changes since 0.1.0, the last release; major (source, now, replay)");

    let changelog = folder.read("work/crate/CHANGELOG.md");
    let (_, sections) = changelog.split_once("\n## ").unwrap();
    let expected = "\
        0.2.0 - 2026-02-28

Deployment: neither crate reads all deliveries of the other: drain the inbox, deploy when the vendor switches, and keep a \
        receiver with the old crate for what the vendor still retries.

### Breaking

- `parcel.sent/weight`: the type of `weight` is `String` instead of `Integer`; in Rust: `ParcelSent::weight`, \
        `Event::weight()` (source, now, replay)

### Docs, examples and other changes

- `/info/version`: the version of the description is `2` instead of `1`

## 0.1.0 - 2026-01-31

The first version: 1 event type.
";
    assert_eq!(sections, expected);
    assert!(folder.read("work/acme/codegen.toml").contains("\ncrate-version = \"0.2.0\"\n"));
    repository.commit_all().exits(0);

    // A fresh clone has all that the crate is made from.
    repository.script("git clone --quiet . ../clone && cd ../clone && cargo webhooks generate --check").exits(0);
    repository.script("cd ../clone && rm -r crate && cargo webhooks generate && git diff --exit-code").exits(0);
    let again = repository.script("cd ../clone && cargo webhooks release").exits(0);
    again.reports("nothing to release: nothing that users of the crate see has changed since 0.2.0");
    assert_eq!(repository.script("cd ../clone && git status --porcelain").exits(0).stdout, "");
}
