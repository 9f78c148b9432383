//! Regular expressions of schemas: which strings match them, and strings made up to match them.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::RegexBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often an expression may be compiled in a run, which may take a millisecond.
const MAX_COMPILED: usize = 1_000;

/// How long a string may become.
const MAX_LENGTH: usize = 1000;

/// What was asked about the expressions of a run: webhooks share schemas.
#[derive(Default)]
pub(super) struct Patterns {
    matches: RefCell<HashMap<(String, String), bool>>,
    matching: RefCell<HashMap<(String, usize), Option<String>>>,
}

impl Patterns {
    /// Whether a string matches an expression. An expression that this crate cannot read, or not cheaply, and those after
    /// too many others match everything.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut known = self.matches.borrow_mut();
        let count = known.len();
        *known.entry((pattern.to_owned(), text.to_owned())).or_insert_with(|| {
            let compile = || RegexBuilder::new(pattern).size_limit(1 << 18).nest_limit(64).build().ok();
            (count < MAX_COMPILED).then(compile).flatten().is_none_or(|pattern| pattern.is_match(text))
        })
    }

    /// A string that matches an expression, as [`matching`] makes it.
    pub(super) fn matching(&self, pattern: &str, least: usize) -> Option<String> {
        let mut known = self.matching.borrow_mut();
        let count = known.len();
        let make = || (count < MAX_COMPILED).then(|| matching(pattern, least)).flatten();
        known.entry((pattern.to_owned(), least)).or_insert_with(make).clone()
    }
}

/// A short string that matches a pattern, with this many characters if that is possible by repeating its last repetition.
/// `None` if the pattern has features of ECMAScript alone. Assertions are not looked at.
fn matching(pattern: &str, least: usize) -> Option<String> {
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
