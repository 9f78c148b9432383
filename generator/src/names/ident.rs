//! Converts any text to a valid, readable identifier.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};
use unicode_normalization::UnicodeNormalization;

/// Longer identifiers are cut and get a fingerprint of the whole.
const MAX_CHARS: usize = 80;

/// Longer file names are cut, to leave space for a number and an extension.
const MAX_STEM: usize = 60;

/// The keywords of edition 2024, strict and reserved.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "self", "super", "crate", "_",
];

/// Keywords that cannot be raw identifiers.
const NEVER_RAW: [&str; 5] = ["self", "super", "crate", "_", "Self"];

/// `UpperCamelCase`, for types and variants.
pub fn upper_camel(text: &str) -> String {
    let name = finish(&spoken(text).to_upper_camel_case(), "N", "Empty", "");
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// `snake_case`, for fields, functions and modules. It may be a keyword.
pub fn snake(text: &str) -> String {
    finish(&spoken(text).to_snake_case(), "n", "empty", "_")
}

/// `snake_case` for a file, valid on every system: omitted characters are replaced by a fingerprint.
pub(super) fn file(text: &str) -> String {
    let name = snake(text);
    let plain: String = name.chars().filter(char::is_ascii).take(MAX_STEM).collect();
    if plain == name && !crate::portable::is_device_name(&name) {
        return plain;
    }
    // Tests are called like their files, so that a name cannot begin with a digit.
    let name = format!("{}_{}", plain.trim_matches('_'), short_hash(text));
    name.trim_start_matches(|c: char| c == '_' || c.is_ascii_digit()).to_owned()
}

/// A name in `UpperCamelCase` with more after it: a `_` that keeps it from being a keyword is dropped.
pub(super) fn extended(name: &str, more: &str) -> String {
    format!("{}{more}", name.trim_end_matches('_'))
}

/// The identifier for a name, raw if it is a keyword.
pub fn ident(name: &str) -> Ident {
    if NEVER_RAW.contains(&name) {
        Ident::new(&format!("{name}_"), Span::call_site())
    } else if KEYWORDS.contains(&name) {
        Ident::new_raw(name, Span::call_site())
    } else {
        Ident::new(name, Span::call_site())
    }
}

/// Whether a name is a keyword, and so not usable for a module or file.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// The text in words: signs that carry a meaning are spelled out, all others separate. In a text without letters and digits,
/// such as an operator, more signs have one.
fn spoken(text: &str) -> String {
    let mut words = String::new();
    let only_signs = !text.chars().any(char::is_alphanumeric);
    let mut previous = None;
    for c in text.nfkc() {
        let word = match c {
            '+' => Some("plus"),
            '*' => Some("star"),
            '%' => Some("percent"),
            '&' => Some("and"),
            '@' => Some("at"),
            '<' => Some("less"),
            '>' => Some("greater"),
            '=' => Some("equals"),
            '\u{2260}' => Some("unequal"),
            '\u{2264}' => Some("at most"),
            '\u{2265}' => Some("at least"),
            // A sign, unless it joins words.
            '-' if previous.is_none_or(char::is_whitespace) => Some("minus"),
            _ if only_signs => sign(c),
            _ => None,
        };
        if let Some(word) = word {
            words.push(' ');
            words.push_str(word);
            words.push(' ');
        } else if crate::document::is_invisible(c) {
            continue;
        } else if unicode_ident::is_xid_continue(c) {
            words.push(c);
        } else {
            words.push(' ');
        }
        previous = Some(c);
    }
    words
}

/// The word for a sign that only separates the words of other texts.
fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '!' => "not",
        '?' => "question",
        '|' => "or",
        '/' => "slash",
        '\\' => "backslash",
        '^' => "caret",
        '~' => "tilde",
        '-' => "minus",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '#' => "hash",
        '$' => "dollar",
        _ => return None,
    })
}

fn finish(name: &str, prefix: &str, empty: &str, joint: &str) -> String {
    let mut name: String = name.nfkc().collect();
    if name.chars().all(|c| c == '_') {
        empty.clone_into(&mut name);
    }
    if !name.starts_with(unicode_ident::is_xid_start) {
        name.insert_str(0, prefix);
    }
    if name.chars().count() > MAX_CHARS {
        let head: String = name.chars().take(MAX_CHARS - 9).collect();
        name = format!("{head}{joint}{}", short_hash(&name));
    }
    name
}

/// A letter and seven hexadecimal digits, computed from a text.
pub(super) fn short_hash(text: &str) -> String {
    let digits: String = crate::fingerprint::Fingerprint::of(text.as_bytes()).to_string().chars().take(7).collect();
    format!("x{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_identifiers() {
        for (text, camel, snaked) in [
            ("asset.renditions", "AssetRenditions", "asset_renditions"),
            ("securityTemplates", "SecurityTemplates", "security_templates"),
            ("Internal Share Link Created", "InternalShareLinkCreated", "internal_share_link_created"),
            ("+1", "Plus1", "plus_1"),
            ("-1", "Minus1", "minus_1"),
            ("a-b", "AB", "a_b"),
            ("!=", "NotEquals", "not_equals"),
            ("\u{2260}", "Unequal", "unequal"),
            ("\u{2265}", "AtLeast", "at_least"),
            ("\u{2264}", "AtMost", "at_most"),
            (">=", "GreaterEquals", "greater_equals"),
            ("||", "OrOr", "or_or"),
            ("/", "Slash", "slash"),
            ("a/b!", "AB", "a_b"),
            ("2fa", "N2fa", "n2fa"),
            ("", "Empty", "empty"),
            ("😀", "Empty", "empty"),
            ("__", "Empty", "empty"),
            ("type", "Type", "type"),
            ("self", "Self_", "self"),
            ("na\u{200d}me", "Name", "name"),
            ("e\u{301}", "\u{c9}", "\u{e9}"),
            ("名前", "名前", "名前"),
        ] {
            assert_eq!(upper_camel(text), camel, "{text:?}");
            assert_eq!(snake(text), snaked, "{text:?}");
        }
    }

    #[test]
    fn names_of_files_are_identifiers() {
        for text in ["\u{e9}1w", "\u{e9}1", "\u{e9}_2", "\u{540d}"] {
            let name = file(text);
            assert!(name.is_ascii() && name.starts_with(|c: char| c.is_ascii_lowercase()), "{text:?}: {name}");
        }
    }

    #[test]
    fn keywords_are_raw_or_suffixed() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("crate").to_string(), "crate_");
        assert_eq!(ident("name").to_string(), "name");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = (upper_camel(&format!("{}a", "x".repeat(5000))), upper_camel(&format!("{}b", "x".repeat(5000))));
        assert_ne!(a, b);
        assert!(a.len() <= MAX_CHARS);
    }
}
