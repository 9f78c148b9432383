//! Changes as JSON.

use serde::Serialize;

use super::Changes;
use super::place::Shown;
use crate::diff::{Deployment, Entry, Flags, Step};

/// The version of the format.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    old: &'a str,
    new: &'a str,
    step: Step,
    flags: Flags,
    deployment: Deployment,
    advice: &'static str,
    entries: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    rule: String,
    subject: &'a str,
    message: &'a str,
    meaning: &'static str,
    flags: Flags,
    step: Step,
    guess: bool,
    accepted: bool,
    old: Option<Shown>,
    new: Option<Shown>,
    items: &'a [String],
    events: &'a [String],
    reasons: &'a [String],
    hint: Option<&'a str>,
    settings: &'a [String],
}

pub(super) fn json(changes: &Changes<'_>) -> String {
    let Changes { report, old, new, accepted, .. } = changes;
    old.locate(report.entries.iter().filter_map(Entry::old));
    new.locate(report.entries.iter().filter_map(Entry::new_place));
    let document = Document {
        format: FORMAT,
        old: old.title,
        new: new.title,
        step: report.step(),
        flags: report.flags(),
        deployment: report.deployment(),
        advice: report.deployment().advice(),
        entries: report
            .entries
            .iter()
            .enumerate()
            .map(|(position, entry)| Change {
                rule: entry.rule.id(),
                subject: &entry.subject,
                message: &entry.message,
                meaning: entry.rule.meaning(),
                flags: entry.flags,
                step: entry.step,
                guess: entry.guess,
                accepted: accepted.contains(&position),
                old: entry.old.as_ref().map(|source| old.shown(source)),
                new: entry.new.as_ref().map(|source| new.shown(source)),
                items: &entry.items,
                events: &entry.events,
                reasons: &entry.reasons,
                hint: entry.hint.as_deref(),
                settings: &entry.settings,
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    debug_assert!(text.is_ok(), "{text:?}");
    text.unwrap_or_default() + "\n"
}
