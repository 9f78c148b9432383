//! Changes as a section of a changelog.

use super::markdown::{code, escaped};
use crate::diff::{Deployment, Entry, Flags, Report, Step};

/// Changes of one rule and one effect that are listed.
const LISTED: usize = 10;

/// The headings, by the step of the changes under each.
const HEADINGS: [(Step, &str); 3] =
    [(Step::Major, "Breaking"), (Step::Minor, "Changed"), (Step::Patch, "Docs, examples and other changes")];

/// Empty if no change increases the version.
pub(super) fn changelog(report: &Report) -> String {
    let mut text = String::new();
    for (step, heading) in HEADINGS {
        let entries = report.entries.iter().filter(|entry| entry.step == step).cloned().collect();
        let groups = Report::of(entries);
        if !groups.entries.is_empty() {
            text += &format!("\n### {heading}\n\n");
        }
        for (rule, entries) in groups.by_rule() {
            entries.iter().take(LISTED).for_each(|entry| text += &item(entry));
            if let Some(more) = entries.len().checked_sub(LISTED).filter(|more| *more > 0) {
                text += &format!("- and {more} more of this kind: `{}`\n", rule.id());
            }
        }
    }
    let deployment = report.deployment();
    if deployment != Deployment::Any {
        text = format!("Deployment: {}.\n{text}", deployment.advice());
    }
    text.trim_start_matches('\n').to_owned()
}

fn item(entry: &Entry) -> String {
    let guess = if entry.guess { " (a guess)" } else { "" };
    let flags = match entry.flags {
        Flags::NONE | Flags::DOCS => String::new(),
        flags => format!(" ({flags})"),
    };
    format!("- {}: {}{guess}{flags}\n", code(&entry.subject), escaped(&entry.message))
}
