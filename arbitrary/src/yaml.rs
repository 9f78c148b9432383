//! YAML as people and tools write it.

use std::collections::HashMap;

use fastrand::Rng;
use serde_json::Value;

/// A value as YAML. The style decides which of its forms are used: blocks or brackets, quotes or none, comments, aliases.
pub(crate) fn yaml(value: &Value, style: u64) -> String {
    let mut random = Rng::with_seed(style);
    let mut writer = Writer {
        in_brackets: random.u32(0..=15),
        quoted: random.u32(0..=100),
        commented: if random.bool() { 3 } else { 0 },
        aliases: HashMap::new(),
        anchors: 0,
        random,
        text: String::new(),
    };
    if style.is_multiple_of(3) {
        writer.count(value);
    }
    writer.value(value, 0);
    writer.text
}

struct Writer {
    /// How many percent of the values are in brackets.
    in_brackets: u32,
    /// How many percent of the strings that need no quotes have some.
    quoted: u32,
    /// How many percent of the lines have a comment before them.
    commented: u32,
    /// The objects that are there more than once, by their JSON, with the number of their anchor once it is written.
    aliases: HashMap<String, Option<usize>>,
    anchors: usize,
    random: Rng,
    text: String,
}

impl Writer {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(0..100) < percent
    }

    /// Finds the objects that are there more than once.
    fn count(&mut self, value: &Value) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match value {
                Value::Object(members) => {
                    // Large parts are mostly there once.
                    let text = value.to_string();
                    if (15..2000).contains(&text.len()) {
                        *counts.entry(text).or_default() += 1;
                    }
                    pending.extend(members.values());
                }
                Value::Array(elements) => pending.extend(elements),
                _ => {}
            }
        }
        self.aliases.extend(counts.into_iter().filter(|(_, count)| *count > 1).map(|(text, _)| (text, None)));
    }

    /// Writes what follows a key or a dash, and ends the line.
    fn value(&mut self, value: &Value, indent: usize) {
        let has_blocks = match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(elements) => !elements.is_empty(),
            _ => false,
        };
        if !has_blocks {
            return self.scalar(value, indent);
        }
        if let Some(known) = self.aliases.get(&value.to_string()) {
            if let Some(anchor) = known {
                self.text.push_str(&format!(" *a{anchor}\n"));
                return;
            }
            self.anchors += 1;
            self.text.push_str(&format!(" &a{}", self.anchors));
            self.aliases.insert(value.to_string(), Some(self.anchors));
        } else if indent > 0 && self.chance(self.in_brackets) {
            // JSON is YAML.
            self.text.push_str(&format!(" {value}\n"));
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.line(indent);
                    let name = self.string(name);
                    self.text.push_str(&name);
                    self.text.push(':');
                    self.value(value, indent + 2);
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.line(indent);
                    self.text.push('-');
                    self.value(element, indent + 2);
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, indent: usize) {
        if self.chance(self.commented) {
            self.text.push_str(&format!("{}# A comment: with 'marks', [and] {{such}}.\n", " ".repeat(indent)));
        }
        self.text.push_str(&" ".repeat(indent));
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        let text = match value {
            Value::String(text) if is_literal(text) && self.chance(50) => {
                let lines: Vec<String> = text.lines().map(|line| format!("{}{line}", " ".repeat(indent))).collect();
                format!("|-\n{}", lines.join("\n"))
            }
            Value::String(text) => self.string(text),
            other => other.to_string(),
        };
        self.text.push_str(&format!(" {text}\n"));
    }

    /// A string on one line.
    fn string(&mut self, text: &str) -> String {
        let can_be_single = text.chars().all(|c| matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}'));
        if is_plain(text) && !self.chance(self.quoted) {
            text.to_owned()
        } else if can_be_single && self.chance(50) {
            format!("'{}'", text.replace('\'', "''"))
        } else {
            Value::from(text).to_string()
        }
    }
}

/// Whether a string can be a block of lines.
fn is_literal(text: &str) -> bool {
    let is_line = |line: &str| !line.starts_with(' ') && !line.ends_with(' ');
    text.contains('\n')
        && !text.ends_with('\n')
        && text.lines().all(is_line)
        && text.lines().next().is_some_and(|line| !line.is_empty())
        && text.chars().all(|c| matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}'))
}

/// Whether a string needs no quotes.
fn is_plain(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '$' | '-');
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
        && text.split(' ').all(|word| !word.is_empty() && word.chars().all(is_word))
        && !reserved.contains(&&*text.to_ascii_lowercase())
}
