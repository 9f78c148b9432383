//! Untrusted text in the log.

use std::fmt;

/// How many characters are shown.
const LIMIT: usize = 80;

/// Escapes untrusted text, such as the name of an uploaded file, so that it can neither fill the log nor forge a line in
/// it.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.chars();
        for character in rest.by_ref().take(LIMIT) {
            write!(f, "{}", character.escape_debug())?;
        }
        if rest.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_on_its_line() {
        let forged = "a.png\n2026-01-01 ERROR \u{1b}[31m\u{202e}";
        assert_eq!(Shown(forged).to_string(), r"a.png\n2026-01-01 ERROR \u{1b}[31m\u{202e}");
    }

    #[test]
    fn is_cut() {
        assert_eq!(Shown(&"ä".repeat(LIMIT)).to_string(), "ä".repeat(LIMIT));
        assert_eq!(Shown(&"ä".repeat(LIMIT + 1)).to_string(), "ä".repeat(LIMIT) + "…");
    }
}
