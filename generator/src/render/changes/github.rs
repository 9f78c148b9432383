//! Changes as workflow commands of GitHub Actions, which shows them at their lines.

use super::Changes;
use super::place::Shown;
use super::text::{help, limited};
use crate::diff::{Entry, Flags};
use crate::render::github::{data, property};
use crate::render::visible;

pub(super) fn github(changes: &Changes<'_>) -> String {
    let open = changes.open();
    let groups = open.by_rule();
    let shown: Vec<(&Entry, usize)> = if changes.verbose {
        open.entries.iter().map(|entry| (entry, 0)).collect()
    } else {
        groups.iter().filter_map(|(_, entries)| Some((*entries.first()?, entries.len() - 1))).collect()
    };
    changes.old.locate(shown.iter().filter_map(|(entry, _)| entry.old()));
    changes.new.locate(shown.iter().filter_map(|(entry, _)| entry.new_place()));
    let commands: String = shown.into_iter().map(|(entry, alike)| command(changes, entry, alike) + "\n").collect();
    commands + &changes.summary()
}

fn command(changes: &Changes<'_>, entry: &Entry, alike: usize) -> String {
    let name = if entry.flags.is_breaking() {
        "error"
    } else if entry.flags.has(Flags::SILENT) {
        "warning"
    } else {
        "notice"
    };
    let mut properties = Vec::new();
    // An annotation is about a file of the pull request: the new one.
    let place = entry.new.as_ref().map(|source| changes.new.shown(source));
    if let Some(Shown { file: Some(file), line: Some(line), column: Some(column), .. }) = place {
        properties.push(format!("file={},line={line},col={column}", property(&file)));
    }
    properties.push(format!("title={}", property(&entry.rule.id())));
    let mut lines = vec![visible(&entry.message), format!("{}; version: {}", entry.effect(), entry.step.name())];
    lines.extend(entry.reasons.iter().map(|reason| visible(reason)));
    if !entry.items.is_empty() {
        lines.push(format!("in the crate: {}", limited(&entry.items)));
    }
    lines.extend(help(entry).map(|help| format!("help: {help}")));
    lines.extend((alike > 0).then(|| format!("{alike} more of this kind")));
    format!("::{name} {}::{}", properties.join(","), data(&lines.join("\n")))
}
