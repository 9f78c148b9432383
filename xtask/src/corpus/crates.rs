//! Emitted crates, compiled and run. All share one target directory, so that the receiver is compiled once.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use serde_json::Value;

use super::examples::Example;

/// The name of every emitted crate, since twins must have the same code.
pub(crate) const CRATE_NAME: &str = "corpus-webhooks";

/// The program that passes examples through the receiver: a Cargo example of the emitted crate. `VENDOR` in it is
/// replaced by the vendor's type.
const RUNNER: &str = include_str!("runner.rs");

/// Settings for fast compilation.
const QUICK: [(&str, &str); 5] = [
    ("CARGO_INCREMENTAL", "0"),
    ("CARGO_PROFILE_DEV_DEBUG", "0"),
    ("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false"),
    ("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false"),
    ("CARGO_PROFILE_DEV_PANIC", "abort"),
];

/// The folder of all crates.
pub(crate) struct Crates {
    /// This folder.
    pub(crate) folder: PathBuf,
    /// The lock file of all crates.
    pub(crate) lock: PathBuf,
    /// Whether clippy's default lints are denied, too.
    pub(crate) has_lints: bool,
}

/// The outcome of an example.
pub(crate) struct Passed {
    /// The difference after it is serialized again as an event of its own type; an error if it does not decode.
    pub(crate) decoded: Result<Option<String>, String>,
    /// Whether it decodes, but states another event type or none.
    pub(crate) misstated: bool,
    /// What reached the fallback, if it ran instead of a handler.
    pub(crate) raw: Option<Raw>,
}

/// What reached the fallback.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raw {
    /// The bytes as they were sent.
    Intact,
    /// Other bytes.
    Changed,
}

impl Crates {
    /// The folder of a document: the crate in it is called `crate`.
    pub(crate) fn of(&self, document: &str) -> PathBuf {
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        self.folder.join("documents").join(document.chars().map(safe).collect::<String>())
    }

    /// Compiles the crate of a vendor and the runner, with warnings denied.
    ///
    /// # Errors
    ///
    /// The compiler's output.
    pub(crate) fn compile(&self, folder: &Path, vendor: &str) -> Result<Duration, String> {
        let start = Instant::now();
        let manifest = folder.join("crate");
        let prepare = || {
            write(&manifest.join("examples/corpus.rs"), &RUNNER.replace("VENDOR", vendor))?;
            fs::copy(&self.lock, manifest.join("Cargo.lock"))
        };
        prepare().map_err(|error| error.to_string())?;
        self.cargo(&manifest, &["build", "--example", "corpus"])?;
        Ok(start.elapsed())
    }

    /// Runs the tests of a crate.
    ///
    /// # Errors
    ///
    /// The output of the tests.
    pub(crate) fn test(&self, folder: &Path) -> Result<(), String> {
        self.cargo(&folder.join("crate"), &["test", "--tests"])
    }

    /// Runs the examples through the receiver of the crate that was compiled last.
    ///
    /// # Errors
    ///
    /// If the runner fails.
    pub(crate) fn run(&self, folder: &Path, examples: &[Example]) -> Result<Vec<Passed>, String> {
        let input = folder.join("examples.jsonl");
        let lines: String = examples.iter().map(|example| example.line() + "\n").collect();
        fs::write(&input, lines).map_err(|error| error.to_string())?;
        let runner = self.target().join("debug/examples/corpus").with_extension(env::consts::EXE_EXTENSION);
        let output = output_of(Command::new(runner).arg(&input).stdin(Stdio::null()))?;
        let passed: Vec<Passed> = output.lines().filter_map(Passed::parse).collect();
        if passed.len() == examples.len() { Ok(passed) } else { Err("the runner says something else".to_owned()) }
    }

    fn cargo(&self, manifest: &Path, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        if self.has_lints {
            // Clippy looks at the emitted crate while it is compiled.
            command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
        }
        command
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(manifest)
            .env("CARGO_TARGET_DIR", self.target())
            .env("RUSTFLAGS", "-Dwarnings")
            // These crates are never debugged or edited, and the largest take minutes to compile.
            .envs(QUICK)
            .stdin(Stdio::null());
        output_of(&mut command).map(drop)
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }
}

impl Passed {
    /// Reads a line of the runner.
    fn parse(line: &str) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        Some(Self {
            decoded: text("error").map_or_else(|| Ok(text("difference")), Err),
            misstated: line["misstated"].as_bool()?,
            raw: line["intact"].as_bool().map(|intact| if intact { Raw::Intact } else { Raw::Changed }),
        })
    }
}

/// Writes a file, unless it has this text: Cargo compiles what has been written since, even if it is the same.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The output of a program if it succeeds, else its errors.
pub(crate) fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr) + &text(&output.stdout)) }
}
