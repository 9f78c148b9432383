//! Writes to the terminal.

use std::io::{self, ErrorKind, Write};

use serde_json::Value;

use crate::{Done, Failure};

/// Prints a text. A reader that has closed the pipe, such as `head`, is not an error.
pub(crate) fn print(text: &str) -> Done {
    print_bytes(text.as_bytes())
}

pub(crate) fn print_bytes(bytes: &[u8]) -> Done {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        result => result.map_err(Failure::failed),
    }
}

/// With a number: `1 delivery`, `2 deliveries`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Whether a character controls the terminal, changes the direction of a text, or is invisible. Joiners, which some scripts need,
/// are not among them.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text of another origin on one line, which cannot control the terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|character| if is_harmful(character) { ' ' } else { character }).collect()
}

/// A line of JSON with the same meaning, in which such characters are escaped.
pub(crate) fn json_line(value: &Value) -> String {
    let mut line = String::new();
    for character in value.to_string().chars() {
        if is_harmful(character) {
            let units = &mut [0; 2];
            line.extend(character.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            line.push(character);
        }
    }
    line + "\n"
}

/// The same, with its lines and tabs.
pub(crate) fn harmless_lines(text: &str) -> String {
    let keeps = |character: char| matches!(character, '\n' | '\t') || !is_harmful(character);
    text.chars().map(|character| if keeps(character) { character } else { '\u{fffd}' }).collect()
}

/// Rows with a heading. All columns but the last are padded.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(cells) {
            let padding = width.saturating_sub(cell.chars().count());
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', padding + 2));
        }
        line.trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut heading.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows =
            [vec!["1".to_owned(), "ä".to_owned(), "x".to_owned()], vec!["222".into(), String::new(), "y".into()]];
        assert_eq!(table(&["A", "BB", "C"], &rows), "A    BB  C\n1    ä   x\n222      y\n");
    }

    #[test]
    fn nothing_controls_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31m\r\nb\t"), "a [31m  b ");
        assert_eq!(harmless_lines("a\u{1b}[31m\r\nb\t"), "a\u{fffd}[31m\u{fffd}\nb\t");
        assert_eq!(harmless("gpj.\u{202e}exe\u{2028}\u{200b}x"), "gpj. exe  x");
        assert_eq!(harmless_lines("\u{2066}a\u{200d}b"), "\u{fffd}a\u{200d}b");
    }

    #[test]
    fn json_has_the_same_meaning() {
        let value = json!({"a": "\u{202e}b\u{9b}\u{e0041}ä"});
        let line = json_line(&value);
        assert_eq!(line, "{\"a\":\"\\u202eb\\u009b\\udb40\\udc41ä\"}\n");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }

    #[test]
    fn one_is_not_several() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "id", "ids")), ["0 ids", "1 id", "2 ids"]);
    }
}
