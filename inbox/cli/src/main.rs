//! `cargo webhooks inbox`: shows and changes what an inbox has stored.
//!
//! A program of its own, which `cargo webhooks` starts: an operator needs no generator, and the generator no database.

mod args;
mod change;
mod entry;
mod export;
mod list;
mod open;
mod output;
mod time;
mod transfer;

use std::fmt;
use std::process::ExitCode;

use clap::Parser;
use webhook_inbox::Store;
use webhook_inbox::operations::MoveError;
use webhook_inbox::store::StoreError;

use args::{Cli, Command};
use open::{AnyStore, Target, with_store};
use output::harmless_lines;

/// What has not been done, and why.
#[derive(Debug)]
enum Failure {
    /// The store or the output has failed, or what was asked for does not exist.
    Failed(String),
    /// The command line cannot be used.
    Usage(String),
    /// `--yes` is missing. What would be done was printed.
    Unconfirmed,
}

impl Failure {
    fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(error)
    }
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        Self::failed(error)
    }
}

type Done = Result<(), Failure>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(error)) => {
            eprintln!("error: {}", harmless_lines(&error));
            ExitCode::FAILURE
        }
        Err(Failure::Usage(error)) => {
            eprintln!("error: {}", harmless_lines(&error));
            ExitCode::from(2)
        }
        Err(Failure::Unconfirmed) => {
            eprintln!("nothing was changed: add `--yes` to do this");
            ExitCode::from(3)
        }
    }
}

async fn run(cli: &Cli) -> Done {
    let target = Target::of(&cli.store)?;
    match &cli.command {
        Command::Backup(backup) => change::backup(&target, backup).await,
        Command::Move(arguments) => transfer::run(&target, arguments).await,
        command => {
            let store = target.open().await?;
            let done = on_any(&store, command).await;
            store.close().await;
            done
        }
    }
}

async fn on_any(store: &AnyStore, command: &Command) -> Done {
    with_store!(store, store => on_store(store, command).await?);
    if matches!(command, Command::Erase(_)) && !store.empty_log().await? {
        return Err(Failure::failed(
            "another process reads from the log beside the file, which still has what was erased: repeat the command",
        ));
    }
    Ok(())
}

async fn on_store<S: Store>(store: &S, command: &Command) -> Done {
    match command {
        Command::List(list) => list::list(store, list).await,
        Command::Show(show) => list::show(store, show).await,
        Command::Replay(replay) => change::replay(store, replay).await,
        Command::Pause(endpoint) => change::set_paused(store, endpoint, true).await,
        Command::Resume(endpoint) => change::set_paused(store, endpoint, false).await,
        Command::Purge(purge) => change::purge(store, purge).await,
        Command::Erase(erase) => change::erase(store, erase).await,
        Command::Export(export) => export::run(store, export).await,
        // They open their stores themselves.
        Command::Backup(_) | Command::Move(_) => Ok(()),
    }
}
