//! The crate of every fixture compiles without warnings, passes its own tests, and so do its docs.

#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::fixtures;
use webhook_generator::{ReceiverDependency, generate};

/// The workspace of the emitted crates.
const MANIFEST: &str = "\
[workspace]
resolver = \"3\"
members = [\"crates/*\"]

[profile.dev]
debug = 0
incremental = false
";

#[test]
fn emitted_crates_compile_and_pass_their_tests() {
    let root = Path::new("..").canonicalize().expect("the repository");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    // One workspace for all: their dependencies are compiled once, and what did not change is not compiled again.
    let workspace = target.join("fixtures");
    let receiver = root.join("receiver").to_string_lossy().replace('\\', "/");
    let mut written = BTreeSet::new();
    for fixture in fixtures("crates") {
        let request = fixture.request().receiver(ReceiverDependency::Path(receiver.clone()));
        let output = generate(&request).output.unwrap_or_else(|| panic!("{} fails", fixture.name));
        for (path, text) in output.files {
            let text = if path == "Cargo.toml" { text.replace("[workspace]", "") } else { text };
            let path = workspace.join("crates").join(&fixture.name).join(path);
            write_changed(&path, &text);
            written.insert(path);
        }
    }
    remove_others(&workspace.join("crates"), &written);
    write_changed(&workspace.join("Cargo.toml"), MANIFEST);
    write_changed(&workspace.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock")).expect("the lock file"));
    // Emitted libraries have no tests of their own, so that a harness for them would compile each once more.
    cargo(&workspace, &["test", "--quiet", "--workspace", "--no-fail-fast", "--test", "*"]);
    cargo(&workspace, &["clippy", "--quiet", "--workspace", "--lib"]);
    cargo(&workspace, &["doc", "--quiet", "--workspace", "--no-deps"]);
}

/// Leaves a file that has this text alone, as cargo compiles what has been written since.
fn write_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap_or(path)).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}

/// Removes what earlier runs wrote and this one did not.
fn remove_others(folder: &Path, written: &BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            remove_others(&path, written);
        } else if !written.contains(&path) {
            fs::remove_file(&path).expect("the file can be removed");
        }
        let _ = fs::remove_dir(&path); // succeeds for an empty folder only
    }
}

fn cargo(workspace: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env("RUSTFLAGS", "-Dwarnings")
        .env("RUSTDOCFLAGS", "-Dwarnings -Drustdoc::all")
        .output()
        .expect("cargo can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "cargo {arguments:?}\n{}{}", text(&output.stdout), text(&output.stderr));
}
