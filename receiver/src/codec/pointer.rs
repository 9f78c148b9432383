//! JSON pointers (RFC 6901).

use std::borrow::Cow;

use crate::printable::start;

/// Longer member names are cut, so that a hostile name does not make a huge error.
const MAX_SEGMENT_CHARS: usize = 64;

/// Puts a member name or an index in front of a pointer.
pub(super) fn prepend(pointer: &mut String, segment: &str) {
    let (shown, mark) = start(segment, MAX_SEGMENT_CHARS);
    let shown = shown.replace('~', "~0").replace('/', "~1");
    *pointer = format!("/{shown}{mark}{pointer}");
}

/// Puts a member name behind a pointer.
pub(super) fn append(pointer: &mut String, segment: &str) {
    let (shown, mark) = start(segment, MAX_SEGMENT_CHARS);
    pointer.push('/');
    if shown.contains(['~', '/']) {
        pointer.push_str(&shown.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(shown);
    }
    pointer.push_str(mark);
}

/// Splits a pointer into its first segment, unescaped, and the rest.
pub(crate) fn split_first(pointer: &str) -> Option<(Cow<'_, str>, &str)> {
    let path = pointer.strip_prefix('/')?;
    let (segment, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let segment = if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    };
    Some((segment, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(segments: &[&str]) -> String {
        segments.iter().rev().fold(String::new(), |mut pointer, segment| {
            prepend(&mut pointer, segment);
            pointer
        })
    }

    #[test]
    fn segments_add_up() {
        assert_eq!(nested(&["a/b", "0", "~", "\"", "", "\u{202e}"]), "/a~1b/0/~0/\"//\u{202e}");
    }

    #[test]
    fn long_segments_are_cut() {
        assert_eq!(nested(&[&"é".repeat(1000)]), format!("/{}…", "é".repeat(MAX_SEGMENT_CHARS)));
    }

    #[test]
    fn pointers_are_split() {
        assert_eq!(split_first(""), None);
        assert_eq!(split_first("/"), Some(("".into(), "")));
        assert_eq!(split_first("/a~1b~01/0"), Some(("a/b~1".into(), "/0")));
    }
}
