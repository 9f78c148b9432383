//! The command line.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use webhook_generator::Stage;
use webhook_generator::config::{CrateName, CrateVersion, Receiver};
use webhook_generator::source::{Limit, Limits};

/// Generate Rust crates that receive webhooks
#[derive(Parser)]
#[command(name = "cargo-webhooks", bin_name = "cargo webhooks", version = webhook_generator::VERSION)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Generate(Generate),
    #[cfg(feature = "fetch")]
    Fetch(Fetch),
    Diff(Diff),
    Release(Release),
    Overlay(Overlay),
    Explain(Explain),
    Inbox(Inbox),
}

/// Generate crates from OpenAPI descriptions of webhooks
///
/// `--config` names the `codegen.toml` of one crate, which states the description and the output folder. Options override
/// it. Without `--config` and `--spec`, the command generates a crate for every `codegen.toml` that the workspace's `Cargo.toml` lists in
/// `configs` of `[workspace.metadata.webhooks]`, or else for the one in the working directory.
///
/// Diagnostics and a summary go to standard error. The results of `--check`, `--dry-run` and `--emit` go to standard output.
///
/// Exit code: 0 on success; 1 if a description or configuration has errors, the output cannot be written, or `--check` finds
/// a difference; 2 if the command line or the workspace's `Cargo.toml` is wrong.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Generate {
    #[command(flatten)]
    pub(crate) input: Input,

    /// The folder of the generated crate; other files in it are left alone
    #[arg(long, value_name = "DIR", requires = "input")]
    pub(crate) out: Option<PathBuf>,

    /// The name of the generated package, instead of that in `codegen.toml`; the default is the name of the output folder
    #[arg(long, value_name = "NAME", requires = "input")]
    pub(crate) crate_name: Option<CrateName>,

    /// Where the generated package finds `webhook-receiver`
    ///
    /// An address with `://` is a git repository. A value that begins with a digit or with one of `^ ~ = < > *` is a version
    /// requirement, which works once `webhook-receiver` is published. Anything else is the path of a folder (write `./1.0` if
    /// its name looks like a version).
    #[arg(long, value_name = "PATH|GIT|VERSION", requires = "input", allow_hyphen_values = true)]
    pub(crate) receiver: Option<Receiver>,

    /// Remove the names of what is gone from `names.lock`, so that something new may have them
    #[arg(long)]
    pub(crate) prune_names: bool,

    /// Write nothing; show how the crate on disk differs from what would be generated, and exit with code 1 if it does
    #[arg(long, conflicts_with_all = ["dry_run", "emit"])]
    pub(crate) check: bool,

    /// Write nothing; list what would be written and removed
    #[arg(long, conflicts_with = "emit")]
    pub(crate) dry_run: bool,

    /// Generate now, and again whenever the description, an overlay or the configuration changes, until Ctrl-C
    #[cfg(feature = "watch")]
    #[arg(long, conflicts_with_all = ["check", "dry_run", "emit"])]
    pub(crate) watch: bool,

    /// Write nothing; show the result of a stage of the generator
    #[arg(long, value_name = "STAGE")]
    pub(crate) emit: Option<Emit>,

    /// Print each finding by itself, every file, and the time of each phase
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Start a crate: write its `codegen.toml`, and generate it
///
/// `--spec` may be an address, as in `--spec https://acme.example/openapi.yaml`: the description is then fetched, stored beside the
/// file, and updated by `cargo webhooks fetch`.
///
/// The file states every choice that was inferred from the description, with its evidence, and has a commented line for every
/// open question. The options that name files are written down, too. A file that exists is never changed: the command then
/// generates as `cargo webhooks generate --config` does.
///
/// Exit code: 0 if the file was written, and the crate was generated or waits for answers; 1 if the description has other
/// errors; 2 if the command line is wrong.
#[derive(Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) input: Input,

    /// The folder of the generated crate; the default is `NAME-webhooks`, with the name of the description
    ///
    /// The `codegen.toml` is written beside it, unless `--config` names another file.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// The name of the generated package; the default is the name of the output folder
    #[arg(long, value_name = "NAME")]
    pub(crate) crate_name: Option<CrateName>,

    /// Where the generated package finds `webhook-receiver`: a path, a git address or a version
    #[arg(long, value_name = "PATH|GIT|VERSION", allow_hyphen_values = true)]
    pub(crate) receiver: Option<Receiver>,

    /// Print each finding by itself, every file, and the time of each phase
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Download descriptions from where their vendors publish them
///
/// The address is `url` in the table `[fetch]` of a `codegen.toml`. Without `--config`, the command fetches the description of every
/// `codegen.toml` with this table that the workspace's `Cargo.toml` lists, or else of the one in the working directory.
///
/// What was fetched is read as `generate` would read it, and then replaces the old files, all or none. A file beside the
/// description records the address, the date, the version and a hash: commit both. The proxy is the one in `HTTPS_PROXY` or
/// `ALL_PROXY`, except for hosts in `NO_PROXY`.
///
/// Exit code: 0 if the description was fetched, or is unchanged; 1 if something failed, and then nothing was written; 2 if the
/// command line or the workspace's `Cargo.toml` is wrong; 3 if `--check` finds something new.
#[cfg(feature = "fetch")]
#[derive(Args)]
pub(crate) struct Fetch {
    /// The `codegen.toml` of a crate
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Write nothing; exit with 3 if the vendor has published something new
    #[arg(long, conflicts_with = "overwrite")]
    pub(crate) check: bool,

    /// Also replace files that were edited here, or that were not fetched
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// How long fetching one description may take, with all its files, in seconds; the default is 60
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<Seconds>,

    /// The format of errors and the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Override a resource limit, such as `file-bytes`; repeat it for several
    #[arg(long = "limit", value_name = "NAME=NUMBER", long_help = limit_help())]
    pub(crate) limits: Vec<Limit>,
}

/// A positive number of seconds, which may have a fraction.
#[cfg(feature = "fetch")]
#[derive(Clone, Copy)]
pub(crate) struct Seconds(pub(crate) std::time::Duration);

#[cfg(feature = "fetch")]
impl std::str::FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().ok().and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
        seconds.filter(|seconds| !seconds.is_zero()).map(Self).ok_or("not a positive number of seconds")
    }
}

/// Compare two versions of a description, and say what the change means for a receiver
///
/// OLD and NEW are each a description, a `codegen.toml`, a folder with one, a `catalogue.json`, or a git revision: `v1.2` has the
/// configuration and all that it names as they were then, `v1.2:acme/openapi.yaml` is a description. Without NEW, the new version
/// is the working tree; without OLD, the old one is `HEAD`. A description has the settings of `--config`, if that is stated.
/// `released.json` is the last release. A `codegen.toml`, a folder with one or a `released.json` alone also says which crate is
/// compared: `cargo webhooks diff acme.toml` compares its `HEAD` with the working tree.
///
/// Each change has flags. `source`: old handlers do not compile. `now`: a running receiver refuses or loses new deliveries.
/// `replay`: the new crate refuses or loses deliveries that were sent before. `silent`: code compiles and deliveries decode, but a
/// value is found elsewhere. `docs`: only docs or examples differ. `docs/changes.md` in the repository of this command explains
/// them and the rules.
///
/// Exit code: 0 on success; 1 if a version has errors; 2 if the command line is wrong or git fails; 3 if there are changes that
/// `--fail-on` names and that are not accepted.
#[derive(Clone, Args)]
pub(crate) struct Diff {
    /// The old version; the default is `HEAD`
    pub(crate) old: Option<String>,

    /// The new version; the default is the working tree
    pub(crate) new: Option<String>,

    /// The `codegen.toml` of the crate
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: DiffFormat,

    /// Exit with code 3 if there are changes of this kind that are not accepted
    #[arg(long, value_name = "WHICH", value_enum)]
    pub(crate) fail_on: Option<FailOn>,

    /// Write all changes to `accepted-changes.toml` beside the `codegen.toml`, so that `--fail-on` passes them
    #[arg(long)]
    pub(crate) accept: bool,

    /// Override a resource limit; repeat it for several
    #[arg(long = "limit", value_name = "NAME=NUMBER", long_help = limit_help())]
    pub(crate) limits: Vec<Limit>,

    /// Show each change, also those that were accepted
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// The format of a comparison.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// For a pull request
    Markdown,
    /// One JSON object; `docs/changes.schema.json` in the repository of this command is its schema
    Json,
    /// Annotations for GitHub Actions
    Github,
}

/// Which changes fail.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Those with `source`, `now` or `replay`
    Breaking,
    /// Also those that add to the crate, or change how a value is decoded
    Any,
}

/// Release a new version of a crate
///
/// What has changed since the last release decides the version; the first release has that of `codegen.toml`. The command writes
/// `crate-version` in `codegen.toml`; `released.json`, the record of what the crate has now; the section of the changelog in
/// `released.md`; and the crate: all of them, or none. If nothing has changed, it says so. It ends with the files to commit.
///
/// Without `--config`, the command releases the crate of every `codegen.toml` that the workspace's `Cargo.toml` lists, or else of
/// the one in the working directory.
///
/// Exit code: 0 on success, also if there is nothing to release; 1 if a description, a configuration or a record has errors, the
/// version is too small, or something cannot be written; 2 if the command line or the workspace's `Cargo.toml` is wrong.
#[derive(Args)]
pub(crate) struct Release {
    /// The `codegen.toml` of a crate
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The version to release; the default follows from what has changed, and a smaller one is refused
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<CrateVersion>,

    /// The date of the release, such as 2026-11-29; the default is today, in UTC
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<Date>,

    /// Write nothing; show the section of the changelog, and list what would be written and removed
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// The format of diagnostics and the summary
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Override a resource limit; repeat it for several
    #[arg(long = "limit", value_name = "NAME=NUMBER", long_help = limit_help())]
    pub(crate) limits: Vec<Limit>,

    /// Print each finding by itself, every file, and the time of each phase
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

fn date(text: &str) -> Result<Date, &'static str> {
    text.parse().map_err(|_| "not a date: write year, month and day, such as 2026-11-29")
}

/// Print a description with its overlays applied
///
/// Diagnostics go to standard error.
#[derive(Args)]
pub(crate) struct Overlay {
    #[command(flatten)]
    pub(crate) input: Input,

    /// The format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Syntax,
}

/// What is read, and how it is reported.
#[derive(Clone, Args)]
#[command(group = ArgGroup::new("input").args(["spec", "config"]).multiple(true))]
pub(crate) struct Input {
    /// The OpenAPI description, YAML or JSON; for `init` also its address
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// The folder that references must not leave, the description's own by default; set it to a folder above that one
    #[arg(long, value_name = "DIR", requires = "input")]
    pub(crate) root: Option<PathBuf>,

    /// An OpenAPI Overlay to apply; repeat it for several, which are applied in order
    #[arg(long = "overlay", value_name = "FILE", requires = "input")]
    pub(crate) overlays: Vec<PathBuf>,

    /// The `codegen.toml` of a crate; `docs/configuration.md` in the repository of this command lists its keys
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The format of diagnostics and the summary
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: MessageFormat,

    /// Turn warnings into errors, except those with a level in `[diagnostics]` of `codegen.toml`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,

    /// Override a resource limit; repeat it for several
    #[arg(long = "limit", value_name = "NAME=NUMBER", long_help = limit_help())]
    pub(crate) limits: Vec<Limit>,
}

impl Generate {
    /// A crate as its configuration states it.
    pub(crate) fn of(input: Input) -> Self {
        Self {
            input,
            out: None,
            crate_name: None,
            receiver: None,
            prune_names: false,
            check: false,
            dry_run: false,
            #[cfg(feature = "watch")]
            watch: false,
            emit: None,
            verbose: false,
        }
    }
}

impl Input {
    /// A configuration, and what it states.
    pub(crate) fn of_config(config: Option<&Path>, message_format: MessageFormat, limits: &[Limit]) -> Self {
        Self {
            spec: None,
            root: None,
            overlays: Vec::new(),
            config: config.map(Path::to_owned),
            message_format,
            deny: None,
            limits: limits.to_vec(),
        }
    }
}

fn limit_help() -> String {
    let names: Vec<String> = Limits::NAMES.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "Override a resource limit; repeat it for several\n\nThe names are {}. `docs/hostile.md` in the repository of this \
         command explains them.",
        names.join(", ")
    )
}

/// Explain a diagnostic code, such as E0301
#[derive(Args)]
pub(crate) struct Explain {
    /// The code; if omitted, all codes are listed
    pub(crate) code: Option<String>,
}

/// Show and change what a webhook inbox has stored; a program of its own, `cargo-webhooks-inbox`
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Inbox {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub(crate) arguments: Vec<OsString>,
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
    /// YAML in block style
    #[default]
    Yaml,
    /// JSON, indented
    Json,
}

/// The format of diagnostics and the summary.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people: diagnostics with the lines that they are about, and a summary, on standard error
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

/// The command line, or the workspace that it is for, is wrong.
#[derive(Debug)]
pub(crate) struct UsageError {
    kind: ErrorKind,
    message: String,
}

impl UsageError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Reports the error as the parser does, and ends the process.
    pub(crate) fn exit(&self, subcommand: &str) -> ! {
        let mut command = Cli::command();
        command.build();
        let command = match command.find_subcommand_mut(subcommand) {
            Some(subcommand) => subcommand,
            None => &mut command,
        };
        command.error(self.kind, &self.message).exit()
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_valid() {
        Cli::command().debug_assert();
    }
}
