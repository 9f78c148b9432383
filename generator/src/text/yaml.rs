//! A node as YAML.

use super::{is_invisible, quote};
use crate::source::{Node, Value};

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
        // The first member stands behind what opened the object.
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

/// Writes a node without children, without the line break behind it.
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
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&super::json(node)),
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Whether a text means itself without quotes, in YAML 1.1 and 1.2. Some that would are quoted nevertheless.
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

/// Whether a text of several lines can be written as it stands.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || !c.is_control() && !is_invisible(c))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::source::Sources;
    use crate::text::{pretty_json, same};

    #[test]
    fn it_is_read_as_what_it_was() {
        let values = r##"{
            "plain": "asset.created", "/paths/{id}": "a b", "$ref": "#/a", "": "",
            "words": ["null", "True", "no", "y", "~", "1", "1e3", "-", "a: b", "a #b", "a:", " a", "a ", "é", "'", "\""],
            "lines": ["a\nb", "a\nb\n", "a\n\n  b\n", " a\nb", "\na", "a\n\n", "a\t\nb", "a\r\nb", "\u2028\n\u0085", "a \nb", "\n"],
            "numbers": [0, -1, 1.50, 12345678901234567890123],
            "nested": [[[1, []], {}], {"a": {"b": [{"c": null, "d": [true]}]}}]
        }"##;
        check(values);
        check("{}");
    }

    fn check(document: &str) {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let sources = Sources::new();
            sources.add_overlay(&path).map_err(|error| error.message)
        };
        let node = read("a.json", document).unwrap();
        let written = yaml(&node);
        let again = read("a.yaml", &written).unwrap_or_else(|error| panic!("{error}:\n{written}"));
        assert!(same(&node, &again), "{written}\n{}", pretty_json(&again));
    }

    proptest! {
        #[test]
        fn texts_are_read_as_what_they_were(key in any::<String>(), text in "[ -~\n\t#:'\"é\u{85}\u{2028}]{0,12}") {
            prop_assume!(key.chars().count() < 100);
            let quoted = |text: &str| {
                let mut quoted = String::new();
                quote(&mut quoted, text);
                quoted
            };
            let (key, text) = (quoted(&key), quoted(&text));
            let document = format!("{{{key}: [{text}, {{\"b\": {text}}}]}}");
            check(&document);
        }
    }
}
