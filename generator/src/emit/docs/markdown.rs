//! Texts of a description as rustdoc: readable Markdown that cannot become code.
//!
//! No doctest, no HTML, no intra-doc link, no control or bidirectional character survives, whatever the text is.

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::quote;

use super::html::to_markdown;
use crate::document::{is_invisible, shortened};

/// Lines are wrapped before this column where they can be.
const WIDTH: usize = 100;

/// JSON with more lines is cut, and so is a line with more characters.
const MAX_JSON_LINES: usize = 50;
const MAX_JSON_CHARS: usize = 160;

/// A doc comment: one attribute a line, so that it is printed as `///`.
pub(crate) fn outer(markdown: &str) -> TokenStream {
    let lines = markdown.lines().map(spaced);
    quote!(#(#[doc = #lines])*)
}

/// The lines of an inner doc comment, `//!`.
pub(crate) fn inner(markdown: &str) -> String {
    markdown.lines().map(|line| format!("//!{}\n", spaced(line))).collect()
}

/// Breaks the lines of a text that is Markdown already.
pub(crate) fn wrapped(markdown: &str) -> String {
    let lines = markdown.lines().flat_map(|line| wrap(line, list_marker(line), 0));
    lines.collect::<Vec<_>>().join("\n")
}

fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// Makes a text of a description harmless Markdown.
pub(crate) fn harmless(text: &str) -> String {
    let text = visible(text);
    let text = to_markdown(&text);
    let mut out: Vec<String> = Vec::new();
    let mut fence: Option<char> = None;
    // The columns that text needs to belong to the current list item.
    let mut item = 0;
    for line in text.lines() {
        let content = line.trim();
        if let Some(mark) = ['`', '~'].into_iter().find(|mark| content.starts_with(&mark.to_string().repeat(3))) {
            match fence {
                None => {
                    fence = Some(mark);
                    out.push("```text".to_owned());
                    continue;
                }
                Some(open) if open == mark => {
                    fence = None;
                    out.push("```".to_owned());
                    continue;
                }
                Some(_) => {}
            }
        }
        if fence.is_some() {
            out.push(line.trim_end().replace("```", "'''").replace("~~~", "'''"));
            continue;
        }
        if content.is_empty() {
            item = 0;
            if out.last().is_some_and(|last| !last.is_empty()) {
                out.push(String::new());
            }
            continue;
        }
        // Runs of spaces would make code of list items and quotations.
        let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
        let marker = list_marker(&content);
        // A list right under a paragraph is one only after a blank line.
        if marker > 0 {
            item = marker;
            out.extend(wrap(&escape(&content), marker, 0));
        } else {
            out.extend(wrap(&escape(&content), item, item));
        }
    }
    if fence.is_some() {
        out.push("```".to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out.join("\n")
}

/// One line of harmless Markdown, for a heading or a summary.
pub(crate) fn harmless_line(text: &str) -> String {
    escape(&to_markdown(&visible(text)).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text in code spans, such as a member's name.
pub(crate) fn code(text: &str) -> String {
    let text: String = visible(text).chars().map(|c| if c == '`' { '\'' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "(empty)".to_owned() } else { format!("`{text}`") }
}

/// A block of JSON, cut if it is long.
pub(super) fn json_block(json: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(MAX_JSON_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    // JSON has no line that is a fence, unless a sign within a string became the end of a line.
    let mut all = json.lines();
    let mut lines: Vec<String> =
        all.by_ref().take(MAX_JSON_LINES).map(|line| cut(&visible(line).replace('\n', " "))).collect();
    if all.next().is_some() {
        lines.push("…".to_owned());
    }
    format!("```json\n{}\n```", lines.join("\n"))
}

/// Line ends become one kind, and what cannot be seen goes.
fn visible(text: &str) -> Cow<'_, str> {
    let text = shortened(text);
    let is_hidden = |c: char| c.is_control() || is_invisible(c);
    if !text.contains(|c| c != '\n' && is_hidden(c)) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\n' => out.push(c),
            c if is_hidden(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The width of a list item's marker, with its space; 0 if the line is not a list item.
fn list_marker(line: &str) -> usize {
    if ["- ", "* ", "+ "].iter().any(|marker| line.starts_with(marker)) {
        return 2;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    if (1..=3).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) { digits + 2 } else { 0 }
}

/// Escapes what rustdoc would take for HTML, links or code, outside balanced code spans.
fn escape(line: &str) -> String {
    let ticks = line.matches('`').count();
    let spans = ticks.is_multiple_of(2) && !line.contains("``");
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push_str(if spans { "`" } else { "\\`" });
        }
        if spans && index % 2 == 1 {
            out.push_str(part);
        } else {
            escape_text(&mut out, part);
        }
    }
    out
}

fn escape_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest.find(|c: char| c.is_whitespace() || "<>\"'`[](){}|\\^*".contains(c)).unwrap_or(rest.len());
            let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '_']);
            out.push('<');
            out.push_str(address);
            out.push('>');
            rest = &rest[address.len()..];
            continue;
        }
        if matches!(c, '<' | '>' | '[' | ']' | '\\' | '~' | '&') {
            // A quotation begins with `>`; everywhere else it would only close HTML.
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

/// Breaks a line at spaces: the first `hanging` columns of what follows are blank, those of the first line `first`.
fn wrap(line: &str, hanging: usize, first: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = " ".repeat(first);
    let mut in_span = false;
    for (index, word) in line.split(' ').enumerate() {
        let full = index > 0 && current.chars().count() + 1 + word.chars().count() > WIDTH;
        // Code spans stay on one line, and no line begins with what would be a marker.
        if full && !in_span && !begins_block(word) && !line.starts_with(['#', '|']) {
            lines.push(std::mem::replace(&mut current, " ".repeat(hanging)));
        } else if index > 0 {
            current.push(' ');
        }
        current.push_str(word);
        in_span ^= word.replace("\\`", "").matches('`').count() % 2 == 1;
    }
    lines.push(current);
    lines
}

fn begins_block(word: &str) -> bool {
    word.starts_with(['#', '-', '+', '*', '=', '|', '~', '_', '>'])
        || word.starts_with("```")
        || word.starts_with("\\>")
        || word.trim_end_matches(['.', ')']).bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(harmless(text), expected);
    }

    #[test]
    fn ordinary_markdown_stays() {
        check("Some *emphasis* and `code <T>`.\n\n- one\n- two", "Some *emphasis* and `code <T>`.\n\n- one\n- two");
    }

    #[test]
    fn nothing_becomes_a_doctest() {
        check("```rust\nstd::process::exit(1)\n```", "```text\nstd::process::exit(1)\n```");
        check("    let indented = 1;", "let indented = 1;");
        check("\tlet tabbed = 1;", "let tabbed = 1;");
        check("-     let item = 1;", "- let item = 1;");
        check("> ```\n> code()\n> ```", "\\> \\`\\`\\`\n\\> code()\n\\> \\`\\`\\`");
        check("~~~should_panic\nx\n~~~", "```text\nx\n```");
        check("```\nunclosed", "```text\nunclosed\n```");
        check("```\n~~~should_panic\nx", "```text\n'''should_panic\nx\n```");
        check("~~~\n```\nx", "```text\n'''\nx\n```");
        check("1.     ```\n       x", "1. \\`\\`\\`\n   x");
    }

    #[test]
    fn nothing_becomes_html_or_a_link() {
        check("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>");
        check("[std] and [x](y)", "\\[std\\] and \\[x\\](y)");
        check("see https://a.example/b.", "see <https://a.example/b>.");
        check("a lone ` tick", "a lone \\` tick");
        check(
            "<b><script></b> <a href='https://a.example/](x)'>b</a>",
            "**\\<script\\>** b (<https://a.example/>\\](x))",
        );
        check("<p><code>```</code></p>&lt;b&gt;", "\\<code\\>\\`\\`\\`\\</code\\>\n\n\\<b\\>");
    }

    #[test]
    fn simple_html_is_markdown() {
        check("<p>a <b>b</b>:</p><ul><li>c</li><li><code>d</code></li></ul>", "a **b**:\n\n- c\n- `d`");
    }

    #[test]
    fn what_cannot_be_seen_goes() {
        check("a\rb\r\nc\u{2028}d", "a\nb\nc\nd");
        check("a\u{202e}b\u{0}c\u{1b}[31m", "abc\\[31m");
    }

    #[test]
    fn no_json_ends_its_block() {
        assert_eq!(
            json_block("{\n  \"a\": \"\u{2028}```\u{2028}x\u{202e}\"\n}\n"),
            "```json\n{\n  \"a\": \" ``` x\"\n}\n```"
        );
        let long = json_block(&format!("[\n{}]", format!("  \"{}\",\n", "é".repeat(200)).repeat(100)));
        assert_eq!(long.lines().count(), MAX_JSON_LINES + 3);
        assert!(long.lines().all(|line| line.chars().count() <= MAX_JSON_CHARS + 1));
    }

    #[test]
    fn long_lines_are_wrapped_within_their_item() {
        let text = harmless(&format!("- {}", "word ".repeat(30)));
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("  word")));
    }
}
