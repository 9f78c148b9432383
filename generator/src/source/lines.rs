//! Byte offsets to lines and columns.

/// A position as an editor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1; `\n` ends a line.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// The position of the character at `offset`; an offset beyond the end is taken for the end.
pub(crate) fn position(text: &str, offset: usize) -> Position {
    let before = &text[..floor(text, offset)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Position {
        line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// The nearest offset at or before `offset` at which a character begins or the text ends.
pub(crate) fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}

/// Where the line that has `offset` ends, without its line break and the blanks before it.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    offset + text[offset..end].trim_end().len()
}

/// Where `part` stands in `text`, if it is a slice of it.
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
            let Position { line, column } = position(text, offset);
            (line, column)
        };
        assert_eq!([at(0), at(1), at(3), at(6), at(8), at(12)], [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)]);
        // Within a character, and beyond the end.
        assert_eq!([at(2), at(14), at(999)], [(1, 2), (3, 1), (3, 1)]);
    }
}
