//! Names of single elements.

/// The name of one element of a list: `securityTemplates` contains a `securityTemplate`.
pub(super) fn singular(plural: &str) -> String {
    /// Exceptions from the rules below.
    const IRREGULAR: [(&str, &str); 10] = [
        ("series", "series"),
        ("species", "species"),
        ("news", "news"),
        ("cookies", "cookie"),
        ("movies", "movie"),
        ("caches", "cache"),
        ("shelves", "shelf"),
        ("children", "child"),
        ("people", "person"),
        ("indices", "index"),
    ];
    let lower = plural.to_ascii_lowercase();
    if let Some((irregular, single)) = IRREGULAR.iter().find(|(irregular, _)| lower.ends_with(irregular)) {
        let stem = &plural[..plural.len() - irregular.len()];
        let first = if stem.is_empty() { plural } else { &plural[stem.len()..] };
        let upper = first.starts_with(|c: char| c.is_ascii_uppercase());
        let single =
            if upper { format!("{}{}", single[..1].to_ascii_uppercase(), &single[1..]) } else { (*single).to_owned() };
        return format!("{stem}{single}");
    }
    let stem = |suffix: &str| plural.strip_suffix(suffix).filter(|stem| stem.len() > 1);
    if let Some(stem) = stem("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "uses", "ases", "xes", "ches", "shes"] {
        if plural.ends_with(ending)
            && let Some(stem) = stem("es")
        {
            return stem.to_owned();
        }
    }
    match stem("s") {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => plural.to_owned(),
    }
}
