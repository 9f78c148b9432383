//! `CHANGELOG.md`.

use std::ops::Range;
use std::path::Path;

use super::{Files, Released, config_of};
use crate::catalogue::Catalogue;
use crate::config::CrateVersion;
use crate::diff::Report;
use crate::render::changes_changelog;

/// The name of the file in a generated crate.
pub(crate) const CHANGELOG: &str = "CHANGELOG.md";

const TITLE: &str = "# Changelog\n\n";

const FLAGS: &str = "\
What a change does is in parentheses:

- *source*: code that uses the crate must be changed
- *now*: the version before refuses or loses new deliveries
- *replay*: this version refuses or loses deliveries that were sent before
- *silent*: code compiles, but a value means something else or is found elsewhere
";

/// The heading of what is not released.
const UNRELEASED: &str = "Unreleased";

impl Released {
    /// The text of `CHANGELOG.md`: what is not released, if there is anything, then the sections of all releases as they are.
    /// `report` is `None` before the first release.
    pub(super) fn changelog(&self, catalogue: &Catalogue, report: Option<&Report>, files: Option<&Files>) -> String {
        let title = format!("{TITLE}{}{FLAGS}", note(files));
        let changes = changes(catalogue, report);
        let unreleased = changes.map(|changes| section(UNRELEASED, &changes));
        let released = Some(self.sections.clone()).filter(|sections| !sections.is_empty());
        let parts: Vec<String> = [title].into_iter().chain(unreleased).chain(released).collect();
        parts.join("\n")
    }
}

/// Who writes the file, and where its text is to be edited.
fn note(files: Option<&Files>) -> String {
    let standard = Files::beside(Path::new("codegen.toml"));
    let files = files.unwrap_or(&standard);
    let [_, sections] = files.names();
    let config = config_of(&files.record).unwrap_or_else(|| "codegen.toml".into());
    let config = config.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "<!-- Written by `cargo webhooks generate`. To edit the section of a release, edit `{sections}` beside `{config}`. -->\n\n"
    )
}

/// The section of a release.
pub(super) fn released(version: &str, date: &str, catalogue: &Catalogue, report: Option<&Report>) -> String {
    let none = || "Nothing that users of the crate see has changed.\n".to_owned();
    section(&format!("{version} - {date}"), &changes(catalogue, report).unwrap_or_else(none))
}

/// The sections, with a new one before them.
pub(super) fn with_section(new: &str, old: &str) -> String {
    let separator = if old.is_empty() { "" } else { "\n" };
    format!("{new}{separator}{old}")
}

fn section(title: &str, changes: &str) -> String {
    format!("## {title}\n\n{changes}")
}

/// What has changed for users of the crate; `None` if nothing has. Before the first release, what there is.
fn changes(catalogue: &Catalogue, report: Option<&Report>) -> Option<String> {
    match report {
        None => {
            let count = catalogue.event_types.len();
            Some(format!("The first version: {count} event type{}.\n", if count == 1 { "" } else { "s" }))
        }
        Some(report) => Some(changes_changelog(report)).filter(|changes| !changes.is_empty()),
    }
}

/// The section of a version.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) version: CrateVersion,
    /// Its heading.
    pub(super) heading: Range<usize>,
    /// Where the next section begins.
    pub(super) end: usize,
}

/// The sections whose heading begins with a version.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        start += line.len();
        start - line.len()..start - line.len() + line.trim_end().len()
    });
    let is_heading = |line: &Range<usize>| ["# ", "## "].iter().any(|mark| text[line.clone()].starts_with(mark));
    let headings: Vec<Range<usize>> = lines.filter(is_heading).collect();
    let ends = headings.iter().skip(1).map(|heading| heading.start).chain([text.len()]);
    let section = |(heading, end): (&Range<usize>, usize)| {
        let version = text[heading.clone()].strip_prefix("## ")?.split_whitespace().next()?.parse().ok()?;
        Some(Section { version, heading: heading.clone(), end })
    };
    headings.iter().zip(ends).filter_map(section).collect()
}
