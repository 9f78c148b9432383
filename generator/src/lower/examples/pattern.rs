//! Strings that match a regular expression.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How long a string may become.
const MAX_LENGTH: usize = 1000;

/// A short string that matches a pattern, with this many characters if that is possible by repeating its last repetition.
/// `None` if the pattern has features of ECMAScript alone. Assertions are not looked at.
pub(super) fn matching(pattern: &str, least: usize) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().nest_limit(64).build().parse(pattern).ok()?;
    let shortest = {
        let mut text = String::new();
        write(&hir, 0, &mut text)?;
        text
    };
    let missing = least.saturating_sub(shortest.chars().count());
    if missing == 0 {
        return Some(shortest);
    }
    let mut text = String::new();
    write(&hir, missing, &mut text)?;
    Some(text)
}

/// Writes a match, in which every repetition that may occurs this many times more.
fn write(hir: &Hir, more: usize, out: &mut String) -> Option<()> {
    if out.len() > MAX_LENGTH {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => out.push(readable(class)?),
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).ok()?;
            let most = repetition.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
            for _ in 0..(least + more).min(most) {
                write(&repetition.sub, 0, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, more, out)?;
            }
        }
        HirKind::Alternation(alternatives) => write(alternatives.first()?, more, out)?,
    }
    Some(())
}

/// A letter or digit of a class, else any sign of it.
fn readable(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let contains = |c: &char| class.iter().any(|range| (range.start()..=range.end()).contains(c));
    ('a'..='z').chain('A'..='Z').chain('0'..='9').find(contains).or_else(|| Some(class.iter().next()?.start()))
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn strings_match_their_pattern() {
        for (pattern, least, expected) in [
            ("^[a-z]{2}-[0-9]+$", 0, Some("aa-0")),
            ("^[A-Z]*$", 3, Some("AAA")),
            ("^(cat|dog)s?$", 0, Some("cat")),
            (r"^\d{4}-\d{2}$", 0, Some("0000-00")),
            (r"^\S+@\S+$", 0, Some("a@a")),
            ("plain", 0, Some("plain")),
            ("^(?!x).*$", 0, None),
            ("(", 0, None),
        ] {
            assert_eq!(matching(pattern, least).as_deref(), expected, "{pattern}");
        }
    }
}
