//! The text of a reference.

use crate::diagnostics::Code;
use crate::document::pointer;

/// The part of a file that a reference names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    /// The segments of a JSON pointer; empty for the whole document.
    Pointer(Vec<String>),
    /// The name of an `$anchor`.
    Anchor(String),
}

/// Why the text is not a reference that can be followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: Code,
    pub message: &'static str,
    /// Whether it names something on the network, which no file or setting makes available.
    pub is_remote: bool,
}

const fn refuse<T>(code: Code, message: &'static str) -> Result<T, Refusal> {
    Err(Refusal { code, message, is_remote: false })
}

const fn refuse_remote<T>() -> Result<T, Refusal> {
    let message = "remote references are not fetched";
    Err(Refusal { code: Code::ReferenceOutside, message, is_remote: true })
}

/// The file that a reference names, relative to the one that contains it; `None` for that file itself.
pub(super) fn path(reference: &str) -> Option<Result<String, Refusal>> {
    reference.split('#').next().filter(|path| !path.is_empty()).map(parse_path)
}

fn parse_path(text: &str) -> Result<String, Refusal> {
    // Before decoding: `a%3Ab` is the name of a file, and `a:b` has a scheme.
    match scheme(text).map(str::to_ascii_lowercase).as_deref() {
        Some(scheme) if scheme.len() == 1 => {
            return refuse(Code::ReferenceOutside, "paths of Windows are not supported");
        }
        Some("http" | "https" | "ftp" | "ftps") => return refuse_remote(),
        Some(_) => return refuse(Code::ReferenceOutside, "references with a scheme are not followed"),
        None => {}
    }
    if text.contains('?') {
        return refuse(Code::Reference, "a reference to a file has no query");
    }
    let path = decode(text)?;
    if path.chars().any(char::is_control) {
        return refuse(Code::Reference, "the path has a control character");
    }
    if path.contains('\\') {
        return refuse(Code::ReferenceOutside, "paths of Windows are not supported");
    }
    if path.starts_with("//") {
        return refuse_remote();
    }
    if path.starts_with('/') {
        return refuse(Code::ReferenceOutside, "absolute paths are not followed");
    }
    Ok(path)
}

/// The text before the first colon, if it has the form of a scheme.
pub(super) fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(scheme)
}

impl Fragment {
    /// The parsed fragment of a reference.
    pub(super) fn parse(reference: &str) -> Result<Self, Refusal> {
        let text = decode(reference.split_once('#').map_or("", |(_, fragment)| fragment))?;
        if text.is_empty() {
            return Ok(Self::Pointer(Vec::new()));
        }
        if !text.starts_with('/') {
            return Ok(Self::Anchor(text));
        }
        if !pointer::is_escaped(&text) {
            return refuse(Code::Reference, "in a JSON pointer `~` must be followed by `0` or `1`");
        }
        Ok(Self::Pointer(pointer::split(&text)))
    }
}

/// Decodes percent-encoding, once.
fn decode(text: &str) -> Result<String, Refusal> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let Some(byte) = part.get(..2).and_then(hex) else {
            return refuse(
                Code::Reference,
                "`%` must be followed by two hexadecimal digits; `%` itself is written as `%25`",
            );
        };
        bytes.push(byte);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).or_else(|_| refuse(Code::Reference, "the percent-encoded bytes are not UTF-8"))
}

fn hex(digits: &str) -> Option<u8> {
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u8::from_str_radix(digits, 16).ok() } else { None }
}
