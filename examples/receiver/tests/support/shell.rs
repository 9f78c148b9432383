//! Enough of a shell to understand a suggested command.

use super::http::Request;

/// Splits a line into words, by spaces, single quotes and backslashes.
#[track_caller]
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            '\\' if !quoted => word.get_or_insert_default().extend(characters.next()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    assert!(!quoted, "a quote is open in {line:?}");
    words.extend(word);
    words
}

/// The request that a `curl` command sends, and the address it sends it to.
#[track_caller]
pub(crate) fn curl_request(line: &str) -> (String, Request) {
    let mut words = words(line).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut url, mut headers, mut body) = (String::new(), Vec::new(), String::new());
    while let Some(option) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{option} needs a value"));
        match &*option {
            "--include" => {}
            "--noproxy" => assert_eq!(value(), "*"),
            "--header" => headers.push(value()),
            "--data-binary" => body = value(),
            "--url" => url = value(),
            _ => panic!("unexpected {option:?}"),
        }
    }
    let rest = url.strip_prefix("http://").expect("the scheme is http");
    let (authority, path) = rest.split_at(rest.find('/').expect("there is a path"));
    let request = headers.iter().fold(Request::new("POST", path), |request, header| {
        let (name, value) = header.split_once(": ").expect("a header has a name and a value");
        request.header(name, value)
    });
    (authority.to_owned(), request.body(body))
}

#[test]
fn splits_like_a_shell() {
    assert_eq!(words(r"a  'b c' 'it'\''s' '' d\ e"), ["a", "b c", "it's", "", "d e"]);
}
