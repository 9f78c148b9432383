//! How the program is started, and what happens to its output.

use std::fs;
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

const SPEC: &str = "openapi: 3.1.0
info: { title: Parcels, version: '1' }
webhooks:
  parcel.sent: { post: { requestBody: { content: { application/json: { schema: { type: object } } } } } }
";

/// The write end of a pipe without a reader.
fn closed_pipe() -> Stdio {
    let (_, writer): (PipeReader, _) = pipe().unwrap();
    writer.into()
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for arguments in ["explain", "explain E0301", "--help", "generate --help", "--version"] {
        let output = command(arguments).stdout(closed_pipe()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments}: {output:?}");
    }
    // Whatever is printed, and wherever.
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("spec.yaml"), SPEC).unwrap();
    fs::write(path("none.yaml"), "openapi: 3.1.0\nwebhooks: {}\n").unwrap();
    fs::write(
        path("overlay.yaml"),
        "overlay: 1.1.0\ninfo: {title: a, version: a}\nactions: [{target: $.a, remove: true}]\n",
    )
    .unwrap();
    let (spec, none, overlay) = (path("spec.yaml"), path("none.yaml"), path("overlay.yaml"));
    let to_out = format!("--spec {spec} --receiver 1.0 --crate-name acme --out {}", path("out"));
    for format in ["text", "json", "github"] {
        for (arguments, code) in [
            (format!("generate {to_out} --dry-run"), 0),
            (format!("generate {to_out} --check"), 1),
            (format!("generate {to_out} -v"), 0),
            (format!("generate {to_out} --check"), 0),
            (format!("generate --spec {spec} --emit names"), 0),
            (format!("generate --spec {none} --emit ir"), 1),
            (format!("overlay --spec {spec} --overlay {overlay}"), 0),
            (format!("overlay --spec {spec} --format json"), 0),
        ] {
            let arguments = format!("{arguments} --message-format {format}");
            let mut closed = command(&arguments);
            let output = closed.stdout(closed_pipe()).output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{arguments}: {output:?}");
            let status = command(&arguments).stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
            assert!(matches!(status.code(), Some(0 | 1)), "{arguments}");
        }
        fs::remove_dir_all(path("out")).unwrap();
    }
    for (arguments, code) in [("explain E9999", 1), ("generate --spec nowhere --emit ir", 1), ("unknown", 2)] {
        let status = command(arguments).stderr(closed_pipe()).stdout(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments}");
    }
}

#[test]
fn the_help_lists_every_limit() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-webhooks")).args(["generate", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for name in webhook_generator::source::Limits::NAMES {
        assert!(help.contains(&format!("`{name}`")), "{name}: {help}");
    }
}

#[cfg(unix)]
#[test]
fn the_command_for_an_inbox_is_another_program() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("cargo-webhooks");
    fs::copy(env!("CARGO_BIN_EXE_cargo-webhooks"), &program).unwrap();
    let run = || {
        let arguments = ["webhooks", "inbox", "list", "--state", "dead", "--help"];
        Command::new(&program).args(arguments).env("PATH", "/bin:/usr/bin").output().unwrap()
    };
    let missing = run();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("cargo install --path inbox/cli"));
    let inbox = folder.path().join("cargo-webhooks-inbox");
    fs::write(&inbox, "#!/bin/sh\necho \"$@\"\nexit 3\n").unwrap();
    fs::set_permissions(&inbox, fs::Permissions::from_mode(0o755)).unwrap();
    let found = run();
    assert_eq!((found.status.code(), &found.stdout[..]), (Some(3), &b"list --state dead --help\n"[..]));
}
