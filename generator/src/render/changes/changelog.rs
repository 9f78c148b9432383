//! Changes as a section of a changelog.

use super::markdown::{code, escaped};
use crate::diff::{Deployment, Entry, Flags, Report, Step};

/// Changes of one rule and one effect that are listed.
const LISTED: usize = 10;

/// Items of the crate that are named for a change.
const ITEMS: usize = 2;

/// The headings, by the step of the changes under each.
const HEADINGS: [(Step, &str); 3] =
    [(Step::Major, "Breaking"), (Step::Minor, "Added and changed"), (Step::Patch, "Docs, examples and other changes")];

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
    let place =
        if names(&entry.message, &entry.subject) { String::new() } else { format!("{}: ", code(&entry.subject)) };
    let items = in_rust(entry).map(|items| format!("; in Rust: {items}")).unwrap_or_default();
    let others = entry.events.len().saturating_sub(1);
    let others = match others {
        0 => String::new(),
        1 => "; also in 1 other event type".to_owned(),
        others => format!("; also in {others} other event types"),
    };
    format!("- {place}{}{guess}{items}{others}{flags}\n", escaped(&entry.message))
}

/// The items of the crate that the message does not name.
fn in_rust(entry: &Entry) -> Option<String> {
    let is_named =
        |item: &String| names(&entry.message, item) || item.split("::").all(|name| names(&entry.message, name));
    let items: Vec<String> = entry.items.iter().filter(|item| !is_named(item)).map(|item| code(item)).collect();
    let shown = items[..items.len().min(ITEMS)].join(", ");
    match items.len() {
        0 => None,
        1..=ITEMS => Some(shown),
        count => Some(format!("{shown} and {} more", count - ITEMS)),
    }
}

/// Whether a message names something, as code of its own or as the beginning of a declaration.
fn names(message: &str, name: &str) -> bool {
    [format!("`{name}`"), format!("`{name}:")].iter().any(|code| message.contains(code.as_str()))
}
