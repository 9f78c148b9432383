//! Suggestions for misspelled words.

/// Longer words are not compared: the time grows with the product of both lengths.
const MAX_CHARS: usize = 100;

/// How many pairs of characters are compared at most; words beyond that are not suggested.
const MAX_PAIRS: usize = 1_000_000;

/// The known word most similar to `word`, ignoring case; `None` if none is similar enough to be what was meant.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_short = |text: &str| text.chars().nth(MAX_CHARS).is_none();
    if !is_short(word) {
        return None;
    }
    let length = word.chars().count();
    let limit = length.div_ceil(3);
    let word = word.to_lowercase();
    let distance = |candidate: &str| strsim::levenshtein(&word, &candidate.to_lowercase());
    let mut pairs = 0;
    let known = known.into_iter().filter(|candidate| {
        let other = candidate.chars().take(MAX_CHARS + 1).count();
        // The distance is at least the difference in length.
        other <= MAX_CHARS && length.abs_diff(other) <= limit + 1 && {
            pairs += length * other;
            pairs <= MAX_PAIRS
        }
    });
    let (distance, near) = known.map(|known| (distance(known), known)).min_by_key(|(distance, _)| *distance)?;
    (distance <= limit).then_some(near)
}

/// A line of help that suggests the word most similar to `word`.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(word, known).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn similar_words_are_suggested_and_others_not() {
        let near = |word| suggest(word, ["user", "asset", "assetVersion"]);
        assert_eq!(near("User"), Some("user"));
        assert_eq!(near("usr"), Some("user"));
        assert_eq!(near("assetversions"), Some("assetVersion"));
        assert_eq!(near("folder"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"a".repeat(1000)), None);
        let many: Vec<String> = (1000..9999).map(|number| format!("{}{number}", "a".repeat(80))).collect();
        let suggested = |word: &str| suggest(word, many.iter().map(String::as_str));
        assert_eq!(suggested(&many[0].replace("80", "81")), Some(many[0].as_str()));
        assert_ne!(suggested(&many[8000]), Some(many[8000].as_str()), "only the first are compared");
    }
}
