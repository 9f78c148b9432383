//! JSON pointers (RFC 6901).

/// Joins names into a pointer.
pub fn join<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().flat_map(|segment| ["/".to_owned(), escape(segment.as_ref())]).collect()
}

/// Splits a pointer into unescaped names; the empty pointer, which means the whole document, has none.
pub fn split(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}

/// Escapes one name.
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Reverses [`escape`].
pub fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
