//! What can be said on the command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use webhook_generator::Stage;
use webhook_generator::config::CrateName;
use webhook_generator::source::Limit;

/// Tasks of this repository
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Codegen(Codegen),
    Overlay(Overlay),
    Explain(Explain),
    Corpus(Corpus),
    Conformance(Conformance),
}

/// Generate a crate from a description of webhooks
///
/// Without arguments, `generated/` is brought up to date with the description, the overlay and the configuration in
/// `spec/`. With `--spec`, a crate of its own is generated from any other description; nothing in `spec/` is read then.
///
/// Findings and a summary go to standard error; what `--check`, `--dry-run` and `--emit` show goes to standard output.
///
/// The exit code is 0 where all is well, 1 where the description has errors, the output cannot be written or `--check` finds it
/// stale, and 2 where the command line makes no sense.
#[derive(Args)]
pub(crate) struct Codegen {
    #[arg(long, value_name = "FILE", help = "The OpenAPI description, YAML or JSON; needs `--out`")]
    pub(crate) spec: Option<PathBuf>,

    /// An overlay to apply to the description; may be given again, the order counts
    #[arg(long = "overlay", value_name = "FILE", requires = "spec")]
    pub(crate) overlays: Vec<PathBuf>,

    /// The configuration, a `codegen.toml`; `docs/configuration.md` lists its keys
    #[arg(long, value_name = "FILE", requires = "spec")]
    pub(crate) config: Option<PathBuf>,

    /// The folder of the generated crate; files in it that are not ours stay as they are
    #[arg(long, value_name = "DIR", requires = "spec")]
    pub(crate) out: Option<PathBuf>,

    /// The name of the generated package, in place of the configuration's; without either, that of the output folder
    #[arg(long, value_name = "NAME", requires = "spec")]
    pub(crate) crate_name: Option<CrateName>,

    /// Where the generated package finds `webhook-receiver`
    ///
    /// An address with `://` is that of a git repository. What begins with a digit or with one of `^ ~ = < > *` is a version
    /// requirement for a registry. Anything else is the path of a folder (write `./1.0` where its name looks like a
    /// version), which the generated manifest names as seen from the crate. Left out, it is the path of `receiver/` here.
    #[arg(long, value_name = "PATH|GIT|VERSION", requires = "spec", allow_hyphen_values = true)]
    pub(crate) receiver: Option<Receiver>,

    /// What to refuse as too much, in place of the default; may be given again
    ///
    /// The names: `file-bytes`, `nodes`, `indicators`, `files`, `references`, `members` and `values`. See docs/hostile.md.
    #[arg(long = "limit", value_name = "NAME=NUMBER", requires = "spec")]
    pub(crate) limits: Vec<Limit>,

    /// Write nothing; show how the output differs, and fail if it does
    #[arg(long, conflicts_with_all = ["dry_run", "emit"])]
    pub(crate) check: bool,

    /// Write nothing; list what would be written and removed
    #[arg(long, conflicts_with = "emit")]
    pub(crate) dry_run: bool,

    /// Write nothing; show what the generator holds after a stage
    #[arg(long, value_name = "STAGE")]
    pub(crate) emit: Option<Emit>,

    /// How findings and the summary are told
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Make warnings errors, but for those that have a level in the configuration's table `diagnostics`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,

    /// Tell every file, and how long each phase took
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Hold the signature verification against a file of cases
///
/// One JSON object a line: `id`, `title`, `secrets` (texts), `now` (seconds since 1970), `headers_b64` (pairs of a name and a
/// base64 value), `body_b64`, `expect` (`accept` or `reject`) and, for the latter, `kind` (a variant of `VerifyError`, or `Secret`
/// where the secrets are refused) and `status`. Prints a table, and exits with 1 unless every case passes.
#[derive(Args)]
pub(crate) struct Conformance {
    /// The cases, as JSON Lines
    pub(crate) file: PathBuf,
}

/// Show the description with its overlays applied
///
/// Without arguments, that is the description in `spec/` with its overlay. Findings go to standard error.
#[derive(Args)]
pub(crate) struct Overlay {
    /// The OpenAPI description, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// An overlay to apply to the description; may be given again, the order counts
    #[arg(long = "overlay", value_name = "FILE", requires = "spec")]
    pub(crate) overlays: Vec<PathBuf>,

    /// What the description is written in
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Syntax,

    /// How findings and the summary are told
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Make warnings errors, but for those that have a level in the configuration's table `diagnostics`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,
}

/// Explain the code of a finding, such as E0301
#[derive(Args)]
pub(crate) struct Explain {
    /// The code; without it, all are listed
    pub(crate) code: Option<String>,
}

/// What can be denied on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// All warnings
    Warnings,
}

/// What a description is written in.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Syntax {
    #[default]
    Yaml,
    Json,
}

/// Measure the generator on a folder of descriptions
///
/// Each description of webhooks in the folder is generated, with the configuration that the generator itself asks for if
/// it does, and compiled with warnings denied. The examples of whole payloads, of the description and of the folder
/// `examples` beside it, are passed through the receiver: decoded, routed, written again. Descriptions that are one in two
/// forms (YAML and JSON, one file and many) are to give the same code.
///
/// Each gives a row of the table on standard output; progress goes to standard error. Where the folder holds
/// `examples-validity.json`, it says which examples are what their schemas describe: those have to decode and to come
/// back as they were, while others may reach the fallback.
///
/// The exit code is 0 where all is well, 1 where there are failures (with `--record`: where a row is worse than on record), and 2
/// where the command cannot do its work.
#[derive(Args)]
pub(crate) struct Corpus {
    /// The folder
    pub(crate) dir: PathBuf,

    /// One JSON object a document, then the totals, in place of the table
    #[arg(long)]
    pub(crate) json: bool,

    /// Only documents with this text in their path
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// How far to go with each description
    #[arg(long, value_name = "STAGE", value_enum, default_value_t)]
    pub(crate) until: Until,

    /// Where the crates are put and built; `target/corpus` unless told
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Compare with this record of earlier counts, and fail only where one got worse
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Write the record anew instead
    #[arg(long, requires = "record", conflicts_with = "filter")]
    pub(crate) bless: bool,
}

/// How far to go with a description.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Until {
    /// Generate, but neither compile nor run
    Generate,
    /// Compile, and pass the examples through the receiver
    #[default]
    Examples,
    /// Run the emitted tests as well
    Tests,
}

/// How a run tells what it has to tell.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON object a line on standard output, the summary last; with `--emit` on standard error
    Json,
    /// For GitHub Actions, which shows them beside the lines that they are about; on standard output as well
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

/// Where `webhook-receiver` is found, as the user has it.
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
            return Err("must be neither empty nor hold control characters");
        }
        if text.contains("://") {
            return if text.contains(char::is_whitespace) {
                Err("an address holds no spaces")
            } else {
                Ok(Self::Git(text.to_owned()))
            };
        }
        if text.starts_with("git@") {
            return Err("write this address as `ssh://git@host/path`, as Cargo wants it");
        }
        if text.starts_with(|c: char| c.is_ascii_digit() || "^~=<>*".contains(c)) {
            let known = |c: char| c.is_ascii_alphanumeric() || "^~=<>*.,-+ ".contains(c);
            return if text.chars().all(known) {
                Ok(Self::Version(text.to_owned()))
            } else {
                Err("is no version requirement")
            };
        }
        Ok(Self::Path(text.into()))
    }
}

/// Complains about the command line in the way in which its parser does, and ends the process.
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
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn receivers_are_told_apart() {
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
