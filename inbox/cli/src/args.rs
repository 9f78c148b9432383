//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use webhook_inbox::store::{Selection, State};

use crate::time::{Age, Moment};

/// Show and change what a webhook inbox has stored
///
/// The store is that of `--url`, else of `WEBHOOK_INBOX_URL`, else of `DATABASE_URL`: `postgresql://…`, or `sqlite:` and the
/// path of a file. `sqlite:` can be left out if the path has no `=`, `@` or `:`. A store that does not exist is not created.
///
/// Exit code: 0 if it was done; 1 if the store failed, or if what was asked for does not exist; 2 if the command line is
/// wrong; 3 if nothing was changed because `--yes` is missing.
#[derive(Parser)]
#[command(name = "cargo-webhooks-inbox", bin_name = "cargo webhooks inbox", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) store: Address,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the store is.
#[derive(Args)]
pub(crate) struct Address {
    /// The URL of the store; a password is better kept in the environment
    #[arg(long, global = true, env = "WEBHOOK_INBOX_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,

    /// The schema of the tables, in PostgreSQL
    #[arg(long, global = true, env = "WEBHOOK_INBOX_SCHEMA", default_value = "webhook_inbox")]
    pub(crate) schema: String,
}

/// What has failed and waits for its next attempt.
pub(crate) const RETRYING: &str = "retrying";

#[derive(Subcommand)]
pub(crate) enum Command {
    List(List),
    Show(Show),
    Replay(Replay),
    /// Stop handling deliveries of an endpoint, in all processes; new ones are stored
    Pause(Endpoint),
    /// Handle deliveries of an endpoint again
    Resume(Endpoint),
    Purge(Purge),
    Erase(Erase),
    Export(Export),
    Backup(Backup),
    Move(Move),
}

/// Conditions on deliveries, which must all be met. Options can be repeated, or have several values with commas between.
#[derive(Args, Default)]
pub(crate) struct Filter {
    /// Deliveries with these ids
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// Those of this endpoint
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: Option<String>,

    /// Those in these states: pending, running, done, dead, unrouted; or retrying, which are those of the pending ones that have
    /// failed and wait for their next attempt
    #[arg(long = "state", value_name = "STATE", value_delimiter = ',', value_parser = parse_state)]
    pub(crate) states: Vec<Condition>,

    /// Those with these event types
    #[arg(long = "event-type", value_name = "TYPE", value_delimiter = ',')]
    pub(crate) event_types: Vec<String>,

    /// Those with at least this number of attempts
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) min_attempts: u32,

    /// Those that were accepted at this time or later: `2h` ago, or a time such as `2026-03-01T10:00:00Z`
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Moment>,

    /// Those that were accepted before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Moment>,
}

impl Filter {
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            endpoint: self.endpoint.clone(),
            ids: self.ids.clone(),
            states: self.states.iter().filter_map(|condition| condition.state()).collect(),
            retrying: self.states.contains(&Condition::Retrying),
            event_types: self.event_types.clone(),
            min_attempts: self.min_attempts,
            since: self.since.map(Moment::time),
            until: self.until.map(Moment::time),
        }
    }
}

/// A condition on the state of a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Is(State),
    Retrying,
}

impl Condition {
    fn state(self) -> Option<State> {
        match self {
            Self::Is(state) => Some(state),
            Self::Retrying => None,
        }
    }
}

fn parse_state(name: &str) -> Result<Condition, String> {
    if name == RETRYING {
        return Ok(Condition::Retrying);
    }
    State::parse(name).map(Condition::Is).ok_or_else(|| {
        let names = State::ALL.map(State::name).join(", ");
        format!("the states are {names}, {RETRYING}")
    })
}

/// List deliveries, those that were accepted first at the beginning
///
/// Done deliveries are listed only if an id or a state is given.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Count the deliveries of each endpoint, and group those that have failed by event type and reason
    #[arg(long, conflicts_with_all = ["ids", "states", "event_types", "min_attempts", "since", "until", "bodies", "limit"])]
    pub(crate) summary: bool,

    /// List at most this number
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub(crate) limit: usize,

    /// Print bodies, which may contain personal data
    #[arg(long)]
    pub(crate) bodies: bool,

    /// The format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Show a delivery, without its body
#[derive(Args)]
pub(crate) struct Show {
    /// Its id
    pub(crate) id: String,

    /// Its endpoint; needed only if several have the id
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: Option<String>,

    /// Print the body as well, which may contain personal data
    #[arg(long)]
    pub(crate) body: bool,

    /// Print the body alone, byte for byte
    #[arg(long, conflicts_with_all = ["body", "format"])]
    pub(crate) raw: bool,

    /// The format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Handle dead and unrouted deliveries again, and those that wait for their next attempt now
///
/// They become pending, and their attempts are counted from the beginning. Those that wait for their next attempt are replayed
/// only if they are named, by id or by `--state retrying`. `--yes` is needed, unless ids are given that one endpoint has
/// each. Each id must be that of such a delivery; otherwise nothing is replayed. If the delay of some is already over, the others
/// are replayed, and the command fails.
#[derive(Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) filter: Filter,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// Whether a change is made.
#[derive(Args)]
pub(crate) struct Confirmation {
    /// Do it; otherwise what would be changed is printed
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// An endpoint.
#[derive(Args)]
pub(crate) struct Endpoint {
    /// Its name; needed only if the store has several
    pub(crate) endpoint: Option<String>,
}

/// Remove what is old, in chunks
///
/// A running inbox does this by itself, with the retention that it is set up with. Only what is named here is removed. A time
/// is a number with `d` or `h`, such as `7d`.
#[derive(Args)]
#[command(group = ArgGroup::new("what").args(["dead", "unrouted", "seen"]).multiple(true).required(true))]
pub(crate) struct Purge {
    /// Bodies of deliveries that have been dead for at least this time
    #[arg(long, value_name = "AGE")]
    pub(crate) dead: Option<Age>,

    /// Bodies of deliveries that have been unrouted for at least this time
    #[arg(long, value_name = "AGE")]
    pub(crate) unrouted: Option<Age>,

    /// Ids of deliveries that were accepted at least this time ago, `4d` or more, and have no body: if they are sent again,
    /// they are new. The versions of `latest_by` that have not changed since are forgotten as well
    #[arg(long, value_name = "AGE")]
    pub(crate) seen: Option<Age>,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// Erase bodies at once, for good; the ids are remembered
///
/// What was not done becomes dead with the reason `erased`, and is not handled. Backups keep what they have. PostgreSQL keeps
/// removed rows until it vacuums the table.
#[derive(Args)]
#[command(group = ArgGroup::new("which").args(["ids", "member"]).multiple(true).required(true))]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Those whose body has this text or number at a JSON pointer, such as `/user/id=42`
    #[arg(long, value_name = "POINTER=VALUE", value_parser = parse_member)]
    pub(crate) member: Option<Member>,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// A member of bodies.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) pointer: String,
    pub(crate) value: String,
}

fn parse_member(text: &str) -> Result<Member, String> {
    match text.split_once('=') {
        Some((pointer, value)) if pointer.starts_with('/') => {
            Ok(Member { pointer: pointer.to_owned(), value: value.to_owned() })
        }
        _ => Err("write a JSON pointer, `=` and a value, such as `/user/id=42`".to_owned()),
    }
}

/// Write deliveries with their bodies, one JSON object per line
///
/// `delivery` is the serialized form, `webhook_receiver::StoredDelivery`, in base64. Deliveries without a body are left out.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Write to this file, which must not exist; the default is standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Copy a SQLite file while it is used
#[derive(Args)]
pub(crate) struct Backup {
    /// The copy, which must not exist
    pub(crate) file: PathBuf,
}

/// Move deliveries to another store while both accept
///
/// Without `--finish`, the new store is prepared: it handles nothing from then on, and the ids of done deliveries are copied.
/// Then start the receiver with the new store, and stop everything that uses the old one. With `--finish`, all other deliveries
/// are moved, and the new store handles. Both can be repeated, and need `--yes`.
#[derive(Args)]
pub(crate) struct Move {
    /// The URL of the new store; its tables are created if they do not exist. A password is better kept in the environment
    #[arg(long, value_name = "URL", env = "WEBHOOK_INBOX_NEW_URL", hide_env_values = true)]
    pub(crate) to: String,

    /// The schema of the new tables, in PostgreSQL
    #[arg(long, value_name = "SCHEMA", default_value = "webhook_inbox")]
    pub(crate) to_schema: String,

    /// Move everything that is left
    #[arg(long)]
    pub(crate) finish: bool,

    /// Give the move up: the new store handles what it has
    #[arg(long, conflicts_with = "finish")]
    pub(crate) cancel: bool,

    /// How long handlers of the old store have to end
    #[arg(long, value_name = "TIME", default_value = "60s", requires = "finish")]
    pub(crate) wait: Age,

    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// The format of the output.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, for people
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_valid() {
        Cli::command().debug_assert();
    }
}
