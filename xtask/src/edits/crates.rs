//! The workspace of all crates, in which dependencies are compiled once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use serde_json::Value;

use super::handler::CRATE;
use crate::corpus::{output_of, write};

/// The program that passes deliveries through the receivers of all crates.
const DECODER: &str = include_str!("decoder.rs");

const MANIFEST: &str = "\
[workspace]
resolver = \"3\"
members = [\"crates/*\", \"handlers/*\", \"decoder\"]

[profile.dev]
debug = 0
incremental = false
";

/// The workspace.
pub(super) struct Crates {
    folder: PathBuf,
    /// The folder of `webhook-receiver`.
    receiver: PathBuf,
    /// The files of this run, by path. All others are removed.
    files: BTreeMap<PathBuf, String>,
    names: Vec<String>,
}

impl Crates {
    pub(super) fn new(folder: PathBuf, receiver: PathBuf) -> Self {
        Self { folder, receiver, files: BTreeMap::new(), names: Vec::new() }
    }

    /// Adds an emitted crate under a name of its own.
    pub(super) fn add(&mut self, name: &str, files: &BTreeMap<String, String>) {
        let own = |path: &&String| path.starts_with("src/") || path.starts_with("fixtures/");
        for path in files.keys().filter(own) {
            self.files.insert(Path::new("crates").join(name).join(path), files[path].clone());
        }
        let manifest = files["Cargo.toml"].replace("[workspace]\n", "");
        let lines = manifest.lines().map(|line| {
            let is_name = line.starts_with("name = ");
            if is_name { format!("name = \"{name}\"\n") } else { format!("{line}\n") }
        });
        self.files.insert(Path::new("crates").join(name).join("Cargo.toml"), lines.collect());
        self.names.push(name.to_owned());
    }

    /// Adds handlers that are compiled with a crate.
    pub(super) fn add_handler(&mut self, name: &str, with: &str, source: String) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{CRATE} = {{ package = \"{with}\", path = \"../../crates/{with}\" }}\n"
        );
        let folder = Path::new("handlers").join(name);
        self.files.insert(folder.join("Cargo.toml"), manifest);
        self.files.insert(folder.join("src/lib.rs"), source);
    }

    /// Writes all crates.
    pub(super) fn write(&mut self, lock: &Path) -> io::Result<()> {
        let receiver = self.receiver.to_string_lossy().replace('\\', "/");
        let dependencies = self.names.iter().map(|name| format!("{name} = {{ path = \"../crates/{name}\" }}\n"));
        let manifest = format!(
            "[package]\nname = \"decoder\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nwebhook-receiver = {{ path = \"{receiver}\", features = [\"testing\"] }}\n{}",
            dependencies.collect::<String>()
        );
        self.files.insert("decoder/Cargo.toml".into(), manifest);
        self.files.insert("decoder/src/main.rs".into(), format!("{DECODER}crates! {{ {} }}\n", self.names.join(" ")));
        self.files.insert("Cargo.toml".into(), MANIFEST.to_owned());
        let kept: BTreeSet<PathBuf> = self.files.keys().map(|path| self.folder.join(path)).collect();
        for part in ["crates", "handlers"] {
            remove_others(&self.folder.join(part), &kept)?;
        }
        for (path, text) in &self.files {
            write(&self.folder.join(path), text)?;
        }
        fs::copy(lock, self.folder.join("Cargo.lock"))?;
        Ok(())
    }

    /// Compiles all handlers. Returns the first error of each that does not compile, by name.
    ///
    /// # Errors
    ///
    /// If an emitted crate does not compile.
    pub(super) fn check(&self) -> Result<BTreeMap<String, String>, String> {
        let arguments = ["check", "--workspace", "--exclude", "decoder", "--keep-going", "--message-format", "json"];
        let output = self.cargo(&arguments).output().map_err(|error| error.to_string())?;
        let mut errors = BTreeMap::new();
        let (mut finished, mut fatal) = (false, None);
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            finished |= line["reason"] == "build-finished";
            if line["reason"] != "compiler-message" || line["message"]["level"] != "error" {
                continue;
            }
            let name = line["target"]["name"].as_str().unwrap_or_default();
            let message = &line["message"];
            let rendered = message["rendered"].as_str().unwrap_or_default();
            if self.names.iter().any(|emitted| emitted == name) {
                fatal.get_or_insert_with(|| format!("{name} does not compile: {rendered}"));
            }
            let code = message["code"]["code"].as_str();
            let text = message["message"].as_str().unwrap_or_default();
            if let Some(code) = code {
                errors.entry(name.replace('_', "-")).or_insert_with(|| format!("{code} {text}"));
            }
        }
        match fatal {
            Some(fatal) => Err(fatal),
            None if finished => Ok(errors),
            None => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Passes deliveries through the receivers of the crates that they name.
    pub(super) fn decode(&self, deliveries: &[Value]) -> Result<Vec<Value>, String> {
        output_of(&mut self.cargo(&["build", "--package", "decoder"]))?;
        let input = self.folder.join("deliveries.jsonl");
        let lines: String = deliveries.iter().map(|delivery| format!("{delivery}\n")).collect();
        fs::write(&input, lines).map_err(|error| error.to_string())?;
        let program = self.target().join("debug/decoder").with_extension(env::consts::EXE_EXTENSION);
        let output = output_of(Command::new(program).arg(&input).stdin(Stdio::null()))?;
        output.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
    }

    /// Describes all emitted crates as JSON, with a nightly rustdoc. Returns the file of each, by name.
    ///
    /// # Errors
    ///
    /// Why they cannot be described here, for a notice.
    pub(super) fn describe(&self) -> Result<BTreeMap<String, PathBuf>, String> {
        let nightly = Command::new("rustup").args(["run", "nightly", "rustdoc", "--version"]).output();
        if !nightly.is_ok_and(|output| output.status.success()) {
            return Err("a nightly toolchain is not installed (rustup toolchain install nightly)".to_owned());
        }
        let mut command = Command::new("rustup");
        command
            .args(["run", "nightly", "cargo", "doc", "--no-deps", "--lib", "--quiet", "--offline"])
            .args(self.names.iter().flat_map(|name| ["--package", name]))
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            .env("RUSTDOCFLAGS", "-Zunstable-options --output-format json")
            .stdin(Stdio::null());
        output_of(&mut command)?;
        let file = |name: &String| (name.clone(), self.target().join(format!("doc/{name}.json")));
        Ok(self.names.iter().map(file).collect())
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        command
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            .stdin(Stdio::null());
        command
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }
}

/// Removes what earlier runs wrote and this one does not.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
        let _ = fs::remove_dir(&path); // succeeds for an empty folder only
    }
    Ok(())
}
