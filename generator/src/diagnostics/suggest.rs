//! Suggestions for misspelled words.

/// Longer words are not compared: the time grows with the product of both lengths.
const MAX_CHARS: usize = 100;

/// The known word most similar to `word`, ignoring case; `None` if none is similar enough to be what was meant.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_short = |text: &str| text.chars().nth(MAX_CHARS).is_none();
    if !is_short(word) {
        return None;
    }
    let limit = word.chars().count().div_ceil(3);
    let word = word.to_lowercase();
    let distance = |candidate: &str| strsim::levenshtein(&word, &candidate.to_lowercase());
    let known = known.into_iter().filter(|candidate| is_short(candidate));
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
    }
}
