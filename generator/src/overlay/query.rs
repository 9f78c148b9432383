//! The segments of a query, to find which part selects nothing.

use std::ops::Range;

/// The segments after the `$` of a query, as ranges of its text. The query is known to be well-formed.
pub(super) fn segments(query: &str) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let root = query.find('$').map_or(0, |root| root + 1);
    let (mut start, mut depth) = (root, 0_usize);
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in query.char_indices().skip_while(|(at, _)| *at < root) {
        if let Some(open) = quote {
            if !escaped && c == open {
                quote = None;
            }
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            ']' => depth = depth.saturating_sub(1),
            '[' | '.' => {
                // The dots of `..` belong to what follows them.
                if depth == 0 && at > start && !query[start..at].trim().trim_matches('.').is_empty() {
                    segments.push(start..at);
                    start = at;
                }
                depth += usize::from(c == '[');
            }
            _ => {}
        }
    }
    if !query[start..].trim().is_empty() {
        segments.push(start..query.len());
    }
    segments
}

/// The names that a segment selects; empty if it also selects by anything else.
pub(super) fn names(segment: &str) -> Vec<&str> {
    let segment = segment.trim();
    if let Some(name) = segment.strip_prefix('.') {
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        return if !name.is_empty() && name.chars().all(plain) { vec![name] } else { Vec::new() };
    }
    let inner = segment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    let mut names = Vec::new();
    let mut rest = inner.trim();
    while let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let Some((name, behind)) = rest[1..].split_once(quote).filter(|(name, _)| !name.contains('\\')) else {
            return Vec::new();
        };
        names.push(name);
        match behind.trim_start().strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None if behind.trim().is_empty() => return names,
            None => return Vec::new(),
        }
    }
    Vec::new()
}

/// How many brackets and parentheses of a query may be open: its parser tries each twice.
pub(super) const MAX_OPEN: usize = 10;

/// What a query consists of outside of its strings.
pub(super) fn without_strings(query: &str) -> String {
    let (mut quote, mut escaped) = (None, false);
    let outside = |c: &char| match quote {
        Some(_) if escaped => {
            escaped = false;
            false
        }
        Some(end) => {
            escaped = *c == '\\';
            if *c == end {
                quote = None;
            }
            false
        }
        None => {
            quote = Some(*c).filter(|c| matches!(c, '\'' | '"'));
            quote.is_none()
        }
    };
    query.chars().filter(outside).collect()
}

/// In a query with more names than this, names are not checked one by one.
const MAX_NAMES: usize = 1000;

/// Nor in a longer one, as each name takes a query of that length.
const MAX_BYTES: usize = 64 * 1024;

/// For each name of each list of names, the query with this name in place of the list.
pub(super) fn parts(query: &str) -> Vec<(&str, String)> {
    let mut parts = Vec::new();
    for range in segments(query) {
        let names = names(&query[range.clone()]);
        if parts.len() + names.len() > MAX_NAMES || query.len() > MAX_BYTES {
            return Vec::new();
        }
        if names.len() > 1 {
            for name in names {
                let quote = if name.contains('\'') { '"' } else { '\'' };
                let alone = format!("{}[{quote}{name}{quote}]{}", &query[..range.start], &query[range.end..]);
                parts.push((name, alone));
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_taken_apart() {
        let taken = |query: &'static str| segments(query).into_iter().map(|part| &query[part]).collect::<Vec<_>>();
        assert_eq!(taken("$"), [""; 0]);
        assert_eq!(taken("$.a['b.c'].*[0]"), [".a", "['b.c']", ".*", "[0]"]);
        assert_eq!(taken("$..a..['b\\'[']"), ["..a", "..['b\\'[']"]);
        assert_eq!(taken("$.a[?@.b[0] == ']'].c"), [".a", "[?@.b[0] == ']']", ".c"]);
    }

    #[test]
    fn strings_are_left_out() {
        assert_eq!(without_strings(r#"[?@['a\'$'] == "b'" && @.c]"#), "[?@[] ==  && @.c]");
    }

    #[test]
    fn names_are_found() {
        assert_eq!(names(".a"), ["a"]);
        assert_eq!(names("['a.b', \"c\"]"), ["a.b", "c"]);
        for other in [".*", "..a", "[0]", "['a', 0]", "[?@.a]", "['a\\'b']"] {
            assert_eq!(names(other), [""; 0], "{other}");
        }
        let expected = [("a", "$['a'].x".to_owned()), ("it's", "$[\"it's\"].x".to_owned())];
        assert_eq!(parts("$['a', \"it's\"].x"), expected);
        assert_eq!(parts("$.a['b'].c"), []);
        assert_eq!(parts(&format!("$[{}'a']", "'a',".repeat(MAX_NAMES))), []);
    }
}
