//! Runs the benchmarks of `docs/performance.md`.

use std::fs;
use std::process::ExitCode;

use xshell::{Shell, cmd};

use crate::cli::Bench;
use crate::workspace;

/// Other work on the machine may affect one side of a comparison.
const ATTEMPTS: u32 = 3;

pub(crate) fn run(arguments: &Bench) -> ExitCode {
    let result = if arguments.check { check() } else { measure().map(|()| true) };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure() -> xshell::Result<()> {
    let shell = shell()?;
    cmd!(shell, "cargo bench --manifest-path peers/Cargo.toml").run()?;
    for bin in ["end_to_end", "generation", "inbox"] {
        cmd!(shell, "cargo run --quiet --release --manifest-path peers/Cargo.toml --bin {bin}").run()?;
    }
    Ok(())
}

/// Whether the ratios of a short run are as good as recorded, at one of several attempts.
fn check() -> xshell::Result<bool> {
    let shell = shell()?;
    for attempt in 1..=ATTEMPTS {
        // Criterion adds to earlier results.
        let _ = fs::remove_dir_all(workspace::root().join("peers/target/criterion"));
        cmd!(shell, "cargo bench --quiet --manifest-path peers/Cargo.toml --bench verify --bench decode")
            .args(["--", "--quick", "00 B.*/(ours|floor|concrete)$"])
            .ignore_stdout()
            .run()?;
        let ratios = "run --quiet --release --manifest-path peers/Cargo.toml --bin ratios -- .ci/performance.json";
        if cmd!(shell, "cargo").args(ratios.split(' ')).run().is_ok() {
            return Ok(true);
        }
        eprintln!("attempt {attempt} of {ATTEMPTS}");
    }
    Ok(false)
}

fn shell() -> xshell::Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(workspace::root());
    // The workspace of the peers has a build folder of its own, which its reports read.
    // Absolute: Criterion resolves it in the folder of the package that it measures.
    shell.set_var("CARGO_TARGET_DIR", workspace::root().join("peers/target"));
    Ok(shell)
}
