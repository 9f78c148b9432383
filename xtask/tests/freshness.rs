//! The freshness guard (`build.rs` of the workspace), run by Cargo in a workspace with a small stand-in for the generator.

#[path = "../../generator/src/fingerprint.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, reason = "shared with the generator, which uses the rest of it")]
mod fingerprint;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Generates a constant that holds the description. Words in the description make it do more.
const GENERATOR: &str = r##"
#[path = "../../generator/src/fingerprint.rs"]
#[allow(dead_code, reason = "the build script, of which tests use a part")]
mod fingerprint;

use std::fs;
use std::path::Path;

fn main() {
    assert!(std::env::args().skip(1).eq(["codegen"]));
    let spec = fs::read_to_string("spec/description").unwrap_or_default();
    if spec.contains("broken") {
        eprintln!("error: the description is broken");
        std::process::exit(1);
    }
    let variables: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect();
    fs::write("variables", variables.concat()).unwrap();
    println!("cargo::error=what the generator prints is nothing that Cargo obeys");
    if spec.contains("target") {
        fs::create_dir_all("generated/tests").unwrap();
        fs::write("generated/tests/new.rs", "").unwrap();
    }
    if spec.contains("manifest") {
        let manifest = fs::read_to_string("generated/Cargo.toml").unwrap() + "# changed\n";
        fs::write("generated/Cargo.toml", manifest).unwrap();
    }
    fs::write("generated/src/lib.rs", format!("pub const DESCRIPTION: &str = {spec:?};\n")).unwrap();
    let input = fingerprint::Input::new(Path::new("generated"), Path::new("spec/description"), spec.as_bytes());
    fs::write("generated/.codegen-inputs", fingerprint::record(vec![input.unwrap()])).unwrap();
}
"##;

struct Workspace(TempDir);

impl Workspace {
    /// A workspace whose crate is as its description has it.
    fn new() -> Self {
        let workspace = Self(TempDir::new().unwrap());
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for path in ["build.rs", "generator/src/fingerprint.rs", "generator/guard/guard.rs", ".cargo/config.toml"] {
            workspace.write(path, &fs::read_to_string(repository.join(path)).unwrap());
        }
        workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"generated\", \"xtask\"]\n");
        workspace.write(
            "generated/Cargo.toml",
            "[package]\nname = \"generated\"\nedition = \"2024\"\nbuild = \"../build.rs\"\n",
        );
        workspace.write("generated/src/lib.rs", "pub const DESCRIPTION: &str = \"first\";\n");
        workspace.write("xtask/Cargo.toml", "[package]\nname = \"xtask\"\nedition = \"2024\"\n");
        workspace.write("xtask/src/main.rs", GENERATOR);
        workspace.write("spec/description", "first");
        workspace.write("generated/.codegen-inputs", "# Of this crate.\n89d7ed7f996f1d41  ../spec/description\n");
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(self.0.path()).env_remove("CI").env("CARGO_TARGET_DIR", self.path("target"));
        cargo.args(["build", "--offline", "--package", "generated", "--verbose"]);
        cargo
    }

    fn build(&self) -> Build {
        Build::new(self.cargo().output().unwrap())
    }

    fn build_on_a_server(&self) -> Build {
        Build::new(self.cargo().env("CI", "true").output().unwrap())
    }

    /// Whether the generator has ever been compiled.
    fn has_generator(&self) -> bool {
        self.path("target/codegen").exists()
    }
}

struct Build {
    success: bool,
    text: String,
}

impl Build {
    fn new(output: Output) -> Self {
        Self { success: output.status.success(), text: String::from_utf8(output.stderr).unwrap() }
    }

    #[track_caller]
    fn succeeds(self) -> Self {
        assert!(self.success, "{}", self.text);
        self
    }

    #[track_caller]
    fn fails(self) -> Self {
        assert!(!self.success, "{}", self.text);
        self
    }

    #[track_caller]
    fn says(self, what: &str) -> Self {
        assert!(self.text.contains(what), "{what:?} is not in: {}", self.text);
        self
    }
}

#[test]
fn a_fresh_crate_is_left_alone() {
    let workspace = Workspace::new();
    workspace.build_on_a_server().succeeds();
    workspace.build().succeeds().says("Fresh generated");
    workspace.write("generated/README.md", "not an input");
    workspace.build().succeeds().says("Fresh generated");
    workspace.write("spec/description", "\u{feff}first");
    workspace.build().succeeds();
    assert!(!workspace.has_generator());
}

#[test]
fn an_edited_description_is_followed() {
    let workspace = Workspace::new();
    workspace.build().succeeds();
    workspace.write("spec/description", "second");
    workspace.build_on_a_server().fails().says("`cargo xtask codegen`").says("spec/description");
    assert!(!workspace.has_generator());

    let stale = Build::new(
        workspace.cargo().env("RUSTFLAGS", "--cfg outer").env("CARGO_PROFILE_DEV_DEBUG", "0").output().unwrap(),
    );
    stale.succeeds().says("was regenerated (`spec/description` was edited)");
    assert!(workspace.read("generated/src/lib.rs").contains("second"));
    let variables = workspace.read("variables");
    for gone in ["RUSTFLAGS=", "CARGO_PROFILE_", "CARGO_ENCODED_RUSTFLAGS=", "CARGO_MAKEFLAGS=", "OUT_DIR="] {
        assert!(!variables.lines().any(|line| line.starts_with(gone)), "{gone} in {variables}");
    }

    workspace.write("spec/description", "third");
    workspace.build().succeeds().says("was regenerated");
    workspace.build().succeeds().says("Fresh generated");
}

#[test]
fn a_broken_description_fails_with_the_messages_of_the_generator() {
    let workspace = Workspace::new();
    workspace.write("spec/description", "broken");
    workspace.build().fails().says("error: the description is broken");
    workspace.write("spec/description", "mended");
    workspace.build().succeeds();
    assert!(workspace.read("generated/src/lib.rs").contains("mended"));
}

#[test]
fn what_cargo_has_read_before_needs_a_second_build() {
    let workspace = Workspace::new();
    for word in ["target", "manifest"] {
        workspace.write("spec/description", word);
        workspace.build().fails().says("build again");
        workspace.build().succeeds();
    }
}

#[test]
fn a_missing_input_and_a_damaged_record_are_stale() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.path("spec/description")).unwrap();
    workspace.build_on_a_server().fails().says("`spec/description` is missing");
    workspace.write("spec/description", "first");
    workspace.build_on_a_server().succeeds();
    workspace.write("generated/.codegen-inputs", "<<<<<<< ours\n");
    workspace.build_on_a_server().fails().says("`.codegen-inputs` is missing or damaged");
}

#[test]
fn copies_are_not_checked() {
    let workspace = Workspace::new();
    workspace.write("spec/description", "second");
    workspace.write(".cargo-ok", "");
    workspace.build_on_a_server().succeeds();
    fs::remove_file(workspace.path(".cargo-ok")).unwrap();
    fs::remove_dir_all(workspace.path("spec")).unwrap();
    workspace.write("build.rs", &(workspace.read("build.rs") + "\n"));
    workspace.build_on_a_server().succeeds();
    workspace.build().succeeds().says("Fresh generated");
    assert!(!workspace.has_generator());
}

#[cfg(unix)]
#[test]
fn an_installed_command_with_the_same_sources_is_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let workspace = Workspace::new();
    workspace.build().succeeds();
    let sources = fingerprint::sources(&workspace.path("generator")).unwrap();
    let input = |text: &str| {
        fingerprint::Input::new(Path::new("generated"), Path::new("spec/description"), text.as_bytes()).unwrap()
    };
    let build = |sources: &str, text: &str| {
        let generate = format!("printf %s '{}' >generated/.codegen-inputs", fingerprint::record(vec![input(text)]));
        let script = format!(
            "#!/bin/sh\ncase $1 in\n--version) echo 'cargo-webhooks 0.1.0 ({sources})' ;;\ngenerate) {generate} ;;\nesac\n"
        );
        workspace.write("commands/cargo-webhooks", &script);
        fs::set_permissions(workspace.path("commands/cargo-webhooks"), fs::Permissions::from_mode(0o755)).unwrap();
        workspace.write("spec/description", text);
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [workspace.path("commands")].into_iter().chain(env::split_paths(&path));
        Build::new(workspace.cargo().env("PATH", env::join_paths(folders).unwrap()).output().unwrap())
    };
    build(&sources.to_string(), "second").succeeds().says("was regenerated (`spec/description` was edited)");
    assert!(!workspace.has_generator());
    assert!(workspace.read("generated/src/lib.rs").contains("first"), "the stand-in writes the record alone");
    // Any other generator might make another crate.
    build("0123456789abcdef", "third").succeeds();
    assert!(workspace.has_generator() && workspace.read("generated/src/lib.rs").contains("third"));
}
