//! `cargo webhooks generate --watch`: generates again whenever an input changes.
//!
//! Events only say that something happened in a folder with an input; whether an input has changed is decided by its content.
//! So it does not matter how an editor writes a file.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use clap::error::ErrorKind;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use webhook_generator::catalogue::Catalogue;
use webhook_generator::diff::compare;
use webhook_generator::fingerprint::Fingerprint;
use webhook_generator::render::{Changes, Side, changes_text};

use crate::args::{Generate, UsageError};
use crate::output::{count, print};
use crate::paths::{absolute, shown};
use crate::report::{End, Report};
use crate::stack::on_large_stack;
use crate::workspace::Workspace;

/// How long nothing must happen before the inputs are read: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How many watched files are named.
const MAX_NAMES: usize = 6;

/// Why the wait for changes ends.
enum Event {
    /// Something happened in a folder.
    Changed,
    /// The folders can no longer be watched.
    Failed(notify::Error),
    /// The user ends the command.
    Stop,
}

/// Generates, and again after each change, until the user ends it.
pub(crate) fn run(arguments: &Generate) -> Result<ExitCode, UsageError> {
    let (events, received) = mpsc::channel();
    stop_on_interrupt(events.clone())?;
    let mut folders = Folders::new(events)?;
    let mut before: Option<Inputs> = None;
    let mut crates = Crates::default();
    loop {
        let known = before.as_ref().map(Inputs::again);
        let mut now = Inputs::default();
        match on_large_stack(|| {
            arguments.generate_and(|report| {
                now.add(report);
                crates.add(report);
            })
        }) {
            Ok(_) => {}
            Err(error) if before.is_none() => return Err(error),
            // A mistake in the manifest of the workspace, which is edited now.
            Err(error) => {
                now.has_failed = true;
                say(&format!("error: {error}\n"));
            }
        }
        say(&std::mem::take(&mut crates.changes));
        now.add_workspace();
        if now.has_failed {
            now.expect(known.unwrap_or_default());
        }
        say(&format!("Watching {}; Ctrl-C ends\n", now.listed()));
        match wait(&received, &mut folders, &now)? {
            Some(changed) => say(&format!("\n{changed} changed\n")),
            None => return Ok(ExitCode::SUCCESS),
        }
        before = Some(now);
    }
}

/// Waits until an input has changed, and names those that have; `None` if the user ends the command.
fn wait(received: &Receiver<Event>, folders: &mut Folders, inputs: &Inputs) -> Result<Option<String>, UsageError> {
    loop {
        // Each time: a folder may have been replaced by another one with the same name.
        folders.watch(&inputs.folders()).map_err(|error| unwatched(&error))?;
        let event = if inputs.changed().is_empty() {
            received.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            // A file may be half written.
            received.recv_timeout(QUIET)
        };
        match event {
            Ok(Event::Changed) => {}
            Ok(Event::Failed(error)) => return Err(unwatched(&error)),
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                let changed = inputs.changed();
                if !changed.is_empty() {
                    return Ok(Some(changed));
                }
            }
        }
    }
}

fn stop_on_interrupt(events: Sender<Event>) -> Result<(), UsageError> {
    let stop = move || {
        // The command is about to end if it does not receive.
        let _ = events.send(Event::Stop);
    };
    ctrlc::set_handler(stop).map_err(|error| UsageError::new(ErrorKind::Io, format!("cannot wait for Ctrl-C: {error}")))
}

fn unwatched(error: &notify::Error) -> UsageError {
    UsageError::new(ErrorKind::Io, format!("cannot watch the inputs: {error}"))
}

fn say(text: &str) {
    // A reader that is gone does not end the command.
    let _ = print(io::stderr(), text);
}

/// The folders that are watched.
struct Folders {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

impl Folders {
    fn new(events: Sender<Event>) -> Result<Self, UsageError> {
        let forward = move |result: notify::Result<notify::Event>| {
            let event = match result {
                // This command reads the inputs, too.
                Ok(event) if event.kind.is_access() => return,
                Ok(_) => Event::Changed,
                Err(error) => Event::Failed(error),
            };
            // The command is about to end if it does not receive.
            let _ = events.send(event);
        };
        let watcher = notify::recommended_watcher(forward).map_err(|error| unwatched(&error))?;
        Ok(Self { watcher, watched: BTreeSet::new() })
    }

    /// Watches these folders, and no other. One that disappears in this moment is watched the next time.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>) -> Result<(), notify::Error> {
        for folder in std::mem::take(&mut self.watched) {
            // It may be gone.
            let _ = self.watcher.unwatch(&folder);
        }
        for folder in folders {
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(folder.clone())),
                Err(_) if !folder.exists() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What the crates have.
#[derive(Default)]
struct Crates {
    /// As they were last generated, by configuration.
    catalogues: BTreeMap<PathBuf, Catalogue>,
    /// What the run changed, as text.
    changes: String,
}

impl Crates {
    /// Compares a crate with what the run before made. The first run, and one without a difference, say nothing.
    fn add(&mut self, report: &Report) {
        let Some(catalogue) = &report.catalogue else { return };
        if let Some(old) = self.catalogues.insert(report.name.clone(), catalogue.clone()) {
            let differences = compare(&old, catalogue);
            if !differences.entries.is_empty() {
                let side = |title, sources| Side { title, sources };
                let changes = Changes {
                    report: &differences,
                    old: side("the last run", None),
                    new: side("this one", Some(&report.sources)),
                    accepted: HashSet::new(),
                    verbose: false,
                };
                self.changes += &changes_text(&changes, false);
            }
        }
    }
}

/// What the last run read.
#[derive(Default)]
struct Inputs {
    /// The content of each file; `None` if it could not be read.
    files: BTreeMap<PathBuf, Option<Fingerprint>>,
    /// Whether a run had errors, or lacked a file.
    has_failed: bool,
    /// The files that are in the folders of the inputs, if a run has failed: a new one may be what was missing.
    names: BTreeSet<PathBuf>,
}

impl Inputs {
    fn add(&mut self, report: &Report) {
        let sources = &report.sources;
        self.has_failed |= report.end == End::Failed || !sources.missing().is_empty();
        self.files.insert(absolute(&report.name), read(&report.name));
        for file in sources.files() {
            let path = Path::new(sources.path_name(file));
            // As it was read: a change since then is not missed.
            let is_read = path.exists() || !sources.bytes(file).is_empty();
            let content = is_read.then(|| Fingerprint::of(sources.bytes(file)));
            self.files.insert(absolute(path), content);
        }
        for record in &report.records {
            // The run itself may have written it.
            self.files.insert(absolute(record), read(record));
        }
    }

    /// The manifest lists the configurations and their limits.
    fn add_workspace(&mut self) {
        for manifest in Workspace::manifests(Path::new(".")) {
            self.files.insert(manifest.clone(), read(&manifest));
        }
    }

    /// The same inputs, as they are now.
    fn again(&self) -> Self {
        let files = self.files.keys().map(|path| (path.clone(), read(path))).collect();
        Self { files, has_failed: self.has_failed, names: names(&self.folders()) }
    }

    /// After a failure, which may have come before all files were read: the inputs that were known before it, as they were before
    /// it, are inputs as well, and so is a new file beside one.
    fn expect(&mut self, known: Self) {
        self.names = if known.files.is_empty() { names(&self.folders()) } else { known.names };
        for (path, content) in known.files {
            self.files.entry(path).or_insert(content);
        }
    }

    /// The folders that have the inputs, or the nearest ones that exist.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let nearest = |path: &PathBuf| path.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned);
        self.files.keys().filter_map(nearest).collect()
    }

    /// The files by name; of many, the first ones.
    fn listed(&self) -> String {
        let names = self.files.keys().map(|path| format!("`{}`", shown(path.clone()).display()));
        let names: Vec<_> = names.take(MAX_NAMES).collect();
        let more = match self.files.len() - names.len() {
            0 => String::new(),
            more => format!(" and {}", count(more, "more file")),
        };
        format!("{}{more}", names.join(", "))
    }

    /// The inputs that differ from what was read, as a list; empty if there is none.
    fn changed(&self) -> String {
        let edited = self.files.iter().filter(|(path, content)| read(path) != **content).map(|(path, _)| path.clone());
        let mut changed: BTreeSet<PathBuf> = edited.collect();
        if self.has_failed {
            changed.extend(names(&self.folders()).difference(&self.names).cloned());
        }
        let names: Vec<_> = changed.into_iter().map(|path| format!("`{}`", shown(path).display())).collect();
        names.join(", ")
    }
}

fn read(path: &Path) -> Option<Fingerprint> {
    fs::read(path).ok().map(|text| Fingerprint::of(&text))
}

/// The files in some folders, without those of editors.
fn names(folders: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let is_input = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["yaml", "yml", "json", "toml"].iter().any(|extension| name.ends_with(extension))
            && !name.starts_with(['.', '#'])
    };
    entries.map(|entry| entry.path()).filter(is_input).collect()
}
