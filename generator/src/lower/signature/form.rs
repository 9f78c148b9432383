//! The form of a signature header, from a template or an example: `sha256=<hex>`, `t=1700000000,v1=abc…`.

use super::words::{Says, said, words};
use crate::signature::Encoding;

/// The form of a signature header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// What is before the signature.
    pub prefix: String,
    /// What separates the tokens.
    pub separator: Option<char>,
    /// What is before the timestamp.
    pub timestamp: Option<String>,
}

/// A form, and what its tokens say besides.
pub(super) struct Found {
    pub form: Form,
    pub says: Vec<Says>,
}

/// The form that a text shows; the last if it shows several.
pub(super) fn find(text: &str) -> Option<Found> {
    let starts = text.char_indices().filter(|(at, character)| {
        let before = text[..*at].chars().next_back();
        character.is_ascii_alphanumeric()
            && before.is_none_or(|before| before.is_whitespace() || "`\"':(".contains(before))
    });
    starts.filter_map(|(at, _)| read(&text[at..])).max_by_key(|found| found.form.timestamp.is_some())
}

/// A token such as `v1=<hex>`.
struct Token<'a> {
    key: &'a str,
    value: &'a str,
}

fn read(text: &str) -> Option<Found> {
    let (first, mut rest) = token(text)?;
    let mut tokens = vec![first];
    let mut separator = None;
    while let Some(character) = rest.chars().next().filter(|character| [',', ';', '&', ' '].contains(character)) {
        let Some((token, after)) = token(rest[1..].trim_start_matches(' ')) else { break };
        separator = separator.or(Some(character));
        tokens.push(token);
        rest = after;
    }
    let timestamps: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_timestamp()).collect();
    let signatures: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_signature()).collect();
    let ([signature], true) = (&signatures[..], timestamps.len() < 2) else { return None };
    let prefix = |token: &Token<'_>| format!("{}=", token.key);
    let timestamp = timestamps.first().map(|token| prefix(token));
    let mut says = said(&words(signature.key));
    says.extend(
        said(&words(signature.value)).into_iter().filter(|says| matches!(says, Says::Encoding(_) | Says::Hmac)),
    );
    says.extend(encoding(signature.value).map(Says::Encoding));
    Some(Found { form: Form { prefix: prefix(signature), separator, timestamp }, says })
}

fn token(text: &str) -> Option<(Token<'_>, &str)> {
    let (key, rest) = text.split_once('=')?;
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if key.is_empty() || key.len() > 16 || !is_name(key) {
        return None;
    }
    let closing = match rest.chars().next()? {
        '<' => Some('>'),
        '{' => Some('}'),
        '[' => Some(']'),
        _ => None,
    };
    let end = match closing {
        Some(closing) => rest.find(closing)? + 1,
        None => rest
            .find(|character: char| !(character.is_alphanumeric() || "_+/=.…-".contains(character)))
            .unwrap_or(rest.len()),
    };
    // A sentence may end behind it.
    let value = if closing.is_none() && rest[end..].trim().is_empty() && !rest[..end].ends_with("..") {
        rest[..end].trim_end_matches('.')
    } else {
        &rest[..end]
    };
    (!value.is_empty()).then(|| (Token { key, value }, &rest[end..]))
}

impl Token<'_> {
    fn is_timestamp(&self) -> bool {
        let is_number = (9..=13).contains(&self.value.len()) && self.value.bytes().all(|byte| byte.is_ascii_digit());
        ["t", "ts", "time", "timestamp"].contains(&self.key.to_ascii_lowercase().as_str()) || is_number
    }

    /// Not one that names a key or another detail of the signature.
    fn is_signature(&self) -> bool {
        const KEYS: [&str; 15] = [
            "v",
            "v0",
            "v1",
            "v2",
            "h",
            "h1",
            "s",
            "s1",
            "sig",
            "signature",
            "sha1",
            "sha256",
            "sha512",
            "hmac",
            "hash",
        ];
        let says = said(&words(self.value));
        !self.is_timestamp()
            && (KEYS.contains(&self.key.to_ascii_lowercase().as_str())
                || says.iter().any(|says| matches!(says, Says::Encoding(_) | Says::Hmac)))
    }
}

/// How a signature is written, from an example of one.
pub(super) fn encoding(example: &str) -> Option<Encoding> {
    let bytes = example.as_bytes();
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    if bytes.len() < 27 || bytes.len() > 128 {
        return None;
    }
    if bytes.iter().all(u8::is_ascii_hexdigit) && bytes.len().is_multiple_of(2) && has(u8::is_ascii_digit) {
        return Some(Encoding::Hex);
    }
    let body = example.trim_end_matches('=');
    let is_base64 = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    (is_base64 && is_mixed && bytes.len().is_multiple_of(4)).then_some(Encoding::Base64)
}
