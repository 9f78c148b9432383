//! Keeps `generated/` up to date with the files that it is generated from. This is the build script of that crate.
//!
//! The crate records fingerprints of its inputs. If they match, nothing happens and the generator is not compiled. If one
//! differs, `cargo xtask codegen` regenerates the crate. On a build server the build fails instead, because a crate must be
//! built there as it was committed.
//!
//! A change of the generator is not detected here; `cargo xtask codegen --check` detects it.

#[allow(dead_code, unreachable_pub, reason = "shared with the generator, which uses the rest of it")]
#[path = "generator/src/fingerprint.rs"]
mod fingerprint;

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use fingerprint::{Change, Fingerprint};

/// The command that the user must run if this script does not.
const COMMAND: &str = "cargo xtask codegen";

fn main() -> ExitCode {
    // Cargo runs build scripts in the folder of their crate.
    let guard = Guard { crate_dir: env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from) };
    match guard.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

struct Guard {
    crate_dir: PathBuf,
}

impl Guard {
    fn run(&self) -> Result<(), String> {
        // One such line is needed, or every file of the crate counts.
        self.rerun_if_changed("Cargo.toml");
        if self.is_a_copy() {
            return Ok(());
        }
        if let Some(why) = self.stale() {
            if is_set(env::var_os("CI").as_deref()) {
                return Err(format!("`generated/` is stale ({why}): run `{COMMAND}` and commit what it writes"));
            }
            self.regenerate(&why)?;
        }
        self.rerun_if_changed(fingerprint::FILE);
        for input in self.recorded().unwrap_or_default() {
            self.rerun_if_changed(&input.path);
        }
        Ok(())
    }

    /// Whether this is not a working copy of the repository: a crate alone, or a checkout made by Cargo.
    fn is_a_copy(&self) -> bool {
        let root = self.crate_dir.join("..");
        !root.join("spec").is_dir() || root.join(".cargo-ok").exists()
    }

    /// Asks to be run again when a file changes. One that does not exist would count as changed each time.
    fn rerun_if_changed(&self, path: &str) {
        if self.crate_dir.join(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }

    /// The inputs at the time the crate was generated; `None` if the record is missing or damaged.
    fn recorded(&self) -> Option<Vec<fingerprint::Input>> {
        fingerprint::parse(&fs::read_to_string(self.crate_dir.join(fingerprint::FILE)).ok()?)
    }

    /// Why the crate is stale; `None` if it is up to date.
    fn stale(&self) -> Option<String> {
        let Some(recorded) = self.recorded() else {
            return Some(format!("`{}` is missing or damaged", fingerprint::FILE));
        };
        let changes = fingerprint::compare(&recorded, |path| fs::read(self.crate_dir.join(path)).ok());
        let (path, change) = changes.first()?;
        let path = path.trim_start_matches("../");
        Some(match change {
            Change::Edited => format!("`{path}` was edited"),
            Change::Missing => format!("`{path}` is missing"),
        })
    }

    fn regenerate(&self, why: &str) -> Result<(), String> {
        let read_by_cargo = self.read_by_cargo();
        let status = self.codegen().status().map_err(|error| format!("cannot run `{COMMAND}`: {error}"))?;
        if !status.success() {
            return Err(format!("`generated/` is stale ({why}), and `{COMMAND}` failed: see its messages"));
        }
        if let Some(why) = self.stale() {
            return Err(format!("`generated/` is still stale ({why}): build again"));
        }
        if self.read_by_cargo() != read_by_cargo {
            return Err(format!("`generated/` was regenerated ({why}) after Cargo read its manifest: build again"));
        }
        self.backdate_record();
        println!("cargo::warning=`generated/` was regenerated ({why}): commit both");
        Ok(())
    }

    /// Gives the record the modification time of the newest input. If it were newer, Cargo would assume that it changed while
    /// this script ran, and would build the crate again. Nothing else happens if this fails.
    fn backdate_record(&self) {
        let modified =
            |path: &str| fs::metadata(self.crate_dir.join(path)).and_then(|metadata| metadata.modified()).ok();
        let newest = self.recorded().unwrap_or_default().iter().filter_map(|input| modified(&input.path)).max();
        let record = fs::File::options().append(true).open(self.crate_dir.join(fingerprint::FILE));
        if let (Some(newest), Ok(record)) = (newest, record) {
            let _ = record.set_modified(newest);
        }
    }

    /// The generator, with its own build settings and target folder, because Cargo locks the one of this build.
    fn codegen(&self) -> Command {
        let root = self.crate_dir.join("..");
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_build_setting) {
                command.env_remove(name);
            }
        }
        command.args(COMMAND.split(' ').skip(1)).env("CARGO_TARGET_DIR", root.join(target).join("codegen"));
        // Cargo shows what goes to standard error when a build script fails, and obeys what goes to standard output.
        command.current_dir(root).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// What Cargo has read of the crate when it runs this script: the manifest and which targets there are.
    fn read_by_cargo(&self) -> (Option<Fingerprint>, BTreeSet<PathBuf>) {
        let manifest = fs::read(self.crate_dir.join("Cargo.toml")).ok().map(|manifest| Fingerprint::of(&manifest));
        let mut targets = BTreeSet::new();
        for folder in ["src/bin", "tests", "examples", "benches"] {
            for entry in fs::read_dir(self.crate_dir.join(folder)).into_iter().flatten().flatten() {
                let path = entry.path();
                targets.insert(if path.is_dir() { path.join("main.rs") } else { path });
            }
        }
        targets.extend(["src/lib.rs", "src/main.rs"].map(|path| self.crate_dir.join(path)));
        targets.retain(|path| path.extension() == Some(OsStr::new("rs")) && path.exists());
        (manifest, targets)
    }
}

/// Whether a variable such as `CI` is set to something other than a no.
fn is_set(value: Option<&OsStr>) -> bool {
    value.is_some_and(|value| !["", "0", "false"].iter().any(|no| value.eq_ignore_ascii_case(no)))
}

/// Whether a variable configures this build, as opposed to where Cargo finds and how it downloads crates.
fn is_build_setting(name: &str) -> bool {
    const OURS: &[&str] =
        &["DEBUG", "HOST", "MAKEFLAGS", "MFLAGS", "NUM_JOBS", "OPT_LEVEL", "OUT_DIR", "PROFILE", "TARGET"];
    const KEPT: &[&str] = &["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "RUSTUP_"];
    let starts = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    OURS.contains(&name) || (starts(&["CARGO", "RUST"]) && !starts(KEPT))
}
