//! What a build script does so that a generated crate is up to date with the files that it is generated from.
//!
//! The crate records fingerprints of its inputs. If they match, nothing happens. If one differs, the crate is regenerated. On a
//! build server the build fails instead, because a crate must be built there as it was committed.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::fingerprint::{self, Change, Fingerprint};

/// A generated crate and its generator.
pub struct Guard<'a> {
    /// What messages call the crate.
    pub name: &'a str,
    /// The command that a person runs, if this script does not.
    pub command: &'a str,
    /// The folder of the crate.
    pub crate_dir: PathBuf,
    /// Whether the inputs are not here: a crate alone, or a checkout made by Cargo.
    pub is_a_copy: bool,
    /// The process that regenerates the crate, or why there is none.
    pub generator: &'a dyn Fn() -> Result<Command, String>,
}

/// The folder of the crate. Cargo runs build scripts there.
pub fn crate_dir() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from)
}

/// Whether Cargo has made the folder: it marks what it has unpacked or checked out.
pub fn is_made_by_cargo(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.join(".cargo-ok").exists())
}

/// The installed `cargo-webhooks`, if what `--version` prints is wanted: the version, and the fingerprint of its sources.
pub fn installed(is_wanted: impl Fn(&str) -> bool) -> Option<Command> {
    let program = format!("cargo-webhooks{}", env::consts::EXE_SUFFIX);
    let output = Command::new(&program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    let version = printed.strip_prefix("cargo-webhooks ")?.trim_end();
    (output.status.success() && is_wanted(version)).then(|| Command::new(program))
}

impl Guard<'_> {
    /// Does all that the build script does.
    pub fn run(&self) -> ExitCode {
        match self.check() {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                println!("cargo::error={message}");
                ExitCode::FAILURE
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        // One such line is needed, or every file of the crate counts.
        self.rerun_if_changed("Cargo.toml");
        if self.is_a_copy {
            return Ok(());
        }
        if let Some(why) = self.stale() {
            if is_set(env::var_os("CI").as_deref()) {
                let Self { name, command, .. } = self;
                return Err(format!("{name} is stale ({why}): run `{command}` and commit what it writes"));
            }
            self.regenerate(&why)?;
        }
        self.rerun_if_changed(fingerprint::FILE);
        for input in self.recorded().unwrap_or_default() {
            self.rerun_if_changed(&input.path);
        }
        Ok(())
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
        let Self { name, command, .. } = self;
        let read_by_cargo = self.read_by_cargo();
        let mut generator =
            (self.generator)().map_err(|missing| format!("{name} is stale ({why}), and {missing}: run `{command}`"))?;
        // Cargo shows what goes to standard error when a build script fails, and obeys what goes to standard output.
        let status = generator.stdin(Stdio::null()).stdout(Stdio::null()).status();
        let status = status.map_err(|error| format!("cannot run `{command}`: {error}"))?;
        if !status.success() {
            return Err(format!("{name} is stale ({why}), and `{command}` failed: see its messages"));
        }
        if let Some(why) = self.stale() {
            return Err(format!("{name} is still stale ({why}): build again"));
        }
        if self.read_by_cargo() != read_by_cargo {
            return Err(format!("{name} was regenerated ({why}) after Cargo read its manifest: build again"));
        }
        self.backdate_record();
        println!("cargo::warning={name} was regenerated ({why}): commit both");
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

/// Removes what configures this build from the environment of a process, and keeps where Cargo finds and how it downloads crates.
pub fn without_build_settings(command: &mut Command) {
    let names: Vec<OsString> = env::vars_os().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| name.to_str().is_some_and(is_build_setting)) {
        command.env_remove(name);
    }
}

fn is_build_setting(name: &str) -> bool {
    const OURS: &[&str] =
        &["DEBUG", "HOST", "MAKEFLAGS", "MFLAGS", "NUM_JOBS", "OPT_LEVEL", "OUT_DIR", "PROFILE", "TARGET"];
    const KEPT: &[&str] = &["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "RUSTUP_"];
    let starts = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    OURS.contains(&name) || (starts(&["CARGO", "RUST"]) && !starts(KEPT))
}
