//! Keeps `generated/` up to date with the files that it is generated from. This is the build script of that crate.
//!
//! If an input was edited, an installed `cargo-webhooks` that was built from the sources of this clone regenerates the crate, or
//! else `cargo xtask codegen`, which compiles the generator first. A change of the generator is not detected here;
//! `cargo xtask codegen --check` detects it.

#[allow(dead_code, unreachable_pub, reason = "shared with the generator, which uses the rest of it")]
#[path = "generator/src/fingerprint.rs"]
mod fingerprint;
#[allow(unreachable_pub, reason = "shared with the crates of vendors")]
#[path = "generator/guard/guard.rs"]
mod guard;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use guard::Guard;

/// The command that the user must run if this script does not.
const COMMAND: &str = "cargo xtask codegen";

fn main() -> ExitCode {
    let crate_dir = guard::crate_dir();
    let root = crate_dir.join("..");
    Guard {
        name: "`generated/`",
        command: COMMAND,
        is_a_copy: !root.join("spec").is_dir() || guard::is_made_by_cargo(&root),
        generator: &|| Ok(installed(&root).unwrap_or_else(|| codegen(&root))),
        crate_dir,
    }
    .run()
}

/// An installed command that has the generator of this clone. The version does not suffice: the generator changes more often.
fn installed(root: &Path) -> Option<Command> {
    let sources = fingerprint::sources(&root.join("generator"))?;
    let mut command = guard::installed(|version| version.ends_with(&format!(" ({sources})")))?;
    command.arg("generate").current_dir(root);
    Some(command)
}

/// The generator, with its own build settings and target folder, because Cargo locks the one of this build.
fn codegen(root: &Path) -> Command {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    guard::without_build_settings(&mut command);
    command.args(COMMAND.split(' ').skip(1)).env("CARGO_TARGET_DIR", root.join(target).join("codegen"));
    command.current_dir(root);
    command
}
