//! The vendor's name, from the path of a description.

use std::path::{Component, Path};

use crate::paths::absolute;

/// Words of file names that do not name a vendor.
const GENERIC: [&str; 23] = [
    "api",
    "apis",
    "com",
    "openapi",
    "swagger",
    "spec",
    "specs",
    "specification",
    "schema",
    "webhook",
    "webhooks",
    "index",
    "latest",
    "rest",
    "description",
    "oas",
    "json",
    "yaml",
    "yml",
    "public",
    "reference",
    "bundle",
    "main",
];

/// The vendor's name in lower case: from the name of the file, else from the folders that it is in, else `vendor`.
pub(super) fn of(spec: &Path) -> String {
    let spec = absolute(spec);
    let stem = spec.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let folders = spec.parent().into_iter().flat_map(Path::components).rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut names = stem.into_iter().chain(folders).map(|name| words(&name));
    names.find(|name| !name.is_empty()).unwrap_or_else(|| "vendor".to_owned())
}

/// The words of a name that are not generic or versions, joined by hyphens.
fn words(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let is_version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        digits.starts_with(|c: char| c.is_ascii_digit())
    };
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !GENERIC.contains(word) && !is_version(word)).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vendors() {
        for (path, expected) in [
            ("/a/acme.yaml", "acme"),
            ("/a/acme/openapi.yaml", "acme"),
            ("/a/api.github.com.webhooks-3.1.json", "github"),
            ("/a/Acme Pay/v2/webhooks.json", "acme-pay"),
            ("/openapi.yaml", "vendor"),
        ] {
            assert_eq!(of(Path::new(path)), expected, "{path}");
        }
    }
}
