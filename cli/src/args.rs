//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use webhook_generator::Stage;
use webhook_generator::config::CrateName;
use webhook_generator::source::Limit;

/// Generate Rust crates that receive webhooks
#[derive(Parser)]
#[command(name = "cargo-webhooks", bin_name = "cargo webhooks", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Generate(Generate),
    Overlay(Overlay),
    Explain(Explain),
}

/// Generate a crate from an OpenAPI description of webhooks
///
/// Diagnostics and a summary go to standard error. The results of `--check`, `--dry-run` and `--emit` go to standard output.
///
/// Exit code: 0 on success; 1 if the description has errors, the output cannot be written, or `--check` finds a difference;
/// 2 if the command line is wrong.
#[derive(Args)]
pub struct Generate {
    /// The OpenAPI description, YAML or JSON; requires `--out`
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// An OpenAPI Overlay to apply; repeat it for several, which are applied in order
    #[arg(long = "overlay", value_name = "FILE", requires = "spec")]
    pub(crate) overlays: Vec<PathBuf>,

    /// The `codegen.toml`; docs/configuration.md lists its keys
    #[arg(long, value_name = "FILE", requires = "spec")]
    pub(crate) config: Option<PathBuf>,

    /// The folder of the generated crate; other files in it are left alone
    #[arg(long, value_name = "DIR", requires = "spec")]
    pub(crate) out: Option<PathBuf>,

    /// The name of the generated package; overrides `codegen.toml`; the default is the name of the output folder
    #[arg(long, value_name = "NAME", requires = "spec")]
    pub(crate) crate_name: Option<CrateName>,

    /// Where the generated package finds `webhook-receiver`
    ///
    /// An address with `://` is a git repository. A value that begins with a digit or with one of `^ ~ = < > *` is a version
    /// requirement. Anything else is the path of a folder (write `./1.0` if its name looks like a version).
    #[arg(long, value_name = "PATH|GIT|VERSION", requires = "spec", allow_hyphen_values = true)]
    pub(crate) receiver: Option<Receiver>,

    /// Override a resource limit; repeat it for several
    ///
    /// The names are `file-bytes`, `nodes`, `indicators`, `files`, `references`, `members` and `values`. See docs/hostile.md.
    #[arg(long = "limit", value_name = "NAME=NUMBER", requires = "spec")]
    pub(crate) limits: Vec<Limit>,

    /// Write nothing; show how the output differs, and fail if it does
    #[arg(long, conflicts_with_all = ["dry_run", "emit"])]
    pub(crate) check: bool,

    /// Write nothing; list what would be written and removed
    #[arg(long, conflicts_with = "emit")]
    pub(crate) dry_run: bool,

    /// Write nothing; show the result of a stage of the generator
    #[arg(long, value_name = "STAGE")]
    pub(crate) emit: Option<Emit>,

    /// The format of diagnostics and the summary
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Turn warnings into errors, except those with a level in `[diagnostics]` of `codegen.toml`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,

    /// List every file and the time of each phase
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Print the description with its overlays applied
///
/// Diagnostics go to standard error.
#[derive(Args)]
pub(crate) struct Overlay {
    /// The OpenAPI description, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// An OpenAPI Overlay to apply; repeat it for several, which are applied in order
    #[arg(long = "overlay", value_name = "FILE", requires = "spec")]
    pub(crate) overlays: Vec<PathBuf>,

    /// The format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Syntax,

    /// The format of diagnostics and the summary
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Turn warnings into errors, except those with a level in `[diagnostics]` of `codegen.toml`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,
}

/// Explain a diagnostic code, such as E0301
#[derive(Args)]
pub(crate) struct Explain {
    /// The code; if omitted, all codes are listed
    pub(crate) code: Option<String>,
}

/// What can be denied on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// All warnings
    Warnings,
}

/// The format of a description.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Syntax {
    #[default]
    Yaml,
    Json,
}

/// The format of diagnostics and the summary.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// Text
    #[default]
    Text,
    /// One JSON object per line on standard output, the summary last; with `--emit` on standard error
    Json,
    /// Annotations for GitHub Actions, on standard output
    Github,
}

/// A stage of the generator.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Emit {
    /// The description with its overlays applied
    Tree,
    /// The schemas in one dialect
    Normalized,
    /// The intermediate representation
    Ir,
    /// The names in Rust
    Names,
}

impl From<Emit> for Stage {
    fn from(emit: Emit) -> Self {
        match emit {
            Emit::Tree => Self::Tree,
            Emit::Normalized => Self::Normalized,
            Emit::Ir => Self::Ir,
            Emit::Names => Self::Names,
        }
    }
}

/// Where `webhook-receiver` is located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    Path(PathBuf),
    Git(String),
    Version(String),
}

impl FromStr for Receiver {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.contains(char::is_control) {
            return Err("must not be empty and must not contain control characters");
        }
        if text.contains("://") {
            return if text.contains(char::is_whitespace) {
                Err("a git address must not contain spaces")
            } else {
                Ok(Self::Git(text.to_owned()))
            };
        }
        if text.starts_with("git@") {
            return Err("write this address as `ssh://git@host/path`, which Cargo accepts");
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || "^~=<>*".contains(c)) {
            let known = |c: char| c.is_ascii_alphanumeric() || "^~=<>*.,-+ ".contains(c);
            return if text.chars().all(known) {
                Ok(Self::Version(text.to_owned()))
            } else {
                Err("is not a version requirement")
            };
        }
        Ok(Self::Path(text.into()))
    }
}

/// Reports a wrong command line as its parser does, and ends the process.
pub(crate) fn usage_error(subcommand: &str, kind: ErrorKind, message: &str) -> ! {
    let mut command = Cli::command();
    command.build();
    let command = match command.find_subcommand_mut(subcommand) {
        Some(subcommand) => subcommand,
        None => &mut command,
    };
    command.error(kind, message).exit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn kinds_of_receivers() {
        let path = |path: &str| Ok(Receiver::Path(path.into()));
        let git = |address: &str| Ok(Receiver::Git(address.to_owned()));
        let version = |version: &str| Ok(Receiver::Version(version.to_owned()));
        for (text, expected) in [
            ("../receiver", path("../receiver")),
            ("receiver", path("receiver")),
            ("./1.0", path("./1.0")),
            ("C:\\receiver", path("C:\\receiver")),
            ("https://example.com/a.git", git("https://example.com/a.git")),
            ("ssh://git@example.com/a", git("ssh://git@example.com/a")),
            ("0.1", version("0.1")),
            ("^1.2.3-rc.1", version("^1.2.3-rc.1")),
            (">=1, <3", version(">=1, <3")),
        ] {
            assert_eq!(text.parse::<Receiver>(), expected, "{text:?}");
        }
        for text in ["", "a\nb", "https://a b", "git@example.com:a", "1.0\"", "1/2"] {
            assert!(text.parse::<Receiver>().is_err(), "{text:?}");
        }
    }
}
