//! What the parser of TOML says, in the words of users.

/// The beginnings of the parser's messages, and what to say instead. The first that fits counts.
const WORDS: [(&str, &str); 19] = [
    ("string values must be quoted", "a value is missing, or a text is not in quotes"),
    ("missing assignment", "a key must be followed by `=` and a value"),
    ("key with no value", "a key must be followed by `=` and a value"),
    ("missing value", "a value is missing"),
    ("unclosed array table", "this `[[` has no `]]`"),
    ("unclosed table", "this `[` has no `]`"),
    ("unclosed array", "this `[` has no `]`"),
    ("unclosed inline table", "this `{` has no `}`"),
    ("missing comma", "a comma is missing between two values"),
    ("duplicate key", "this key is set twice"),
    ("missing opening quote", "the quote that begins this text is missing"),
    ("invalid basic string", "the quote that ends this text is missing"),
    ("invalid literal string", "the quote that ends this text is missing"),
    ("invalid unquoted key", "this key must be in quotes"),
    ("unquoted keys cannot be empty", "the key before `=` is missing"),
    ("missing escaped value", "`\\` must be followed by a character such as `n`; `\\` itself is written as `\\\\`"),
    ("unexpected key or value", "each line has one key and one value"),
    ("unexpected content", "each line has one key and one value"),
    ("cannot recurse further", "the values are nested too deep"),
];

/// The parser's message in our words.
pub(super) fn reworded(message: &str) -> String {
    let known = WORDS.iter().find(|(start, _)| message.starts_with(start));
    known.map_or_else(|| format!("this is not valid TOML: {message}"), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::reworded;

    #[test]
    fn everyday_mistakes_have_our_words() {
        for (text, expected) in [
            ("spec = openapi.yaml", "a value is missing, or a text is not in quotes"),
            ("spec", "a key must be followed by `=` and a value"),
            ("spec =", "a value is missing, or a text is not in quotes"),
            ("[signature\nscheme = \"none\"", "this `[` has no `]`"),
            ("overlays = [\"a\"", "this `[` has no `]`"),
            ("headers = {id = \"a\"", "this `{` has no `}`"),
            ("overlays = [\"a\" \"b\"]", "a comma is missing between two values"),
            ("spec = \"a\"\nspec = \"b\"", "this key is set twice"),
            ("spec = \"a", "the quote that ends this text is missing"),
            ("= \"a\"", "the key before `=` is missing"),
        ] {
            let error = DeTable::parse(text).expect_err(text);
            assert_eq!(reworded(error.message()), expected, "{text}: {}", error.message());
            assert!(error.span().is_some(), "{text}");
        }
    }
}
