//! Changes as Markdown.

use super::Changes;
use crate::diff::Entry;
use crate::render::visible;

/// Changes of a rule that are listed without `verbose`.
const LISTED: usize = 5;

pub(super) fn markdown(changes: &Changes<'_>) -> String {
    let Changes { report, old, new, accepted, verbose } = changes;
    let mut text = format!("### Webhooks: {} to {}\n\n", escaped(old.title), escaped(new.title));
    if report.entries.is_empty() {
        return text + "No differences.\n";
    }
    text += &format!("**Version:** {}  \n", report.step().name());
    text += &format!("**Deploy:** {}\n\n", report.deployment().advice());
    let open = changes.open();
    let shown = if *verbose { report } else { &open };
    let groups = shown.by_rule();
    if !groups.is_empty() {
        text += "| effect | change | count |\n|---|---|--:|\n";
        for (rule, entries) in &groups {
            text += &format!("| {} | {} | {} |\n", effect(entries), escaped(rule.meaning()), entries.len());
        }
        text += "\n";
    }
    old.locate(shown.entries.iter().filter_map(Entry::old));
    new.locate(shown.entries.iter().filter_map(Entry::new_place));
    for (rule, entries) in &groups {
        let most = if *verbose { entries.len() } else { LISTED };
        text += &format!("<details><summary><code>{}</code> ({})</summary>\n\n", rule.id(), entries.len());
        for entry in entries.iter().take(most) {
            text += &item(changes, entry);
        }
        if entries.len() > most {
            text += &format!("- and {} more\n", entries.len() - most);
        }
        text += "\n</details>\n";
    }
    if !accepted.is_empty() {
        text += &format!("\n{} changes were accepted.\n", accepted.len());
    }
    text
}

fn effect(entries: &[&Entry]) -> String {
    entries.first().map(|entry| entry.effect()).unwrap_or_default()
}

fn item(changes: &Changes<'_>, entry: &Entry) -> String {
    let places = [(&changes.old, &entry.old), (&changes.new, &entry.new)];
    let places = places.into_iter().filter_map(|(side, source)| Some(code(&side.line(source.as_ref()?))));
    let places = places.collect::<Vec<_>>().join(" → ");
    let guess = if entry.guess { " (a guess)" } else { "" };
    let places = if places.is_empty() { places } else { format!(": {places}") };
    let mut text = format!("- {}{guess}{places}\n", escaped(&entry.message));
    for reason in &entry.reasons {
        text += &format!("  - {}\n", escaped(reason));
    }
    if let Some(hint) = &entry.hint {
        text += &format!("  - {}\n", escaped(hint));
    }
    if !entry.settings.is_empty() {
        let lines = entry.settings.iter().map(|line| format!("    {}\n", visible(line).replace("```", "'''")));
        text += &format!("    ```toml\n{}    ```\n", lines.collect::<String>());
    }
    text
}

/// Text in which only code is formatted: names are in backticks, and have none themselves.
pub(super) fn escaped(text: &str) -> String {
    let (mut out, mut in_code, mut last) = (String::new(), false, ' ');
    for c in visible(text).chars() {
        match c {
            // A run of backticks would be another delimiter.
            '`' if last == '`' => {}
            '`' => {
                in_code = !in_code;
                out.push(c);
            }
            '|' => out.push_str("\\|"),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '@' | '~' if !in_code => out.extend(['\\', c]),
            c => out.push(c),
        }
        last = c;
    }
    if in_code {
        out.push('`');
    }
    out
}

pub(super) fn code(text: &str) -> String {
    format!("`{}`", visible(text).replace('`', "'"))
}
