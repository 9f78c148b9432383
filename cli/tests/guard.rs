//! `guard = true`: the build script that keeps a vendor's crate up to date. It is compiled without the crate, which would need
//! all its dependencies, and run as Cargo runs it.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{CONFIG, Folder, Run, SPEC};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A generated crate with a guard, and its compiled build script.
struct Guarded {
    folder: Folder,
    script: PathBuf,
}

impl Guarded {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("acme/openapi.yaml", SPEC);
        let config = format!("spec = \"openapi.yaml\"\nout = \"../crate\"\nreceiver = \"0.1\"\nguard = true\n{CONFIG}");
        folder.write("acme/codegen.toml", &config);
        folder.webhooks(".", "generate --config acme/codegen.toml").exits(0);
        let script = folder.path(&format!("guard{}", env::consts::EXE_SUFFIX));
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition", "2024", "-D", "warnings", "-C", "debuginfo=0", "build/main.rs", "-o"]).arg(&script);
        rustc.current_dir(folder.path("crate")).env("CARGO_PKG_NAME", "parcel-webhooks");
        Run::of(&mut rustc).exits(0);
        Self { folder, script }
    }

    /// Runs the script, with the commands of this folder in `PATH`.
    fn run(&self, commands: &Path, ci: Option<&str>) -> Run {
        let mut script = Command::new(&self.script);
        script.current_dir(self.folder.path("crate")).env("CARGO_MANIFEST_DIR", self.folder.path("crate"));
        script.env("PATH", commands).env_remove("CI");
        if let Some(ci) = ci {
            script.env("CI", ci);
        }
        Run::of(&mut script)
    }

    fn edit(&self, title: &str) {
        self.folder.write("acme/openapi.yaml", &SPEC.replace("title: Parcels", &format!("title: {title}")));
    }
}

/// The folder of the command that is tested.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_cargo-webhooks")).parent().unwrap().to_owned()
}

#[test]
fn an_installed_command_follows_an_edit() {
    let guarded = Guarded::new();
    let (folder, nowhere) = (&guarded.folder, guarded.folder.path("nowhere"));
    let manifest = folder.read("crate/Cargo.toml");
    assert!(manifest.contains("\nbuild = \"build/main.rs\"\n"), "{manifest}");
    folder.webhooks(".", "generate --check --config acme/codegen.toml").exits(0);

    let mut fresh = guarded.run(&nowhere, Some("true")).exits(0);
    for input in ["../acme/openapi.yaml", "../acme/codegen.toml", ".codegen-inputs"] {
        fresh = fresh.shows(&format!("cargo::rerun-if-changed={input}\n"));
    }

    guarded.edit("Edited");
    guarded
        .run(&installed(), Some("true"))
        .exits(1)
        .shows("cargo::error=`parcel-webhooks` is stale (`acme/openapi.yaml` was edited): run `cargo webhooks generate --config ")
        .shows("acme/codegen.toml` and commit what it writes");
    guarded
        .run(&nowhere, None)
        .exits(1)
        .shows(&format!("was edited), and `cargo-webhooks` {VERSION} is not installed: run `cargo webhooks"));
    guarded
        .run(&installed(), None)
        .exits(0)
        .shows("cargo::warning=`parcel-webhooks` was regenerated (`acme/openapi.yaml` was edited): commit both");
    assert!(folder.read("crate/src/lib.rs").contains("Edited"));
    folder.webhooks(".", "generate --check --config acme/codegen.toml").exits(0);
    assert!(!guarded.run(&nowhere, None).exits(0).stdout.contains("warning"));

    folder.write("acme/openapi.yaml", "openapi: [\n");
    guarded.run(&installed(), None).exits(1).shows("failed: see its messages").reports("error[E0102]");
    fs::remove_file(folder.path("acme/openapi.yaml")).unwrap();
    guarded.run(&nowhere, Some("1")).exits(1).shows("`acme/openapi.yaml` is missing");

    // A published crate is alone.
    fs::remove_dir_all(folder.path("acme")).unwrap();
    guarded.run(&nowhere, Some("true")).exits(0);
}

#[cfg(unix)]
#[test]
fn another_version_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let guarded = Guarded::new();
    let commands = guarded.folder.path("commands");
    let install = |version: &str| {
        guarded.folder.write("commands/cargo-webhooks", &format!("#!/bin/sh\necho 'cargo-webhooks {version}'\n"));
        fs::set_permissions(commands.join("cargo-webhooks"), fs::Permissions::from_mode(0o755)).unwrap();
    };
    guarded.edit("Edited");
    for version in ["0.0.9 (0123456789abcdef)", &format!("{VERSION}-rc.1"), ""] {
        install(version);
        guarded.run(&commands, None).exits(1).shows(&format!("`cargo-webhooks` {VERSION} is not installed"));
    }
    // Of this version, but it changes nothing.
    install(&format!("{VERSION} (0123456789abcdef)"));
    guarded.run(&commands, None).exits(1).shows("is still stale (`acme/openapi.yaml` was edited)");
}
