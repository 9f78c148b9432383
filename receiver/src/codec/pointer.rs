//! JSON pointers (RFC 6901), and how an error carries one through `serde`.
//!
//! A `serde` error is opaque: all that a caller can do is to make another one out of its text. So the
//! pointer travels in the text, in front and as a JSON string: `"/asset/id": invalid type …`. No other
//! message begins with a quotation mark and a slash.

use std::borrow::Cow;

use serde::de;
use serde_json::Value;

/// Longer member names are cut, so that a hostile name does not make a huge error.
const MAX_SEGMENT_CHARS: usize = 64;

/// Says that the error arose below this member or index.
#[cold]
pub(crate) fn at<E: de::Error>(segment: &str, error: &E) -> E {
    let text = error.to_string();
    let (pointer, message) = take(&text);
    E::custom(format_args!("{}: {message}", Value::from(format!("/{}{pointer}", escape(segment)))))
}

/// Splits an error text into the pointer, empty for the root, and the message.
pub(crate) fn take(text: &str) -> (Cow<'_, str>, &str) {
    let root = (Cow::Borrowed(""), text);
    if !text.starts_with("\"/") {
        return root;
    }
    let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let Some(Ok(pointer)) = strings.next() else {
        return root;
    };
    match text.get(strings.byte_offset()..).and_then(|rest| rest.strip_prefix(": ")) {
        Some(message) => (pointer.into(), message),
        None => root,
    }
}

fn escape(segment: &str) -> String {
    let end = segment.char_indices().nth(MAX_SEGMENT_CHARS);
    match end.and_then(|(end, _)| segment.get(..end)) {
        Some(start) => format!("{}…", escape(start)),
        None => segment.replace('~', "~0").replace('/', "~1"),
    }
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
    use serde::de::Error as _;

    fn nested(segments: &[&str], message: &str) -> String {
        let root = serde_json::Error::custom(message);
        segments.iter().rev().fold(root, |error, segment| at(segment, &error)).to_string()
    }

    #[test]
    fn segments_add_up() {
        let text = nested(&["a/b", "0", "~", "\"", "", "\u{202e}"], "broken: badly");
        let (pointer, message) = take(&text);
        assert_eq!(pointer, "/a~1b/0/~0/\"//\u{202e}");
        assert_eq!(message, "broken: badly");
    }

    #[test]
    fn other_texts_are_messages() {
        for text in ["", "\"", "\"/", "\"/a\"", "\"/a\":", "\"a\": b", "expected \"/a\": b"] {
            assert_eq!(take(text), (Cow::Borrowed(""), text));
        }
    }

    #[test]
    fn long_segments_are_cut() {
        let text = nested(&[&"é".repeat(1000)], "m");
        assert_eq!(take(&text).0, format!("/{}…", "é".repeat(MAX_SEGMENT_CHARS)));
    }

    #[test]
    fn pointers_are_split() {
        assert_eq!(split_first(""), None);
        assert_eq!(split_first("/"), Some(("".into(), "")));
        assert_eq!(split_first("/a~1b~01/0"), Some(("a/b~1".into(), "/0")));
    }
}
