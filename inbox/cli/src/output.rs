//! Writes to the terminal.

use std::io::{self, ErrorKind, Write};

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

/// A text of another origin on one line, which cannot control the terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The same, with its lines and tabs.
pub(crate) fn harmless_lines(text: &str) -> String {
    let keeps = |character: char| matches!(character, '\n' | '\t') || !character.is_control();
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
    }
}
