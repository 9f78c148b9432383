//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// Joins names into a pointer.
pub fn join<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().flat_map(|segment| [Cow::Borrowed("/"), escape(segment.as_ref())]).collect()
}

/// Splits a pointer into unescaped names; the empty pointer, which means the whole document, has none.
pub fn split(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}

/// The index of an array element that a name means; `None` if it is not written as the standard requires.
pub fn index(name: &str) -> Option<usize> {
    let canonical = name == "0" || !name.starts_with(['0', '+']);
    if canonical { name.parse().ok() } else { None }
}

/// Whether every `~` begins an escape.
pub fn is_escaped(text: &str) -> bool {
    text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

/// Escapes one name.
pub fn escape(segment: &str) -> Cow<'_, str> {
    if segment.contains(['~', '/']) {
        Cow::Owned(segment.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(segment)
    }
}

/// Reverses [`escape`].
pub fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
