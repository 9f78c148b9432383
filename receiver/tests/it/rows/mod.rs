//! The cases of `tests/cases`: what goes in, and what has to come of it. Each file numbers its rows; a row may have several
//! cases.

mod duplicates;
mod exhaustion;
mod http;
mod json;
mod socket;

use std::collections::BTreeSet;

use webhook_receiver::serde::de::DeserializeOwned;

/// Reads the cases of a file.
fn read<T: DeserializeOwned>(text: &str) -> Vec<T> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File<T> {
        case: Vec<T>,
    }
    let file: File<T> = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    file.case
}

/// Every one of these rows has a case.
#[track_caller]
fn assert_complete<'a>(rows: impl IntoIterator<Item = &'a str>, expected: impl IntoIterator<Item = String>) {
    let rows: BTreeSet<_> = rows.into_iter().collect();
    let missing: Vec<_> = expected.into_iter().filter(|row| !rows.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "no cases for {missing:?}");
}

/// A test that a file names is there.
#[track_caller]
fn assert_named(by: &str) {
    let (module, test) = by.split_once("::").expect(by);
    let source = match module {
        "duplicates" => include_str!("duplicates.rs"),
        "exhaustion" => include_str!("exhaustion.rs"),
        "http" => include_str!("http.rs"),
        "json_bodies" => include_str!("../json_bodies.rs"),
        "numbers" => include_str!("../numbers.rs"),
        "formats" => include_str!("../formats.rs"),
        "routing" => include_str!("../routing.rs"),
        "http_layer" => include_str!("../http_layer.rs"),
        "signatures" => include_str!("../signatures/mod.rs"),
        _ => panic!("{by}"),
    };
    assert!(source.contains(&format!("fn {test}(")), "there is no test {by}");
}

/// Replaces `<x*3>` by `xxx`.
fn expand(text: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let parts = after.split_once('>').and_then(|(inner, after)| Some((inner.rsplit_once('*')?, after)));
        let ((unit, count), after) = parts.unwrap_or_else(|| panic!("no `<x*3>` in {text:.80?}"));
        expanded += before;
        expanded += &unit.repeat(count.parse().expect("a number"));
        rest = after;
    }
    expanded + rest
}
