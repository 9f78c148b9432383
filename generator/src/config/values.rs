//! The strings of a configuration. Each is checked when it is created, so that later stages need not check.

use std::fmt;
use std::str::FromStr;

use crate::document::pointer;
use crate::http;
use crate::source::limits::DEPTH;

/// Declares a string type with a check, which returns what is wrong, and the form in which the text is stored.
macro_rules! checked_text {
    ($(#[$attribute:meta])* $name:ident, $check:path) => {
        checked_text! { $(#[$attribute])* $name, $check, str::to_owned }
    };
    ($(#[$attribute:meta])* $name:ident, $check:path, $stored:path) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match $check(text) {
                    Ok(()) => Ok(Self($stored(text))),
                    Err(problem) => Err(format!("{text:?} {problem}")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text! {
    /// The name of a package that is also a valid crate name.
    CrateName, check_crate_name
}
checked_text! {
    /// The license of a package: an SPDX expression, such as `MIT OR Apache-2.0`, or `LicenseRef-…`. Only its characters are
    /// checked.
    License, check_license
}
checked_text! {
    /// The name of a Rust type, in upper camel case. `names` checks whether it is free.
    TypeName, check_type_name
}
checked_text! {
    /// A JSON pointer (RFC 6901) to a part of a document, not to the whole.
    Pointer, check_pointer
}
checked_text! {
    /// A JSON pointer to a part of a body, or to the whole: the empty text.
    BodyPlace, check_body_place
}
checked_text! {
    /// The name of an HTTP header. Its case does not matter, so it is stored in lower case.
    HeaderName, check_header_name, str::to_ascii_lowercase
}
checked_text! {
    /// A non-empty string without control characters.
    Text, check_text
}
checked_text! {
    /// An address that begins with `https://` or `http://`, without a user, a password or a fragment.
    Address, check_address
}
checked_text! {
    /// The name of an environment variable: letters, digits and `_`.
    EnvironmentVariable, check_environment_variable
}

checked_text! {
    /// A string of visible ASCII characters, valid in a header.
    VisibleText, check_visible
}

impl Text {
    /// A period.
    pub(super) fn full_stop() -> Self {
        Self(".".to_owned())
    }
}

impl HeaderName {
    /// A name that is known to be valid.
    pub(super) fn fixed(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl Pointer {
    /// The unescaped names.
    pub fn names(&self) -> Vec<String> {
        pointer::split(&self.0)
    }
}

impl BodyPlace {
    /// The unescaped names; none for the whole body.
    pub fn names(&self) -> Vec<String> {
        pointer::split(&self.0)
    }
}

/// A place in the description: a pointer into its own file or into another one.
///
/// Written as a `$ref` is, but without percent-encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecPlace {
    /// The other file, relative to the description; `None` for the description itself.
    pub file: Option<String>,
    /// Where in the file.
    pub pointer: Pointer,
}

impl FromStr for SpecPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((file, pointer)) = text.split_once('#') else {
            return Err(format!("{text:?} is not a position, such as \"#/components/schemas/asset\""));
        };
        let file = if file.is_empty() { None } else { Some(file.to_owned()) };
        Ok(Self { file, pointer: pointer.parse()? })
    }
}

impl fmt::Display for SpecPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file.as_deref().unwrap_or_default(), self.pointer)
    }
}

pub(super) type Check = Result<(), &'static str>;

pub(super) fn ensure(holds: bool, problem: &'static str) -> Check {
    if holds { Ok(()) } else { Err(problem) }
}

/// Stricter than Cargo, which accepts names that the compiler warns about or rejects.
fn check_crate_name(name: &str) -> Check {
    /// Names that the compiler or Cargo would confuse with something else.
    const TAKEN: &[&str] = &["alloc", "core", "proc_macro", "std", "test", "webhook_receiver"];
    /// Modules that the emitted tests import beside the crate.
    const IMPORTED: &[&str] = &["codec", "codegen", "format", "mpsc", "testing"];
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let ident = name.replace('-', "_");
    ensure(
        ident.split('_').all(word) && name.starts_with(|c: char| c.is_ascii_lowercase()),
        "is not a package name: use words of a-z and 0-9, separated by single `-`, beginning with a letter",
    )?;
    ensure(name.len() <= 64, "is too long for a package name: use at most 64 characters")?;
    ensure(!is_keyword(&ident), "is a Rust keyword and cannot be a package name")?;
    ensure(!crate::portable::is_device_name(&ident), "is a device name on Windows and cannot be a package name")?;
    ensure(!TAKEN.contains(&&*ident), "is already the name of another crate")?;
    ensure(!IMPORTED.contains(&&*ident), "is the name of a module that generated code uses: add `-webhooks`")
}

fn check_type_name(name: &str) -> Check {
    ensure(
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric()),
        "is not a Rust type name: begin with A-Z, followed by letters and digits",
    )?;
    ensure(name.len() <= 64, "is too long for a type name: use at most 64 characters")?;
    ensure(name != "Self", "is a Rust keyword and cannot be a type name")
}

fn check_pointer(text: &str) -> Check {
    ensure(text.starts_with('/'), "is not a JSON pointer: it must begin with `/`")?;
    ensure(pointer::is_escaped(text), "is not a JSON pointer: write `~` as `~0`, and `/` in a name as `~1`")?;
    ensure(pointer::split(text).len() <= DEPTH, "has more than 128 names: documents are not that deep")?;
    check_text(text)
}

fn check_body_place(text: &str) -> Check {
    if text.is_empty() { Ok(()) } else { check_pointer(text) }
}

fn check_header_name(name: &str) -> Check {
    ensure(http::is_token(name), "is not the name of an HTTP header")?;
    ensure(name.len() <= 256, "is too long for an HTTP header name: use at most 256 characters")
}

fn check_address(text: &str) -> Check {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else {
        return Err(
            "must begin with `https://`; what is published in another way must be downloaded with another program",
        );
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    ensure(!authority.is_empty(), "has no host")?;
    ensure(
        !authority.contains('@'),
        "must not have a user or a password: put it in an environment variable, and name that in `[fetch.headers]`",
    )?;
    ensure(!text.contains('#'), "must not have a fragment")?;
    ensure(
        !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\'),
        "must not contain spaces, control characters or `\\`",
    )
}

fn check_environment_variable(text: &str) -> Check {
    let is_name = !text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ensure(is_name && !text.is_empty(), "is not the name of an environment variable, such as \"ACME_TOKEN\"")
}

fn check_license(text: &str) -> Check {
    let is_part = |c: char| c.is_ascii_alphanumeric() || " +-.():".contains(c);
    ensure(
        !text.trim().is_empty() && text.chars().all(is_part),
        "is not a license expression, such as \"MIT OR Apache-2.0\"",
    )
}

fn check_text(text: &str) -> Check {
    ensure(!text.is_empty(), "must not be empty")?;
    ensure(!text.contains(char::is_control), "must not contain control characters")
}

pub(super) fn check_visible(text: &str) -> Check {
    ensure(!text.is_empty(), "must not be empty")?;
    ensure(text.bytes().all(|b| b.is_ascii_graphic()), "must contain only visible ASCII characters")
}

fn is_keyword(ident: &str) -> bool {
    // `syn` does not count those that an edition added.
    ident == "gen" || syn::parse_str::<syn::Ident>(ident).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr<Err = String> + fmt::Debug>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(text.parse::<T>().is_ok(), "{text:?} is good");
        }
        for text in bad {
            assert!(text.parse::<T>().is_err(), "{text:?} is bad");
        }
    }

    #[test]
    fn crate_names() {
        check::<CrateName>(
            &["tenovos-webhooks", "a", "a_b-c", "acme2", "a-1", "company"],
            &[
                "",
                "-",
                "_",
                "-a",
                "a-",
                "a--b",
                "a-_b",
                "A",
                "1a",
                "ä",
                "a b",
                "a\n",
                "a\"\n[x]",
                "../a",
                "a.b",
                "fn",
                "gen",
                "async",
                "std",
                "webhook-receiver",
                "webhook_receiver",
                "testing",
                "mpsc",
                "con",
                "com1",
                &"a".repeat(65),
            ],
        );
    }

    #[test]
    fn type_names() {
        check::<TypeName>(&["Tenovos", "A", "B2b"], &["", "Self", "asset", "A_b", "A-b", "1A", "Ä", "A::B", "r#A"]);
    }

    #[test]
    fn licenses() {
        check::<License>(
            &["MIT OR Apache-2.0", "(MIT AND LicenseRef-Acme)", "GPL-2.0+"],
            &["", " ", "MIT\n", "\"", "ä"],
        );
    }

    #[test]
    fn pointers() {
        check::<Pointer>(&["/eventType", "/", "/a/0", "/a~1b~0c", "/ä"], &["", "a", "#/a", "/~", "/a~2", "/a\n"]);
        check::<Pointer>(&[&"/a".repeat(128)], &[&"/a".repeat(129), &"/a".repeat(60_000)]);
        check::<BodyPlace>(&["", "/a", "/a/*"], &["a", "#", "/~"]);
        let pointer: Pointer = "/a~1b/~01/".parse().unwrap();
        assert_eq!(pointer.names(), ["a/b", "~1", ""]);
    }

    #[test]
    fn header_names() {
        check::<HeaderName>(&["webhook-id", "x-acme.sig"], &["", "a b", "a:", "ä", "a\r\n"]);
        let name: HeaderName = "X-Acme-Event".parse().unwrap();
        assert_eq!(name.as_str(), "x-acme-event");
    }

    #[test]
    fn places() {
        let parse = |text: &str| text.parse::<SpecPlace>();
        for text in ["#/components/schemas/event", "common.yaml#/a~1b"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for text in ["", "#", "event", "common.yaml", "#components", "a#b#/c"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
