//! What `diagnostics.md` says about each code.

use super::code::Code;

/// Has an entry for every code, with a heading such as `## E0101: …`.
const DOCS: &str = include_str!("../../diagnostics.md");

impl Code {
    /// The entry of this code in `diagnostics.md`: its meaning, a message as an example, and what to do.
    pub fn explanation(self) -> &'static str {
        // A test checks that every code has an entry.
        entries().find(|entry| entry.starts_with(self.as_str())).unwrap_or_default()
    }
}

/// All entries, without the marks of their headings.
fn entries() -> impl Iterator<Item = &'static str> {
    DOCS.split("\n## ").skip(1).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_entry_and_every_entry_a_code() {
        let headings: Vec<&str> = entries().filter_map(|entry| entry.lines().next()).collect();
        let codes: Vec<String> =
            Code::ALL.iter().map(|code| format!("{}: {}", code.as_str(), code.meaning())).collect();
        assert_eq!(headings, codes);
    }

    #[test]
    fn every_entry_shows_the_message_and_says_what_to_do() {
        for code in Code::ALL {
            let entry = code.explanation();
            let severity = code.severity().name();
            let message = format!("```text\n{severity}[{}]: ", code.as_str());
            assert!(entry.contains(&message), "{} shows no message", code.as_str());
            let behind = entry.rsplit_once("\n```\n").map_or("", |(_, behind)| behind.trim());
            assert!(behind.len() > 20, "{} does not say what to do", code.as_str());
        }
    }
}
