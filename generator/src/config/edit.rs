//! Changes of the text of a configuration that keep every other byte.

use toml::de::DeTable;

/// The key.
const VERSION: &str = "crate-version";

/// The keys that a new line with the version is put after; the first that the text has.
const NEIGHBORS: [&str; 4] = ["crate-name", "out", "receiver", "spec"];

/// The text of a configuration, without errors, with this version of the crate.
pub(crate) fn with_version(text: &str, version: &str) -> String {
    let table = DeTable::parse(text).map(toml::Spanned::into_inner).unwrap_or_default();
    let value = |key: &str| table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.span());
    if let Some(span) = value(VERSION) {
        return format!("{}\"{version}\"{}", &text[..span.start], &text[span.end..]);
    }
    let line = format!("{VERSION} = \"{version}\"");
    let Some(span) = NEIGHBORS.into_iter().find_map(value) else { return format!("{line}\n{text}") };
    match text[span.end..].find('\n') {
        Some(length) => {
            let (before, after) = text.split_at(span.end + length + 1);
            let end = if before.ends_with("\r\n") { "\r\n" } else { "\n" };
            format!("{before}{line}{end}{after}")
        }
        None => format!("{text}\n{line}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_byte_is_kept() {
        for (text, expected) in [
            ("", "crate-version = \"1.2.3\"\n"),
            (
                "# Ours.\nspec = 'a'   # the description\n\n[names]\n",
                "# Ours.\nspec = 'a'   # the description\ncrate-version = \"1.2.3\"\n\n[names]\n",
            ),
            ("out = \"a\"\r\nspec = \"b\"\r\n", "out = \"a\"\r\ncrate-version = \"1.2.3\"\r\nspec = \"b\"\r\n"),
            ("spec = \"\"\"a\nb\"\"\"", "spec = \"\"\"a\nb\"\"\"\ncrate-version = \"1.2.3\"\n"),
            ("crate-version='0.1.0'# so far\n  out = \"x\"  \n", "crate-version=\"1.2.3\"# so far\n  out = \"x\"  \n"),
            ("\"crate-version\" = \"\"\"\n0.1.0\"\"\"\r\n", "\"crate-version\" = \"1.2.3\"\r\n"),
            ("[names]\ncrate-version = \"T\"\n", "crate-version = \"1.2.3\"\n[names]\ncrate-version = \"T\"\n"),
        ] {
            assert_eq!(with_version(text, "1.2.3"), expected);
            assert_eq!(with_version(expected, "1.2.3"), expected);
        }
    }
}
