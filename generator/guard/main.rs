//! Keeps this crate up to date with the files that it is generated from. `cargo webhooks generate` wrote this build script,
//! because `guard` is set in `codegen.toml`.
//!
//! If an input was edited, an installed `cargo-webhooks` of the version that generated the crate regenerates it. Where the inputs
//! are not, as in a published crate, nothing happens.

#[allow(dead_code, unreachable_pub, reason = "shared with the generator, which uses the rest of it")]
mod fingerprint;
#[allow(dead_code, unreachable_pub, reason = "shared with other build scripts")]
mod guard;

use std::process::ExitCode;

use guard::Guard;

/// The configuration, as seen from the folder of the crate.
const CONFIG: &str = "{config}";

/// The version of the command that generated the crate.
const VERSION: &str = "{version}";

fn main() -> ExitCode {
    let crate_dir = guard::crate_dir();
    let config = crate_dir.join(CONFIG);
    let name = format!("`{}`", env!("CARGO_PKG_NAME"));
    Guard {
        name: &name,
        command: &format!("cargo webhooks generate --config {}", config.display()),
        is_a_copy: !config.is_file() || guard::is_made_by_cargo(&crate_dir),
        generator: &|| {
            let is_wanted = |version: &str| version.split(' ').next() == Some(VERSION);
            let mut command = guard::installed(is_wanted)
                .ok_or_else(|| format!("`cargo-webhooks` {VERSION} is not installed"))?;
            command.args(["generate", "--config"]).arg(&config);
            Ok(command)
        },
        crate_dir,
    }
    .run()
}
