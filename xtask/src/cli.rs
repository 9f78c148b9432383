//! The command line.

use std::ffi::OsString;
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
    Edits(Edits),
    Suite(Suite),
    Conformance(Conformance),
    Bench(Bench),
    /// `cargo webhooks`, for other tasks
    #[command(hide = true, disable_help_flag = true)]
    Webhooks {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
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

/// Run the benchmarks of `docs/performance.md`
///
/// Compile times are measured by `peers/bench/compile-time`.
#[derive(Args)]
pub(crate) struct Bench {
    /// Short runs; fail if a ratio is much worse than the one recorded in `.ci/performance.json`
    #[arg(long)]
    pub(crate) check: bool,
}

/// Run signature test vectors
///
/// The file has one JSON object per line: `id`, `title`, `secrets` (strings), `now` (seconds since 1970), `headers_b64`
/// (pairs of a name and a base64 value), `body_b64`, `expect` (`accept` or `reject`) and, for the latter, `kind` (a
/// variant of `VerifyError`, or `Secret` if the secrets are refused) and `status`. Prints a table. The exit code is 1
/// unless every case passes.
#[derive(Args)]
pub(crate) struct Conformance {
    /// The cases, as JSON Lines
    pub(crate) file: PathBuf,
}

/// Measure the generator on a folder of descriptions
///
/// Generates a crate from each description of webhooks in the folder, with the configuration lines that the generator
/// requests, and compiles it with warnings denied, also those of clippy. Examples of whole payloads, from the description
/// and from the folder `examples` next to it, are passed through the receiver: decoded, routed and serialized again. Two
/// forms of one description (YAML and JSON, one file and many) must give the same code.
///
/// A webhook counts as right if a value of its own examples, lists or extensions reaches it, as wrong if it has such values
/// and none does, and else as unknown. For webhooks in `.ci/corpus-event-types.json`, that table says what is right.
///
/// Prints a table with a row per description on standard output, and progress on standard error. If the folder contains
/// `examples-validity.json`, it states which examples match their schemas. Those must decode and be serialized unchanged;
/// others may reach the fallback.
///
/// The exit code is 0 on success, 1 if there are failures (with `--record`: if a row is worse than on record), and 2 if
/// the command itself fails.
#[derive(Args)]
pub(crate) struct Corpus {
    /// The folder
    pub(crate) dir: PathBuf,

    /// Print one JSON object per document, then the totals, instead of the table
    #[arg(long)]
    pub(crate) json: bool,

    /// Only documents with this text in their path
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// How far to go with each description
    #[arg(long, value_name = "STAGE", value_enum, default_value_t)]
    pub(crate) until: Until,

    /// Also run `cargo webhooks init` on each description, accept the candidates that it offers, and generate again
    #[arg(long)]
    pub(crate) init: bool,

    /// Where the crates are written and built; default `target/corpus`
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Compare with this record of earlier counts, and fail only if one got worse
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Renew the record instead
    #[arg(long, requires = "record", conflicts_with = "filter")]
    pub(crate) bless: bool,
}

/// Measure the emitted types with JSON-Schema-Test-Suite
///
/// Reads a checkout of the suite: `draft2020-12` for OpenAPI 3.1 and 3.2, `draft4` for OpenAPI 3.0. Each schema is the
/// required and the optional member, the element of a list and the value of a map of a payload. Its valid instances are
/// passed through the crate that is generated from many of them, and must be encoded as equal JSON. Strings of formats
/// are also read by typed access.
///
/// Prints a table with a row per file of the suite. The exit code is 0 on success, 1 if there are failures (with
/// `--record`: if a row is worse than on record), and 2 if the command itself fails.
#[derive(Args)]
pub(crate) struct Suite {
    /// The checkout
    pub(crate) dir: PathBuf,

    /// Only groups with this text in their file or description
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// Where the crates are written and built; default `target/suite`
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Compare with this record of earlier counts, and fail only if one got worse
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Renew the record instead
    #[arg(long, requires = "record", conflicts_with = "filter")]
    pub(crate) bless: bool,
}

/// Measure what edits of a description do to a receiver
///
/// Generates a crate for each edit of `generator/tests/diff/edits.yaml`, with the record of names of the crate before. Handlers
/// that use each public item of one crate are compiled with the other, and the receiver of one is passed deliveries that are valid
/// for the other. The results are compared with the table.
///
/// With `--long`, `public-api` (with a nightly toolchain) and cargo-semver-checks 0.51.0 (if it is installed) must also say of each
/// edit whether handlers compile, except for the known differences in `generator/tests/diff/semver_checks.yaml`.
///
/// Prints a row per edit on standard output. The exit code is 0 if all rows are as in the table, 1 if one is not, and 2 if the
/// command itself fails.
#[derive(Args)]
pub(crate) struct Edits {
    /// All edits, instead of one of each kind that breaks a receiver
    #[arg(long)]
    pub(crate) long: bool,

    /// Only edits of this rule
    #[arg(long, value_name = "RULE", conflicts_with = "long")]
    pub(crate) rule: Option<String>,

    /// Where the crates are written and built; default `target/edits`
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
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
