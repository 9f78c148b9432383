//! A node as JSON.

use std::fmt::Write as _;

use super::chars::is_invisible;
use super::tree::{Node, Value};

/// A node as JSON on one line.
pub fn json(node: &Node) -> String {
    let mut text = String::new();
    write_json(&mut text, node, None);
    text
}

/// A node as JSON over several lines, two spaces a level.
pub fn pretty_json(node: &Node) -> String {
    let mut text = String::new();
    write_json(&mut text, node, Some(0));
    text.push('\n');
    text
}

fn write_json(out: &mut String, node: &Node, depth: Option<usize>) {
    match node.value() {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(digits) => out.push_str(digits),
        Value::String(text) => quote(out, text),
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| (None, element));
            write_items(out, ['[', ']'], elements, depth);
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (Some(&**name), member));
            write_items(out, ['{', '}'], members, depth);
        }
    }
}

fn write_items<'a>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Node)>,
    depth: Option<usize>,
) {
    let empty = items.len() == 0;
    let inner = depth.map(|depth| depth + 1);
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    out.push(open);
    for (index, (name, item)) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        line(out, inner);
        if let Some(name) = name {
            quote(out, name);
            out.push(':');
            if depth.is_some() {
                out.push(' ');
            }
        }
        write_json(out, item, inner);
    }
    if !empty {
        line(out, depth);
    }
    out.push(close);
}

pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_escaped(*c)) {
        out.push_str(&rest[..at]);
        rest = &rest[at + c.len_utf8()..];
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push_str(rest);
    out.push('"');
}

fn is_escaped(c: char) -> bool {
    matches!(c, '"' | '\\') || c.is_control() || is_invisible(c)
}
