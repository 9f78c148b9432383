//! Tasks of this repository: `cargo xtask`.

mod bench;
mod bless;
mod check;
mod cli;
mod conformance;
mod corpus;
mod edits;
mod suite;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Bench(arguments) => bench::run(&arguments),
        cli::Command::Bless => bless::run(),
        cli::Command::Check(arguments) => check::run(&arguments),
        cli::Command::Codegen(arguments) => arguments.run(),
        cli::Command::Conformance(arguments) => conformance::run(&arguments.file),
        cli::Command::Corpus(arguments) => corpus::run(&arguments),
        cli::Command::Edits(arguments) => edits::run(&arguments),
        cli::Command::Suite(arguments) => suite::run(&arguments),
        cli::Command::Webhooks { arguments } => {
            cargo_webhooks::run([OsString::from("cargo-webhooks")].into_iter().chain(arguments))
        }
    }
}
