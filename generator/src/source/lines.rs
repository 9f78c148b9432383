//! Byte offsets to lines and columns.

use std::ops::Range;

/// A position as an editor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1; `\n` ends a line.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Position {
    /// Where every text begins.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// The offsets of the lines of a text.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect())
    }

    /// The position of the character at `offset`; an offset beyond the end counts as the end.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let line = self.0.partition_point(|start| *start <= offset);
        Position { line, column: text[self.0[line - 1]..offset].chars().count() + 1 }
    }
}

/// The part of the range on its first line; for an object or array in braces or brackets, the opening one.
pub(super) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = match text.as_bytes().get(range.start) {
        Some(b'{' | b'[') => range.start + 1,
        _ => range.end.min(line_end(text, range.start)),
    };
    range.start..end.max(range.start)
}

/// The end of the line that contains `offset`, without its line break and trailing blanks.
fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    offset + text[offset..end].trim_end().len()
}

/// The offset of `part` in `text`, if it is a slice of it.
pub(super) fn offset_in(text: &str, part: &str) -> Option<usize> {
    let offset = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    (offset + part.len() <= text.len()).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_line_feeds() {
        let text = "aé€\r\n𝄞b\n";
        let at = |offset| {
            let Position { line, column } = Lines::of(text).position(text, offset);
            (line, column)
        };
        assert_eq!([at(0), at(1), at(3), at(6), at(8), at(12)], [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)]);
        // Within a character, and beyond the end.
        assert_eq!([at(2), at(14), at(999)], [(1, 2), (3, 1), (3, 1)]);
    }
}
