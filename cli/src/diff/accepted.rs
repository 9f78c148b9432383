//! Changes that a team has accepted: a file beside the `codegen.toml`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;

use clap::error::ErrorKind;
use serde::{Deserialize, Serialize};
use webhook_generator::diff::Report;

use crate::args::UsageError;

/// The name of the file, beside the `codegen.toml`.
pub(super) const FILE: &str = "accepted-changes.toml";

const COMMENT: &str = "# Changes that were accepted, by rule. Written by `cargo webhooks diff --accept`.\n\n";

/// The accepted changes: their subjects, by rule.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Accepted(BTreeMap<String, BTreeSet<String>>);

impl Accepted {
    /// All changes of a report.
    pub(super) fn of(report: &Report) -> Self {
        let mut accepted = Self::default();
        for entry in &report.entries {
            accepted.0.entry(entry.rule.id()).or_default().insert(entry.subject.clone());
        }
        accepted
    }

    /// Reads the file; a file that does not exist has none.
    pub(super) fn read(path: &Path) -> Result<Self, UsageError> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| wrong(path, error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(wrong(path, error)),
        }
    }

    /// Writes the file, or removes it if nothing is accepted.
    pub(super) fn write(&self, path: &Path) -> Result<(), UsageError> {
        let done = if self.0.is_empty() {
            match fs::remove_file(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                done => done,
            }
        } else {
            let text = toml::to_string_pretty(self).unwrap_or_default();
            fs::write(path, format!("{COMMENT}{text}"))
        };
        done.map_err(|error| wrong(path, error))
    }

    /// The positions of accepted entries, and the lines of the file that match no entry.
    pub(super) fn positions(&self, report: &Report) -> (HashSet<usize>, Vec<String>) {
        let mut positions = HashSet::new();
        let line = |rule: &str, subject: &str| format!("{rule} {subject}");
        let lines = self.0.iter().flat_map(|(rule, subjects)| subjects.iter().map(move |subject| line(rule, subject)));
        let mut unused: BTreeSet<String> = lines.collect();
        for (position, entry) in report.entries.iter().enumerate() {
            let rule = entry.rule.id();
            if self.0.get(&rule).is_some_and(|subjects| subjects.contains(&entry.subject)) {
                positions.insert(position);
                unused.remove(&line(&rule, &entry.subject));
            }
        }
        (positions, unused.into_iter().collect())
    }
}

fn wrong(path: &Path, error: impl Display) -> UsageError {
    UsageError::new(ErrorKind::Io, format!("`{}`: {error}", path.display()))
}
