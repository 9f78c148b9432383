//! Small helpers on texts.

mod yaml;

use std::fmt::Write as _;

pub use yaml::yaml;

use crate::source::{Node, Value};

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

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether two nodes are the same JSON: numbers are compared by value, and the order of members does not count.
pub fn same(a: &Node, b: &Node) -> bool {
    match (a.value(), b.value()) {
        (Value::Number(a), Value::Number(b)) => a == b || magnitude(a) == magnitude(b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => json(a) == json(b),
    }
}

/// What a number is apart from its spelling: its sign, its digits, and the power of ten of the last one.
fn magnitude(number: &str) -> (bool, String, i64) {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let trimmed = all.trim_end_matches('0');
    let places = i64::try_from(all.len() - trimmed.len()).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
    match trimmed.trim_start_matches('0') {
        "" => (false, String::new(), 0),
        significant => {
            (negative, significant.to_owned(), exponent.parse::<i64>().unwrap_or(i64::MAX / 2).saturating_add(places))
        }
    }
}

/// Marks of direction and characters that show nothing: they make text look like what it is not.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a file of this name, whatever its extension and case, is a device on Windows.
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    matches!(&*stem, "aux" | "con" | "nul" | "prn") || numbered.is_some_and(|n| matches!(n.as_bytes(), [b'0'..=b'9']))
}

/// The known word that is nearest to `word`, where one is near enough to be what was meant.
pub fn suggest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1) + 1;
    let near = known.iter().map(|candidate| (distance(word, candidate), *candidate)).min()?;
    (near.0 <= limit && near.0 > 0).then_some(near.1)
}

/// How many single-character edits lead from one text to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// The JSON pointer (RFC 6901) of the names on a way down.
pub fn pointer<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().flat_map(|segment| ["/".to_owned(), escaped(segment.as_ref())]).collect()
}

/// A name as a JSON pointer has it.
pub fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The names on the way down a JSON pointer (RFC 6901), unescaped.
pub fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}
