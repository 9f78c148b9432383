//! `CHANGELOG.md`.

use std::borrow::Cow;

use super::Released;
use crate::catalogue::Catalogue;
use crate::diff::Report;
use crate::render::changes_changelog;

/// The name of the file in a generated crate.
pub(crate) const CHANGELOG: &str = "CHANGELOG.md";

const TITLE: &str = "\
# Changelog

<!-- Written by `cargo webhooks generate`. To edit the section of a release, edit `released.md` beside `codegen.toml`. -->

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
    pub(super) fn changelog(&self, catalogue: &Catalogue, report: Option<&Report>) -> String {
        let changes = changes(catalogue, report);
        let unreleased = changes.map(|changes| section(UNRELEASED, &changes));
        let released = Some(self.sections.clone()).filter(|sections| !sections.is_empty());
        let parts: Vec<String> = [TITLE.to_owned()].into_iter().chain(unreleased).chain(released).collect();
        parts.join("\n")
    }
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

/// The sections without that of a version, which is of a release that did not end.
pub(super) fn without<'a>(sections: &'a str, version: &str) -> Cow<'a, str> {
    let heading = format!("## {version} ");
    let starts: Vec<usize> = headings(sections).collect();
    match starts.iter().position(|start| sections[*start..].starts_with(&heading)) {
        None => sections.into(),
        Some(index) => {
            let end = starts.get(index + 1).map_or(sections.len(), |end| *end);
            format!("{}{}", &sections[..starts[index]], &sections[end..]).into()
        }
    }
}

/// Where sections begin.
fn headings(sections: &str) -> impl Iterator<Item = usize> + '_ {
    let mut start = 0;
    sections.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        line.starts_with("## ").then_some(at)
    })
}
