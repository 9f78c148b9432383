//! The command line of this repository: `cargo xtask`.

mod cli;
mod codegen;
mod conformance;
mod corpus;
mod explain;
mod job;
mod overlay;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Codegen(arguments) => codegen::run(&arguments),
        cli::Command::Conformance(arguments) => conformance::run(&arguments.file),
        cli::Command::Overlay(arguments) => overlay::run(&arguments),
        cli::Command::Explain(arguments) => explain::run(&arguments),
        cli::Command::Corpus(arguments) => corpus::run(&arguments),
    }
}
