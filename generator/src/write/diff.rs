//! Prints the changes of a plan.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use similar::TextDiff;

use super::manifest::MANIFEST;
use super::step::{Action, Step};

/// The longest line that is shown in full.
const MAX_WIDTH: usize = 200;

/// How long to search for the shortest difference of two texts.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn diff(folder: &Path, steps: &BTreeMap<String, Step>, max_lines: usize) -> String {
    let mut names = Vec::new();
    let mut differences = Vec::new();
    for (path, step) in steps {
        let place = folder.join(path);
        let place = place.display();
        match step.action {
            Action::Keep => {}
            // Says no more than the other files do.
            _ if path == MANIFEST && steps.values().filter(|step| step.action != Action::Keep).count() > 1 => {}
            Action::Create => names.push(format!("missing: {place} ({} lines)", step.new.lines().count())),
            Action::Remove => names.push(format!("no longer generated: {place}")),
            Action::Change => {
                let old = String::from_utf8_lossy(&step.old).replace("\r\n", "\n");
                let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&*old, &*step.new);
                let headers = [format!("{place} (current)"), format!("{place} (generated)")];
                let diff = diff.unified_diff().header(&headers[0], &headers[1]).to_string();
                differences.extend(diff.lines().map(printable));
            }
        }
    }
    let lines: Vec<_> = names.into_iter().chain(differences).collect();
    let mut text = String::new();
    for line in lines.iter().take(max_lines) {
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{line}");
    }
    if let Some(more) = lines.len().checked_sub(max_lines).filter(|more| *more > 0) {
        let _ = writeln!(text, "... and {more} more lines of differences");
    }
    text
}

/// The line, cut and without control characters.
fn printable(line: &str) -> String {
    let mut printable: String = line
        .chars()
        .take(MAX_WIDTH)
        .map(|c| if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if line.chars().nth(MAX_WIDTH).is_some() {
        printable.push_str(" ...");
    }
    printable
}
