//! The command `cargo webhooks`, as a library.
//!
//! [`run`] is the whole command. An `xtask` of your own can run a single subcommand: [`Generate`] has the arguments of
//! `cargo webhooks generate` and can be part of another [`clap`] command line.
//!
//! A build script needs no command line: it uses [`webhook_generator`] directly.

mod args;
mod diff;
mod explain;
#[cfg(feature = "fetch")]
mod fetch;
mod generate;
mod inbox;
mod init;
mod job;
mod output;
mod overlay;
mod paths;
mod project;
mod release;
mod released;
mod report;
mod selection;
mod stack;
#[cfg(feature = "watch")]
mod watch;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

pub use args::Generate;
pub use output::print;

use args::{Cli, Command};

/// Runs the command with the arguments of a process, the first of which is the name of the program.
///
/// Cargo runs `cargo-webhooks webhooks generate` for `cargo webhooks generate`; the word `webhooks` is skipped.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == "webhooks") {
        arguments.remove(1);
    }
    match Cli::parse_from(arguments).command {
        Command::Generate(arguments) => arguments.run(),
        #[cfg(feature = "fetch")]
        Command::Fetch(arguments) => arguments.run(),
        Command::Init(arguments) => arguments.run(),
        Command::Diff(arguments) => arguments.run(),
        Command::Release(arguments) => arguments.run(),
        Command::Overlay(arguments) => arguments.run(),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Inbox(arguments) => inbox::run(&arguments),
    }
}
