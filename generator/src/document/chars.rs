//! Characters that need care when text of a document is shown.

use std::borrow::Cow;

/// Longer descriptions are cut, with a note.
const MAX_PROSE_CHARS: usize = 20_000;

/// A description, cut if it is very long.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    // A character has at least one byte.
    let end = if text.len() > MAX_PROSE_CHARS { text.char_indices().nth(MAX_PROSE_CHARS) } else { None };
    match end {
        Some((end, _)) => Cow::Owned(format!("{} […]", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Bidirectional marks and invisible characters, which make text look different from what it is.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
