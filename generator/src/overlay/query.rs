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

/// The selectors of a segment, each as a segment of its own.
pub(super) fn selectors(segment: &str) -> Vec<String> {
    let blank = blank(segment);
    let Some(end) = blank.rfind(']').filter(|_| blank.starts_with('[')) else { return vec![segment.to_owned()] };
    let (mut selectors, mut start, mut open) = (Vec::new(), 1, 0_usize);
    for (at, byte) in blank.bytes().enumerate().take(end).skip(1) {
        match byte {
            b'[' | b'(' => open += 1,
            b']' | b')' => open = open.saturating_sub(1),
            b',' if open == 0 => {
                selectors.push(format!("[{}]", segment[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    selectors.push(format!("[{}]", segment[start..end].trim()));
    selectors
}

/// How many brackets and parentheses of a query may be open: its parser tries each twice.
pub(super) const MAX_OPEN: usize = 10;

/// What parsing a query costs: a visit for each byte, twice as much for each bracket and parenthesis around it.
pub(super) fn parsing(query: &str) -> usize {
    query.len() + depths(query).map(|open| 1 << open.min(MAX_OPEN)).sum::<usize>()
}

/// The characters of a query, each with whether it is outside of strings and their quotes.
fn marked(query: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut quote, mut escaped) = (None, false);
    query.chars().map(move |c| match quote {
        Some(_) if escaped => {
            escaped = false;
            (c, false)
        }
        Some(end) => {
            escaped = c == '\\';
            quote = quote.filter(|_| c != end);
            (c, false)
        }
        None => {
            quote = Some(c).filter(|c| matches!(c, '\'' | '"'));
            (c, quote.is_none())
        }
    })
}

/// What a query consists of outside of its strings.
pub(super) fn without_strings(query: &str) -> String {
    marked(query).filter(|(_, outside)| *outside).map(|(c, _)| c).collect()
}

/// A query of the same length with underscores in place of its strings.
pub(super) fn blank(query: &str) -> String {
    let blank = |(c, outside): (char, bool)| if outside { c.to_string() } else { "_".repeat(c.len_utf8()) };
    marked(query).map(blank).collect()
}

/// How many brackets and parentheses are open at most.
pub(super) fn open(query: &str) -> usize {
    depths(query).max().unwrap_or(0)
}

/// How many brackets and parentheses are open after each character outside of strings.
fn depths(query: &str) -> impl Iterator<Item = usize> {
    let mut open = 0_usize;
    marked(query).filter(|(_, outside)| *outside).map(move |(c, _)| {
        match c {
            '[' | '(' => open += 1,
            ']' | ')' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    })
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
    fn selectors_are_taken_apart() {
        assert_eq!(
            selectors("[ 0, ?@['a,b', 1] == ',' ,1:2,'it\\'s, ']"),
            ["[0]", "[?@['a,b', 1] == ',']", "[1:2]", "['it\\'s, ']"]
        );
        assert_eq!(selectors("[?count(@[*, 0]) > 1]"), ["[?count(@[*, 0]) > 1]"]);
        assert_eq!(selectors(".*"), [".*"]);
    }

    #[test]
    fn strings_are_left_out() {
        assert_eq!(without_strings(r#"[?@['a\'$'] == "b'" && @.c]"#), "[?@[] ==  && @.c]");
        assert_eq!(blank(r#"[?@['a\'$'] == "é" && @.c]"#), "[?@[______] == ____ && @.c]");
    }

    #[test]
    fn what_is_in_brackets_is_parsed_twice() {
        assert_eq!(open("$[?(@['[['] || @[?@.a])]"), 3);
        let nested = |depth: usize| parsing(&format!("${}@{}", "[?@".repeat(depth), "]".repeat(depth)));
        assert!(nested(8) > 2 * nested(6) && nested(10) > 400 * 10, "{} {}", nested(6), nested(10));
        assert_eq!(parsing("$.a"), 6);
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
