//! A node as YAML.

use super::chars::is_invisible;
use super::print_json::{json, quote};
use super::tree::{Node, Value};

/// A node as YAML in block style, two spaces a level.
pub fn yaml(node: &Node) -> String {
    let mut out = String::new();
    match node.value() {
        Value::Object(members) if !members.is_empty() => write_members(&mut out, node, 0),
        Value::Array(elements) if !elements.is_empty() => write_elements(&mut out, node, 0),
        _ => {
            write_leaf(&mut out, node, 0);
            out.push('\n');
        }
    }
    out
}

fn write_members(out: &mut String, node: &Node, depth: usize) {
    for (index, (name, member)) in node.as_object().into_iter().flatten().enumerate() {
        // The first member is on the line that opened the object.
        if index > 0 {
            indent(out, depth);
        }
        if is_plain(name) {
            out.push_str(name);
        } else {
            quote(out, name);
        }
        out.push(':');
        match member.value() {
            Value::Object(members) if !members.is_empty() => {
                out.push('\n');
                indent(out, depth + 1);
                write_members(out, member, depth + 1);
            }
            Value::Array(elements) if !elements.is_empty() => {
                out.push('\n');
                indent(out, depth + 1);
                write_elements(out, member, depth + 1);
            }
            _ => {
                out.push(' ');
                write_leaf(out, member, depth + 1);
                out.push('\n');
            }
        }
    }
}

fn write_elements(out: &mut String, node: &Node, depth: usize) {
    for (index, element) in node.as_array().unwrap_or_default().iter().enumerate() {
        if index > 0 {
            indent(out, depth);
        }
        out.push_str("- ");
        match element.value() {
            Value::Object(members) if !members.is_empty() => write_members(out, element, depth + 1),
            Value::Array(elements) if !elements.is_empty() => write_elements(out, element, depth + 1),
            _ => {
                write_leaf(out, element, depth + 1);
                out.push('\n');
            }
        }
    }
}

/// Writes a node without children, without a line break.
fn write_leaf(out: &mut String, node: &Node, depth: usize) {
    match node.value() {
        Value::String(text) if is_plain(text) => out.push_str(text),
        Value::String(text) if is_block(text) => {
            out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    indent(out, depth);
                    out.push_str(line);
                }
            }
        }
        Value::String(text) => quote(out, text),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&json(node)),
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Whether a string can be written without quotes, in YAML 1.1 and 1.2. Some that could are quoted anyway.
fn is_plain(text: &str) -> bool {
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    !word
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/' | '$'))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| matches!(c, ' '..='~') || c.is_alphanumeric())
}

/// Whether a string of several lines can be written as a block.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || !c.is_control() && !is_invisible(c))
}
