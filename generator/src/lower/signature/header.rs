//! What a header is for, by its name.

use super::words::words;

/// What a header is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It carries the signature.
    Signature,
    /// It carries the time of the attempt.
    Timestamp,
    /// It carries the delivery's id.
    Id,
    /// It describes the signature, such as its algorithm.
    About,
}

/// The first row that fits decides: the words that the last word of a name, or any word, may be.
const ROLES: [(Role, bool, &[&str]); 5] = [
    (Role::About, false, &["key", "cert", "nonce", "algorithm", "alg"]),
    (Role::Timestamp, true, &["timestamp", "time", "ts", "date"]),
    (Role::Id, true, &["id", "delivery"]),
    (Role::About, true, &["method", "type", "version", "input", "headers", "url", "verification"]),
    (Role::Signature, false, &["signature", "signatures", "sig", "hmac", "sha", "hmacsha"]),
];

/// The role of a header; `None` if its name does not show one.
pub(super) fn role(name: &str) -> Option<Role> {
    let words = words(name);
    let fits = |last: bool, known: &[&str]| {
        let words = if last { &words[words.len().saturating_sub(1)..] } else { &words[..] };
        words.iter().any(|word| known.contains(&word.as_str()))
    };
    ROLES.iter().find(|(_, last, known)| fits(*last, known)).map(|(role, ..)| *role)
}

/// Words with a hyphen that end like the name of a header.
const OTHERS: [&str; 4] = ["constant-time", "real-time", "one-time", "date-time"];

/// The names of headers in a text, in lower case. A single word is a name only in quotes or backticks.
pub(super) fn names(text: &str) -> Vec<String> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let mut names: Vec<String> = Vec::new();
    let mut end = 0;
    for piece in text.split(|character| !is_name(character)) {
        let start = end;
        end = start + piece.len();
        let before = text[..start].chars().next_back();
        end += text[end..].chars().next().map_or(0, char::len_utf8);
        let is_part = before.is_some_and(|before| "/#.@%_&?=<{$".contains(before)) && !is_place(&text[..start], piece);
        let is_quoted = before.is_some_and(|before| "`'\"".contains(before));
        let is_algorithm = words(piece).iter().all(|word| {
            ["hmac", "sha", "hmacsha", "hex", "base"].contains(&word.as_str())
                || word.bytes().all(|byte| byte.is_ascii_digit())
        });
        let name = piece.trim_matches('-').to_ascii_lowercase();
        if !is_part
            && !is_algorithm
            && (name.contains('-') || is_quoted)
            && role(&name).is_some()
            && !OTHERS.contains(&&*name)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if !names.iter().any(|name| role(name) == Some(Role::Signature)) {
        names.extend(capitalized(text));
    }
    names
}

/// The name of a signature's header that is a capitalized word in a sentence, as in "the Signature header".
fn capitalized(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.array_windows().find_map(|[article, name, noun]| {
        let is_article = ["the", "our", "this"].iter().any(|known| article.eq_ignore_ascii_case(known));
        let is_header = noun.trim_end_matches(|character: char| !character.is_alphanumeric()) == "header";
        let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name[1..].bytes().all(|byte| byte.is_ascii_lowercase())
            && role(name) == Some(Role::Signature);
        (is_article && is_header && is_name).then(|| name.to_ascii_lowercase())
    })
}

/// Whether a piece is a header's name in a template, such as `${X-Acme-Timestamp}.${body}`, and not a part of an address,
/// such as `/orders/{order-id}`.
fn is_place(before: &str, piece: &str) -> bool {
    let outside = before.strip_suffix('{').map(|outside| outside.strip_suffix('$').unwrap_or(outside));
    let outside = outside.or_else(|| before.strip_suffix('<'));
    outside.is_some_and(|outside| !outside.ends_with('/') && piece.contains('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        for (name, expected) in [
            ("X-Acme-Signature", Some(Role::Signature)),
            ("x-hub-signature-256", Some(Role::Signature)),
            ("X-Acme-Hmac-SHA256", Some(Role::Signature)),
            ("X-Acme-Signature-Algorithm", Some(Role::About)),
            ("X-Acme-Request-Timestamp", Some(Role::Timestamp)),
            ("webhook-id", Some(Role::Id)),
            ("X-Acme-Event", None),
            ("X-Design", None),
        ] {
            assert_eq!(role(name), expected, "{name}");
        }
    }

    #[test]
    fn names_in_a_text() {
        let text = "The `Signature` header and 'Acme-Signature', HMAC-SHA256, X-Acme-Timestamp; see /docs/acme-signature, signature";
        assert_eq!(names(text), ["signature", "acme-signature", "x-acme-timestamp"]);
        let template = "`${X-Acme-Timestamp}.${body}`, <acme-id>, {timestamp}; GET /doors/{door-id}";
        assert_eq!(names(template), ["x-acme-timestamp", "acme-id"]);
        assert_eq!(names("A constant-time comparison with `X-Acme-Time`"), ["x-acme-time"]);
        assert_eq!(names("Check the Signature header: an HMAC"), ["signature"]);
        assert_eq!(names("The Signature header, `Acme-Signature`"), ["acme-signature"]);
        assert_eq!(names("## The Signature Header. Check the signature header"), Vec::<String>::new());
    }
}
