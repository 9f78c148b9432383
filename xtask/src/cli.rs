//! The command line.

use std::path::PathBuf;

use cargo_webhooks::Generate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Tasks of this repository
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Check(Check),
    /// Renew every expected text: `generated/`, goldens, and messages in `docs/`
    Bless,
    /// Bring `generated/` up to date with `spec/`; `cargo webhooks generate` with the same options
    Codegen(Generate),
    Corpus(Corpus),
    Conformance(Conformance),
}

/// Run the checks of this repository
///
/// Runs them in order, stops at the first that fails, and prints how long each took. The exit code is 0 if all passed or
/// were skipped, 1 if one failed, and 2 if the command line is wrong.
#[derive(Args)]
pub(crate) struct Check {
    /// The checks to run; all of them if none is named
    #[arg(value_name = "CHECK")]
    pub(crate) steps: Vec<String>,

    /// A check to leave out; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub(crate) skip: Vec<String>,

    /// Run the remaining checks after one has failed
    #[arg(long)]
    pub(crate) keep_going: bool,

    /// List the checks and exit
    #[arg(long)]
    pub(crate) list: bool,
}

/// Run signature test vectors
///
/// One JSON object a line: `id`, `title`, `secrets` (texts), `now` (seconds since 1970), `headers_b64` (pairs of a name and a
/// base64 value), `body_b64`, `expect` (`accept` or `reject`) and, for the latter, `kind` (a variant of `VerifyError`, or `Secret`
/// where the secrets are refused) and `status`. Prints a table, and exits with 1 unless every case passes.
#[derive(Args)]
pub(crate) struct Conformance {
    /// The cases, as JSON Lines
    pub(crate) file: PathBuf,
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

    /// Where the crates are written and built; default `target/corpus`
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
