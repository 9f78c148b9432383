//! The command line of this repository: `cargo xtask`.

mod cli;
mod codegen;
mod corpus;
mod job;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Codegen(arguments) => codegen::run(&arguments),
        cli::Command::Corpus(arguments) => corpus::run(&arguments),
    }
}
