//! `cargo webhooks`

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_webhooks::run(env::args_os())
}
