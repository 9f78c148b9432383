//! What looks alike: renames are guesses, as a description does not state them.

/// Removed and added things that are compared with each other at most: removed ones times added ones.
pub(super) const MAX_PAIRS: usize = 10_000;

/// How similar names must be, from 0 to 1.
const SIMILAR: f64 = 0.7;

/// Whether two names differ only in case and in the signs between words.
pub(super) fn are_recased(one: &str, other: &str) -> bool {
    let letters =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    one != other && letters(one) == letters(other)
}

/// Whether two names are spelled similarly, or one has all words of the other.
pub(super) fn are_similar(one: &str, other: &str) -> bool {
    similarity(one, other) >= SIMILAR
}

/// How similar two names are, from 0 to 1.
pub(super) fn similarity(one: &str, other: &str) -> f64 {
    let words = |name: &str| -> Vec<String> {
        let name = heck::AsSnakeCase(name).to_string();
        name.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (one_words, other_words) = (words(one), words(other));
    let (few, many) =
        if one_words.len() <= other_words.len() { (&one_words, &other_words) } else { (&other_words, &one_words) };
    let has_all = !few.is_empty() && few.iter().all(|word| many.contains(word));
    let spelling = strsim::normalized_damerau_levenshtein(one, other);
    if has_all { spelling.max(SIMILAR) } else { spelling }
}

/// Takes pairs that fit out of what is removed and added: each removed one with the first added one that fits.
pub(super) fn take_pairs<'a, T>(
    removed: &mut Vec<&'a T>,
    added: &mut Vec<&'a T>,
    fits: impl Fn(&'a T, &'a T) -> bool,
) -> Vec<(&'a T, &'a T)> {
    let mut pairs = Vec::new();
    removed.retain(|old| match added.iter().position(|new| fits(old, new)) {
        Some(position) => {
            pairs.push((*old, added.remove(position)));
            false
        }
        None => true,
    });
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike() {
        assert!(are_recased("note", "Note") && are_recased("created_at", "createdAt"));
        assert!(!are_recased("note", "note") && !are_recased("note", "notes"));
        assert!(are_similar("order.cancelled", "order.canceled"));
        assert!(are_similar("order.cancelled", "order.state.cancelled"));
        assert!(are_similar("amount", "totalAmount"));
        assert!(!are_similar("amount", "customer"));
    }
}
