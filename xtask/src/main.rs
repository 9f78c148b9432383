//! The command line of this repository: `cargo xtask`.

mod cli;
mod codegen;
mod job;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli::Cli { command: cli::Command::Codegen(arguments) } = cli::Cli::parse();
    codegen::run(&arguments)
}
