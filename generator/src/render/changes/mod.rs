//! Changes as text for people, as Markdown for a pull request or a changelog, as JSON for programs, and as commands for GitHub
//! Actions.

mod changelog;
mod github;
mod json;
mod markdown;
mod place;
#[cfg(test)]
#[allow(clippy::too_many_lines, reason = "expected texts are long")]
#[allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#[allow(clippy::needless_pass_by_value, reason = "`expect!` is handed over where it is written")]
mod tests;
mod text;

use std::collections::HashSet;
use std::ptr;

use crate::diff::{Entry, Report};
use crate::source::Sources;

/// A comparison to show.
pub struct Changes<'a> {
    /// What differs.
    pub report: &'a Report,
    /// The old version.
    pub old: Side<'a>,
    /// The new version.
    pub new: Side<'a>,
    /// The positions of the entries that were accepted.
    pub accepted: HashSet<usize>,
    /// Whether each entry is shown.
    pub verbose: bool,
}

/// A version that was compared.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What it is called, such as `HEAD`.
    pub title: &'a str,
    /// The files that it was read from; `None` if it was read from a catalogue.
    pub sources: Option<&'a Sources>,
}

impl Changes<'_> {
    fn is_accepted(&self, entry: &Entry) -> bool {
        if self.accepted.is_empty() {
            return false;
        }
        let position = self.report.entries.iter().position(|other| ptr::eq(other, entry));
        position.is_some_and(|position| self.accepted.contains(&position))
    }

    /// The entries that were not accepted.
    fn open(&self) -> Report {
        let entries = self.report.entries.iter().enumerate();
        let open = entries.filter(|(position, _)| !self.accepted.contains(position)).map(|(_, entry)| entry.clone());
        Report::of(open.collect())
    }

    /// The step, and in which order to deploy: three lines at most.
    fn summary(&self) -> String {
        let (report, entries) = (self.report, self.report.entries.len());
        if entries == 0 {
            return format!("no differences between {} and {}\n", self.old.title, self.new.title);
        }
        let accepted = match self.accepted.len() {
            0 => String::new(),
            count => format!(", {count} of them accepted"),
        };
        let changes = if entries == 1 { "1 change".to_owned() } else { format!("{entries} changes") };
        let flags = report.flags().to_string();
        let flags = if flags.is_empty() { String::new() } else { format!(" ({flags})") };
        format!(
            "{changes} from {} to {}{accepted}\nversion: {}{flags}\ndeploy: {}\n",
            self.old.title,
            self.new.title,
            report.step().name(),
            report.deployment().advice()
        )
    }
}

/// The text for people. Without `verbose`, the entries of each rule are one, unless there are few.
pub fn changes_text(changes: &Changes<'_>, color: bool) -> String {
    text::text(changes, color)
}

/// Markdown for a pull request.
pub fn changes_markdown(changes: &Changes<'_>) -> String {
    markdown::markdown(changes)
}

/// Markdown for a section of a changelog: the changes that increase the version, of each kind the first ones. Empty if there are
/// none.
pub fn changes_changelog(report: &Report) -> String {
    changelog::changelog(report)
}

/// A JSON object. `docs/changes.schema.json` is its schema.
pub fn changes_json(changes: &Changes<'_>) -> String {
    json::json(changes)
}

/// Workflow commands of GitHub Actions, one for each rule, or for each entry if `verbose`.
pub fn changes_github(changes: &Changes<'_>) -> String {
    github::github(changes)
}
