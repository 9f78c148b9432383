//! Changes as text, in the style of rustc.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::place::Located;
use super::{Changes, Side};
use crate::diagnostics::Place;
use crate::diff::{Entry, Flags, Rule, Step};
use crate::render::visible;

/// With more changes that are not only about docs, those of one rule are one line.
const FEW: usize = 6;

/// With more changes of any kind, too.
const SHOWN: usize = 20;

/// Lines of rules that are shown without `-v`.
const RULES: usize = 30;

/// A longer line of a file is not shown.
const LONG_LINE: usize = 300;

pub(super) fn text(changes: &Changes<'_>, color: bool) -> String {
    let open = changes.open();
    let shown = if changes.verbose { changes.report } else { &open };
    let matters = |entry: &&Entry| entry.step > Step::None && entry.flags != Flags::DOCS;
    let are_few = shown.entries.len() <= SHOWN && shown.entries.iter().filter(matters).count() <= FEW;
    let body = if changes.verbose || are_few {
        full(changes, &shown.entries, color)
    } else {
        grouped(changes, &shown.by_rule())
    };
    let separator = if body.is_empty() { "" } else { "\n" };
    format!("{body}{separator}{}", changes.summary())
}

fn full(changes: &Changes<'_>, entries: &[Entry], color: bool) -> String {
    for (side, place) in [(&changes.old, Entry::old as fn(&Entry) -> Option<&_>), (&changes.new, Entry::new_place)] {
        side.locate(entries.iter().filter_map(place));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let entries: Vec<String> = entries.iter().map(|entry| report(changes, entry, &renderer) + "\n").collect();
    entries.join("\n")
}

fn report(changes: &Changes<'_>, entry: &Entry, renderer: &Renderer) -> String {
    let level = if entry.flags.is_breaking() {
        Level::ERROR
    } else if entry.flags.has(Flags::SILENT) {
        Level::WARNING
    } else {
        Level::NOTE
    };
    let id = entry.rule.id();
    let guess = if entry.guess { " (a guess)" } else { "" };
    let accepted = if changes.is_accepted(entry) { " (accepted)" } else { "" };
    let title = level.primary_title(visible(&format!("{}{guess}{accepted}", entry.message))).id(id.as_str());
    let mut group = Group::with_title(title);
    let sides = [(&changes.old, &entry.old, "before"), (&changes.new, &entry.new, "after")];
    // The new place is the one to look at.
    for (side, source, label) in sides.into_iter().rev() {
        let Some(source) = source else { continue };
        let snippet = side.find(source).and_then(|located| snippet(side, &located, label));
        group = match snippet {
            Some(snippet) => group.element(snippet),
            // A long line, or a version whose files are not there.
            None => group.element(Level::NOTE.message(visible(&side.note(label, source)))),
        };
    }
    let mut notes = Vec::new();
    notes.push(format!("{}; version: {}; at `{}`", entry.effect(), entry.step.name(), visible(&entry.subject)));
    if !entry.items.is_empty() {
        notes.push(format!("in the crate: {}", limited(&entry.items)));
    }
    if entry.events.len() > 1 {
        notes.push(format!("in {} event types: {}", entry.events.len(), limited(&entry.events)));
    }
    notes.extend(entry.reasons.iter().map(|reason| visible(reason)));
    let notes = notes.into_iter().map(|note| Level::NOTE.message(note));
    let help = help(entry).map(|help| Level::HELP.message(help));
    renderer.render(&[group.elements(notes).elements(help)])
}

/// What to do, with lines to paste.
pub(super) fn help(entry: &Entry) -> Option<String> {
    let lines: Vec<String> = entry.hint.iter().chain(&entry.settings).map(|line| visible(line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The first of several items.
pub(super) fn limited(items: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = items.iter().take(MOST).map(|item| format!("`{}`", visible(item))).collect();
    let more = items.len().saturating_sub(MOST);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    shown.join(", ") + &more
}

fn snippet<'a>(
    side: &Side<'a>,
    located: &Located,
    label: &'a str,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let sources = side.sources?;
    let text = sources.text(located.file);
    let range = located.range.clone();
    let start = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |length| range.end + length);
    if end - start > LONG_LINE {
        return None;
    }
    let line = sources.position(&Place::Bytes(located.file, start..start)).line;
    let kind = if label == "after" { AnnotationKind::Primary } else { AnnotationKind::Context };
    let path = visible(sources.path_name(located.file));
    let snippet = Snippet::source(&text[start..end]).path(path).line_start(line);
    Some(snippet.annotation(kind.span(range.start - start..range.end - start).label(label)))
}

/// One line for each rule, those that break most first.
fn grouped(changes: &Changes<'_>, groups: &[(Rule, Vec<&Entry>)]) -> String {
    let shown = &groups[..groups.len().min(RULES)];
    let row = |(rule, entries): &(Rule, Vec<&Entry>)| {
        let flags = entries.first().map_or(Flags::NONE, |entry| entry.flags).names().collect::<Vec<_>>().join(" ");
        let flags = if flags.is_empty() { "-".to_owned() } else { flags };
        (flags, rule.id(), entries.len().to_string())
    };
    let rows: Vec<_> = shown.iter().map(row).collect();
    let width =
        |column: fn(&(String, String, String)) -> &String| rows.iter().map(|row| column(row).len()).max().unwrap_or(0);
    let (flags, ids, counts) = (width(|row| &row.0), width(|row| &row.1), width(|row| &row.2));
    for (side, place) in [(&changes.old, Entry::old as fn(&Entry) -> Option<&_>), (&changes.new, Entry::new_place)] {
        side.locate(shown.iter().filter_map(|(_, entries)| entries.first().copied().and_then(place)));
    }
    let mut text = String::new();
    for ((row_flags, id, count), (_, entries)) in rows.iter().zip(shown) {
        let first = entries.first().map_or_else(String::new, |entry| cut(&visible(&entry.subject)));
        text += &format!("{row_flags:<flags$}  {count:>counts$} {id:<ids$}  {first}\n");
    }
    let rest = &groups[shown.len()..];
    if !rest.is_empty() {
        let entries: usize = rest.iter().map(|(_, entries)| entries.len()).sum();
        let kinds = if rest.len() == 1 { "kind" } else { "kinds" };
        text += &format!("and {entries} changes of {} more {kinds}\n", rest.len());
    }
    text + "each line has the first place of its kind; `-v` shows every change\n"
}

/// A text that fits beside the columns.
fn cut(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}
