//! Patterns in which `*` matches any text.

/// What a pattern's first `*` matches in a path, without slashes around it; all of the path if there is nothing. `None`
/// if the pattern does not match.
pub(super) fn matched<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let rest = path.strip_prefix(first)?;
    let (mut at, mut end) = (0, None);
    let mut parts = parts.peekable();
    let is_exact = parts.peek().is_none();
    while let Some(part) = parts.next() {
        let found = if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|start| *start >= at && rest.ends_with(part))?
        } else {
            at + rest[at..].find(part)?
        };
        end.get_or_insert(found);
        at = found + part.len();
    }
    if is_exact && !rest.is_empty() {
        return None;
    }
    let name = rest[..end.unwrap_or_default()].trim_matches('/');
    Some(if name.is_empty() { path.trim_start_matches('/') } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_what_they_match() {
        for (pattern, path, expected) in [
            ("/events/*", "/events/order.created", Some("order.created")),
            ("/events/*", "/events/", Some("events/")),
            ("/events/*", "/others/a", None),
            ("/*/events", "/a/b/events", Some("a/b")),
            ("/*/events/*", "/a/events/b", Some("a")),
            ("/events", "/events", Some("events")),
            ("/events", "/events/a", None),
            ("*", "/a", Some("a")),
            ("/a*a", "/a", None),
        ] {
            assert_eq!(matched(pattern, path), expected, "{pattern} {path}");
        }
    }
}
