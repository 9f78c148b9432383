//! Renews the expected texts of tests.

use std::process::ExitCode;

use xshell::{Shell, cmd};

use crate::workspace;

pub(crate) fn run() -> ExitCode {
    match renew() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn renew() -> xshell::Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(workspace::root());
    cmd!(shell, "cargo xtask codegen").run()?;
    let _update = shell.push_env("UPDATE_EXPECT", "1");
    cmd!(shell, "cargo test --package webhook-generator").run()
}
