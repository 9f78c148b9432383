//! Every expected crate compiles without warnings, passes its own tests, and so do its docs.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::fixtures;

#[test]
fn expected_crates_compile_and_pass_their_tests() {
    let root = Path::new("..").canonicalize().expect("the repository");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    // One workspace for all, so that what they depend on is compiled once, and kept from one run to the next.
    let workspace = target.join("fixtures");
    let crates = workspace.join("crates");
    let _ = fs::remove_dir_all(&crates);
    for fixture in fixtures("crates") {
        for (path, text) in fixture.expected() {
            let Some(path) = path.strip_prefix("expected/") else { continue };
            let text = if path == "Cargo.toml" { member(&text, &root) } else { text };
            let file = crates.join(&fixture.name).join(path);
            fs::create_dir_all(file.parent().unwrap_or(&crates)).expect("the folder can be made");
            fs::write(file, text).expect("the file can be written");
        }
    }
    fs::write(workspace.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n")
        .expect("a manifest");
    fs::copy(root.join("Cargo.lock"), workspace.join("Cargo.lock")).expect("the lock file can be copied");
    cargo(&workspace, &["test", "--quiet", "--workspace", "--no-fail-fast"]);
    cargo(&workspace, &["clippy", "--quiet", "--workspace", "--all-targets"]);
    cargo(&workspace, &["doc", "--quiet", "--workspace", "--no-deps"]);
}

/// The manifest of a crate of its own, as that of a member.
fn member(manifest: &str, root: &Path) -> String {
    let receiver = root.join("receiver");
    manifest.replace("[workspace]", "").replace(support::RECEIVER, &receiver.to_string_lossy().replace('\\', "/"))
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
