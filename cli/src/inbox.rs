//! Starts `cargo-webhooks-inbox`, which has what this program does not: databases.

use std::env::consts::EXE_SUFFIX;
use std::io::{self, ErrorKind};
use std::process::{Command, ExitCode, ExitStatus};

use crate::args::Inbox;

pub(crate) fn run(inbox: &Inbox) -> ExitCode {
    let error = match start(inbox) {
        Ok(status) => return exit_code(status),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            "`cargo-webhooks-inbox` is not installed: run `cargo install --path inbox/cli` in a clone of its repository"
                .to_owned()
        }
        Err(error) => format!("`cargo-webhooks-inbox` cannot be started: {error}"),
    };
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// The one in `PATH`, else the one beside this program.
fn start(inbox: &Inbox) -> io::Result<ExitStatus> {
    let name = format!("cargo-webhooks-inbox{EXE_SUFFIX}");
    match Command::new(&name).args(&inbox.arguments).status() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Command::new(std::env::current_exe()?.with_file_name(name)).args(&inbox.arguments).status()
        }
        result => result,
    }
}

/// A process that was ended by a signal has none.
fn exit_code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
