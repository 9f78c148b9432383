//! How the program is started, and what happens to its output.

use std::io::{PipeReader, pipe};
use std::process::{Command, Output, Stdio};

fn command(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-webhooks"));
    command.args(arguments.split_whitespace());
    command
}

fn run(arguments: &str) -> Output {
    command(arguments).output().unwrap()
}

#[test]
fn cargo_passes_the_name_of_the_subcommand() {
    let direct = run("explain E0301");
    assert!(direct.status.success());
    assert!(direct.stdout.starts_with(b"E0301: "));
    assert_eq!(run("webhooks explain E0301"), direct);
    // Only once: there is no subcommand of that name.
    assert_eq!(run("webhooks webhooks explain E0301").status.code(), Some(2));
}

#[test]
fn help_names_the_command_as_users_type_it() {
    for arguments in ["--help", "webhooks --help"] {
        let help = String::from_utf8(run(arguments).stdout).unwrap();
        assert!(help.contains("Usage: cargo webhooks <COMMAND>"), "{help}");
        assert!(["generate", "overlay", "explain"].iter().all(|command| help.contains(command)), "{help}");
    }
    let help = String::from_utf8(run("generate --help").stdout).unwrap();
    assert!(help.contains("Usage: cargo webhooks generate"), "{help}");
}

/// The write end of a pipe without a reader.
fn closed_pipe() -> Stdio {
    let (_, writer): (PipeReader, _) = pipe().unwrap();
    writer.into()
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for arguments in ["explain", "explain E0301", "--help", "generate --help"] {
        let output = command(arguments).stdout(closed_pipe()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments}: {output:?}");
    }
    for (arguments, code) in [("explain E9999", 1), ("generate --spec nowhere --emit ir", 1), ("unknown", 2)] {
        let status = command(arguments).stderr(closed_pipe()).stdout(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments}");
    }
}
