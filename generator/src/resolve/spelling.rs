//! Names that a misspelled one may mean.

/// The name that is closest to the wanted one, if it is close.
pub(crate) fn similar<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.chars().take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    names
        .into_iter()
        .filter_map(|name| distance(&wanted, name).map(|distance| (distance, name)))
        .filter(|(distance, _)| *distance <= wanted.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The longest names that are compared, in characters.
const LONGEST: usize = 100;

/// How many characters must be put in, left out or changed to get from one name to the other; case counts nothing.
fn distance(wanted: &[char], name: &str) -> Option<usize> {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (line, found) in name.chars().enumerate() {
        if line >= LONGEST {
            return None;
        }
        let mut diagonal = line;
        row[0] = line + 1;
        for (column, expected) in wanted.iter().enumerate() {
            let changed = diagonal + usize::from(!expected.to_lowercase().eq(found.to_lowercase()));
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied()
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn close_names_are_found_and_others_not() {
        let names = ["user", "asset", "assetVersion"];
        let near = |wanted| similar(wanted, names);
        assert_eq!(near("User"), Some("user"));
        assert_eq!(near("usr"), Some("user"));
        assert_eq!(near("assetversions"), Some("assetVersion"));
        assert_eq!(near("folder"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"a".repeat(1000)), None);
    }
}
