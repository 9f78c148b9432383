//! The command line of this repository: `cargo xtask`.

mod cli;
mod codegen;
mod conformance;
mod job;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Codegen(arguments) => codegen::run(&arguments),
        cli::Command::Conformance { file } => conformance::run(&file),
    }
}
